import { statSync } from "node:fs";
import { resolve } from "node:path";
import { InputError } from "@finetune-icl/base";

/** Names of what is open already: even where a file stands behind one, it is somebody else's, who is writing it. */
const OPEN_ALREADY = /^\/(?:dev\/(?:std(?:in|out|err)|fd\/)|proc\/)/;

/** The path of a file to write: a new name or a file. @throws InputError naming the option. */
export function readOutFile(path: string, option = "--out"): string {
  const allowed = "the path of a file, new or there";
  if (path === "" || path.endsWith("/")) throw new InputError(option, path, allowed);
  // A device or a pipe would be replaced by a file.
  if (OPEN_ALREADY.test(resolve(path)) || statOf(path, option)?.isFile() === false)
    throw new InputError(option, path, allowed);
  return path;
}

/** The path of a folder to write into. @throws InputError naming the option. */
export function readOutFolder(path: string, option = "--out"): string {
  const allowed = "the path of a folder, new or there";
  if (path === "" || statOf(path, option)?.isDirectory() === false)
    throw new InputError(option, path, allowed);
  return path;
}

function statOf(path: string, option: string) {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    throw new InputError(option, path, "a path that leads somewhere");
  }
}
