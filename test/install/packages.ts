import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../support/root";

/** What a user of the library and of the commands risk, predict, train and verify installs. */
export const LIBRARY = ["base", "files", "core", "data", "lab", "finetune-icl"] as const;

export interface Packed {
  /** Package folder → its tarball, as npm would publish it. */
  readonly tarball: (name: string) => string;
  readonly names: readonly string[];
  readonly remove: () => void;
}

/** Packs every package of this project from what is built. */
export function packAll(): Packed {
  const folder = mkdtempSync(join(tmpdir(), "packed-"));
  execFileSync("npm", ["pack", "--workspaces", "--pack-destination", folder, "--silent"], {
    cwd: packageRoot,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const files = readdirSync(folder);
  const named = new Map(
    files.map((file) => [
      /^finetune-icl-(?:([a-z]+)-)?\d/.exec(file)?.[1] ?? "finetune-icl",
      join(folder, file),
    ]),
  );
  return {
    names: [...named.keys()],
    tarball: (name) => {
      const file = named.get(name);
      if (file === undefined) throw new Error(`no tarball of ${name} among ${files.join(", ")}`);
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A folder outside this project in which a user installs `specifiers`. */
export function installIn(specifiers: readonly string[]): {
  readonly folder: string;
  readonly remove: () => void;
} {
  const folder = mkdtempSync(join(tmpdir(), "a user's folder "));
  writeFileSync(join(folder, "package.json"), '{ "name": "somebody", "private": true }\n');
  execFileSync("npm", ["install", "--no-audit", "--no-fund", "--silent", ...specifiers], {
    cwd: folder,
    stdio: "pipe",
  });
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
