import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** A kernelspec as it lies in a folder: what a client starts, and what it shows. */
export interface Kernelspec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode?: "message" | "signal";
  readonly env?: Readonly<Record<string, string>>;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface FoundKernelspec {
  /** The folder's name, by which notebooks and clients call the kernel. */
  readonly name: string;
  readonly folder: string;
  /** Nothing when kernel.json cannot be read. */
  readonly spec: Kernelspec | undefined;
}

/** The program of this kernel. */
export const KERNEL_PROGRAM = join(__dirname, "main.js");

/** What marks a kernelspec as written by this kernel, of whatever version and place. */
const MARK = "tslab-kernel";

/** The kernelspec of this kernel: a Node and a program by their full paths, so that neither PATH nor a variable matters. */
export function ownKernelspec(displayName: string, version: string): Kernelspec {
  return {
    argv: [process.execPath, resolve(KERNEL_PROGRAM), "{connection_file}"],
    display_name: displayName,
    language: "typescript",
    interrupt_mode: "message",
    env: {},
    metadata: { [MARK]: { version }, debugger: false },
  };
}

export function isOurs({ spec }: FoundKernelspec): boolean {
  return spec?.metadata?.[MARK] !== undefined;
}

/** The program that a kernelspec of ours starts. */
export function programOf({ spec }: FoundKernelspec): string | undefined {
  return spec?.argv[1];
}

/** Whether it is tslab's own. */
export function isStock({ spec }: FoundKernelspec): boolean {
  return spec?.argv.includes("--config-path") ?? false;
}

/** Reads a kernelspec; undefined when there is none in this folder. */
export function readKernelspec(kernels: string, name: string): FoundKernelspec | undefined {
  const folder = join(kernels, name);
  if (!existsSync(join(folder, "kernel.json"))) return undefined;
  try {
    const spec = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as Kernelspec;
    return { name, folder, spec: Array.isArray(spec.argv) ? spec : undefined };
  } catch {
    return { name, folder, spec: undefined };
  }
}

/** All kernelspecs of these folders, in the order in which Jupyter finds them; names are the same in any case of letters. */
export function listKernelspecs(folders: readonly string[]): readonly FoundKernelspec[] {
  return folders.flatMap((kernels) => {
    try {
      return readdirSync(kernels).flatMap((name) => readKernelspec(kernels, name) ?? []);
    } catch {
      return [];
    }
  });
}
