import { readdirSync, readFileSync } from "node:fs";
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
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: unknown;
}

export const manifest: Manifest = JSON.parse(readText("package.json"));

/** Every package of the repository that npm may publish, with its folder: its workspaces, or the one that stands at its root. */
export const packages: readonly (readonly [folder: string, manifest: Manifest])[] = (
  manifest.workspaces?.flatMap(expand) ?? ["."]
).map((folder) => [folder, JSON.parse(readText(folder, "package.json")) as Manifest]);

/** `src/*` stands for every folder in src. */
function expand(pattern: string): readonly string[] {
  if (!pattern.endsWith("/*")) return [pattern];
  const parent = pattern.slice(0, -2);
  return readdirSync(join(repository, parent)).map((folder) => `${parent}/${folder}`);
}
