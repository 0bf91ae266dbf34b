import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { kernelFolders, prefixKernels, userKernels } from "./jupyterPaths";
import {
  type FoundKernelspec,
  isOurs,
  KERNEL_PROGRAM,
  listKernelspecs,
  ownKernelspec,
  programOf,
  readKernelspec,
} from "./kernelspec";
import { LOGO_PNG, LOGO_SVG } from "./logo";

export interface InstallOptions {
  /** The name that notebooks ask for, unless another is given. */
  readonly notebookName: string;
  /** The name when that one is another kernel's. */
  readonly ownName: string;
  readonly version: string;
  readonly name?: string;
  readonly prefix?: string;
}

export interface Installed {
  readonly name: string;
  readonly folder: string;
  /** What the user should know beside, a line each. */
  readonly notes: readonly string[];
}

/**
 * Writes the kernelspec, in one step. A kernel of the same name that is not ours stays as it is, wherever it lies, and so does that
 * of another version of this package that is still there: then this one gets a name of its own.
 * Throws when a name is asked for that another kernel has in the same folder.
 */
export function install(options: InstallOptions): Installed {
  const kernels = options.prefix === undefined ? userKernels() : prefixKernels(options.prefix);
  const { name, notes } = chooseName(options, kernels);
  const displayName = name === options.notebookName ? "TypeScript" : `TypeScript (${name})`;
  const folder = join(kernels, name);
  const spec = `${JSON.stringify(ownKernelspec(displayName, options.version), null, 2)}\n`;
  writeSpec(kernels, name, [
    ["logo-svg.svg", LOGO_SVG],
    ["logo-64x64.png", Buffer.from(LOGO_PNG, "base64")],
    // The last, for it makes a kernel of a folder.
    ["kernel.json", spec],
  ]);
  const isSeen = kernelFolders().includes(kernels);
  const unseen = isSeen
    ? []
    : [
        `Jupyter started from here does not look there: a Jupyter of ${options.prefix} does, or set JUPYTER_PATH`,
      ];
  return { name, folder, notes: [...notes, ...unseen] };
}

/** So long nobody takes to write three small files. */
const ABANDONED_MS = 60_000;

/** All files are there before the first takes its place; a kernel that is there already stays one at every moment. */
function writeSpec(
  kernels: string,
  name: string,
  files: readonly (readonly [name: string, content: string | Uint8Array])[],
): void {
  const folder = join(kernels, name);
  let fresh: string | undefined;
  try {
    mkdirSync(kernels, { recursive: true });
    removeAbandoned(kernels, `.${name}-`);
    fresh = mkdtempSync(join(kernels, `.${name}-`));
    for (const [file, content] of files) writeFileSync(join(fresh, file), content);
    if (existsSync(folder)) for (const [file] of files) renameSync(join(fresh, file), join(folder, file));
    else renameSync(fresh, folder);
  } catch (error) {
    throw new Error(`${folder}: not written (${(error as Error).message})`);
  } finally {
    if (fresh !== undefined) rmSync(fresh, { recursive: true, force: true });
  }
}

/** Removes what installers left that were killed. */
function removeAbandoned(kernels: string, prefix: string): void {
  for (const each of readdirSync(kernels)) {
    const path = join(kernels, each);
    const isTemporary = each.startsWith(prefix) && each.length === prefix.length + 6;
    if (isTemporary && Date.now() - statSync(path).mtimeMs > ABANDONED_MS)
      rmSync(path, { recursive: true, force: true });
  }
}

/** Removes kernelspecs of this installation: that of a name, or all, in the user's folder or a prefix. Gives their folders. */
export function uninstall(options: { readonly name?: string; readonly prefix?: string }): readonly string[] {
  const kernels = options.prefix === undefined ? userKernels() : prefixKernels(options.prefix);
  const found = listKernelspecs([kernels]).filter(
    (each) => isOurs(each) && (options.name === undefined ? isThis(each) : each.name === options.name),
  );
  for (const { folder } of found) rmSync(folder, { recursive: true });
  return found.map(({ folder }) => folder);
}

function chooseName(
  { notebookName, ownName, version, name }: InstallOptions,
  kernels: string,
): { readonly name: string; readonly notes: readonly string[] } {
  if (name !== undefined) {
    if (!/^[A-Za-z0-9._-]+$/.test(name))
      throw new Error(`a kernel's name has letters, digits, -, . and _ only, not ${JSON.stringify(name)}`);
    const there = readKernelspec(kernels, name);
    if (there && !isOurs(there)) throw new Error(`${there.folder} is another kernel: give another --name`);
    return { name, notes: [] };
  }
  const seen = listKernelspecs([...new Set([kernels, ...kernelFolders()])]);
  const rivalOf = (candidate: string) =>
    seen.find((each) => each.name === candidate && !(isOurs(each) && (isThis(each) || isGone(each))));
  const rival = rivalOf(notebookName);
  if (!rival) return { name: notebookName, notes: [] };
  const versioned = `${ownName}-${version}`;
  const others = [
    ownName,
    versioned,
    ...Array.from({ length: 9 }, (_, index) => `${versioned}-${index + 2}`),
  ];
  const chosen = others.find((candidate) => !rivalOf(candidate));
  if (chosen === undefined) throw new Error("every name is another kernel's: give a --name");
  const what = isOurs(rival) ? "another installation of this kernel" : "another kernel";
  const note = `${rival.folder} is ${what} and stays: notebooks that ask for ${notebookName} start that one; choose "TypeScript (${chosen})" in the kernel menu, or start them with --kernel ${chosen}`;
  return { name: chosen, notes: [note] };
}

function isThis(found: FoundKernelspec): boolean {
  return programOf(found) === KERNEL_PROGRAM;
}

function isGone(found: FoundKernelspec): boolean {
  const program = programOf(found);
  return program === undefined || !existsSync(program);
}
