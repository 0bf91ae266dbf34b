import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

/** The repository as a newcomer finds it. */
export const repository = join(__dirname, "..", "..");

export const readText = (...path: readonly string[]): string =>
  readFileSync(join(repository, ...path), "utf8");
export const readYaml = (...path: readonly string[]): unknown =>
  // Duplicate keys and unknown tags are errors.
  parse(readText(...path), { strict: true, uniqueKeys: true });

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly scripts: Readonly<Record<string, string>>;
  readonly workspaces?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
}

export const manifest: Manifest = JSON.parse(readText("package.json"));
