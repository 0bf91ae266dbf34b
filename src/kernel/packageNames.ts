import { readFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";

/** Where cells are, for the compiler: what they declare has no other name than its own. */
const OF_CELLS = /\bimport\("[^"\n]*\b__(?:tslab|prev)__(?:\.d)?"\)\./g;
const IMPORT = /\bimport\("([^"\n]+)"/g;
/** A file as the compiler quotes it; a text that is a type stands in double quotes within these. */
const QUOTED = /'((?:\/|[A-Za-z]:[\\/])[^'"\n]*)'/g;
const IN_PACKAGE = /.*[\\/]node_modules[\\/](.+)$/;

interface Package {
  readonly name: string;
  readonly folder: string;
}

/**
 * What the compiler says, with packages by their names in place of paths of this machine, and files of the notebook's own package as seen
 * from its folder. Paths that only the cell speaks of stay.
 */
export function withPackageNames(text: string, folder: string): string {
  if (!/["'](?:\/|[A-Za-z]:[\\/])/.test(text)) return text;
  return text
    .replace(OF_CELLS, "")
    .replace(IMPORT, (found, path: string) =>
      isAbsolute(path) ? `import("${moduleOf(path, folder)}"` : found,
    )
    .replace(QUOTED, (found, path: string) => {
      const isFile = IN_PACKAGE.test(path) || isWithin(folder, path) || otherPackage(path, folder);
      return isFile ? `'${fileOf(path, folder)}'` : found;
    });
}

function moduleOf(path: string, folder: string): string {
  const [name] = /^(?:@[^/]+\/)?[^/]+/.exec(inPackage(path) ?? "") ?? [];
  if (name === undefined) return otherPackage(path, folder)?.name ?? fromFolder(path, folder);
  const [, scope, plain] = /^@types\/(?:(.+)__)?(.+)$/.exec(name) ?? [];
  if (plain === undefined) return name;
  return scope === undefined ? plain : `@${scope}/${plain}`;
}

function fileOf(path: string, folder: string): string {
  const other = otherPackage(path, folder);
  return (
    inPackage(path) ??
    (other ? `${other.name}/${withSlashes(relative(other.folder, path))}` : fromFolder(path, folder))
  );
}

/** From a package's name on. */
function inPackage(path: string): string | undefined {
  const rest = IN_PACKAGE.exec(path)?.[1];
  return rest === undefined ? undefined : withSlashes(rest);
}

/** The package of a file that is none of the notebook's own: one that is linked is found where it lies. */
function otherPackage(path: string, folder: string): Package | undefined {
  if (isWithin(folder, path)) return undefined;
  const found = packageAround(dirname(path));
  return found && found.folder !== packageAround(folder)?.folder ? found : undefined;
}

function packageAround(folder: string): Package | undefined {
  try {
    const { name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
      readonly name?: unknown;
    };
    if (typeof name === "string" && name !== "") return { name, folder };
  } catch {
    // None that can be read.
  }
  const above = dirname(folder);
  return above === folder ? undefined : packageAround(above);
}

/** As a cell would import it; of a file far away, its name alone. */
function fromFolder(path: string, folder: string): string {
  const found = withSlashes(relative(folder, path));
  if (found.startsWith("../../..") || isAbsolute(found)) return found.split("/").at(-1)!;
  return found.startsWith("../") ? found : `./${found}`;
}

function isWithin(folder: string, path: string): boolean {
  const rest = relative(folder, path);
  return !rest.startsWith("..") && !isAbsolute(rest);
}

function withSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}
