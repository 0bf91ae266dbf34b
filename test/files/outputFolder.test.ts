import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { InputError } from "../../src/base/inputError";
import { replaceFolder, requireReplaceable } from "../../src/files/outputFolder";
import { WriteError } from "../../src/files/wholeFile";

const renames = vi.hoisted(() => ({ fails: (_to: string): boolean => false }));
/** A folder in which this user may not write: the superuser may everywhere. */
const forbidden = vi.hoisted(() => ({ folder: "" }));

vi.mock("node:fs", async (original) => {
  const real = await original<typeof fs>();
  const renameSync = (from: string, to: string): void => {
    if (renames.fails(to)) throw Object.assign(new Error("EIO: i/o error"), { code: "EIO" });
    real.renameSync(from, to);
  };
  const accessSync = (path: string, mode: number): void => {
    if (path === forbidden.folder) throw Object.assign(new Error("EACCES"), { code: "EACCES" });
    real.accessSync(path, mode);
  };
  return { ...real, renameSync, accessSync };
});

const folder = fs.mkdtempSync(join(tmpdir(), "output-folder-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));
afterEach(() => {
  renames.fails = () => false;
  forbidden.folder = "";
});

/** A place of its own for a folder `site` that holds one old page. */
function site(): { readonly at: string; readonly target: string; readonly page: () => string } {
  const at = fs.mkdtempSync(join(folder, "case-"));
  const target = join(at, "site");
  fs.mkdirSync(target);
  fs.writeFileSync(join(target, "page"), "old");
  return { at, target, page: () => fs.readFileSync(join(target, "page"), "utf8") };
}
const NEW = new Map([["page", "new"]]);
/** A file and a folder of one name. */
const IMPOSSIBLE = new Map([
  ["a", ""],
  ["a/b", ""],
]);

describe("replacing a folder", () => {
  it("puts the new one in the place of the old one, and leaves nothing beside it", () => {
    const { at, target, page } = site();
    fs.writeFileSync(join(target, "gone"), "");
    replaceFolder(target, new Map([...NEW, ["deep/file", "x"]]));
    expect(page()).toBe("new");
    expect(fs.readdirSync(target).sort()).toEqual(["deep", "page"]);
    expect(fs.readdirSync(at)).toEqual(["site"]);
  });

  it("gives the old one its name back when the second rename fails", () => {
    const { at, target, page } = site();
    let toTarget = 0;
    renames.fails = (to) => {
      if (to === target) toTarget += 1;
      // The first rename to the target puts the new folder there; the one after it brings back the old.
      return to === target && toTarget === 1;
    };
    expect(() => replaceFolder(target, NEW)).toThrow(WriteError);
    expect(page()).toBe("old");
    expect(fs.readdirSync(at)).toEqual(["site"]);
  });

  it.each(["replaceFolder", "requireReplaceable"])(
    "%s puts back what a process killed between the renames left without a name",
    (how) => {
      const { at, target, page } = site();
      const beside = join(at, `.site.replacing-${spawnSync("true").pid}-abcdef`);
      fs.mkdirSync(join(beside, "new"), { recursive: true });
      fs.renameSync(target, join(beside, "old"));
      if (how === "replaceFolder") {
        expect(() => replaceFolder(target, IMPOSSIBLE)).toThrow(WriteError);
      } else {
        requireReplaceable(target, { field: "--out", what: "a site", isOurs: () => true });
      }
      expect(page()).toBe("old");
      expect(fs.readdirSync(at)).toEqual(["site"]);
    },
  );

  it("is refused before anything is done where its own folder cannot be written to, and the message says why", () => {
    const { at, target, page } = site();
    forbidden.folder = fs.realpathSync(at);
    const why = `${forbidden.folder} cannot be written to, and the new folder is made there, whole`;
    for (const name of [target, join(at, "new", "one")]) {
      expect(() => replaceFolder(name, NEW)).toThrow(why);
      const ask = () => requireReplaceable(name, { field: "--out", what: "a site", isOurs: () => true });
      expect(ask).toThrow(InputError);
      expect(ask).toThrow(`allowed: a folder elsewhere: ${why}`);
    }
    expect([page(), fs.readdirSync(at)]).toEqual(["old", ["site"]]);
  });

  it("takes over what is to be kept, links as links", () => {
    const { target } = site();
    fs.mkdirSync(join(target, ".git"));
    fs.writeFileSync(join(target, ".git", "HEAD"), "ref");
    fs.symlinkSync("HEAD", join(target, ".git", "link"));
    replaceFolder(target, NEW, [".git"]);
    expect(fs.readFileSync(join(target, ".git", "HEAD"), "utf8")).toBe("ref");
    expect(fs.readlinkSync(join(target, ".git", "link"))).toBe("HEAD");
  });

  it("follows a link to the folder and leaves the link", () => {
    const { at, page } = site();
    fs.symlinkSync("site", join(at, "link"));
    replaceFolder(join(at, "link"), NEW);
    expect(fs.lstatSync(join(at, "link")).isSymbolicLink()).toBe(true);
    expect(page()).toBe("new");
  });
});
