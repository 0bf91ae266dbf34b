import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { manifest, packages, repository } from "./support";

interface Packed {
  readonly name: string;
  readonly size: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

describe("npm pack", () => {
  let packed: readonly Packed[];
  beforeAll(() => {
    const args = ["pack", "--dry-run", "--json", "--ignore-scripts"];
    // Without workspaces npm refuses the options about them.
    const all = manifest.workspaces ? ["--workspaces"] : [];
    packed = JSON.parse(npm([...args, ...all])) as readonly Packed[];
  });
  const npm = (args: readonly string[]): string =>
    execFileSync("npm", args, { cwd: repository, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

  it("takes what runs, its types, its licence and what it is", () => {
    for (const { name, files } of packed) {
      const paths = files.map(({ path }) => path);
      expect(paths, name).toEqual(expect.arrayContaining(["package.json", "README.md", "LICENSE"]));
      // Tables alone.
      if (name === "@finetune-icl/data") continue;
      expect(paths.filter((path) => path.endsWith(".d.ts")).length, name).toBeGreaterThan(0);
      expect(paths.filter((path) => path.endsWith(".js")).length, name).toBeGreaterThan(0);
    }
  });

  it("leaves out tests, unfinished work, settings of tools, and what belongs to a machine", () => {
    for (const { name, files } of packed) {
      const wrong = files
        .map(({ path }) => path)
        .filter((path) =>
          /(^|\/)(test|tmp|node_modules|coverage|\.[^/]+)(\/|$)|\.test\.|\.tmp$|\.tgz$|\.tsbuildinfo$/.test(
            path,
          ),
        );
      expect(wrong, name).toEqual([]);
    }
  });

  it("tells a new course the overrides that the repository itself is installed with", () => {
    const [, own] = packages.find(([, { name }]) => name === "finetune-icl")!;
    expect(own.overrides).toEqual(manifest.overrides);
  });

  it("takes no file larger than a megabyte", () => {
    for (const { name, files } of packed)
      expect(
        files.filter(({ size }) => size > 1_000_000),
        name,
      ).toEqual([]);
  });

  it("names no folder of the machine that packs it", () => {
    for (const { name, files } of packed) {
      const [folder] = packages.find(([, { name: own }]) => own === name)!;
      const texts = files.filter(({ path }) => /\.(?:js|map|json|d\.ts)$/.test(path));
      const naming = texts.filter(({ path }) =>
        readFileSync(join(repository, folder, path), "utf8").includes(repository),
      );
      expect(naming, name).toEqual([]);
    }
  });
});
