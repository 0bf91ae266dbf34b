/** Files in memory, under absolute paths with `/`: what a folder on a disk is to a kernel. */
const files = new Map<string, Uint8Array | string>();
const folders = new Set<string>(["/"]);

export function addFolder(path: string): void {
  for (let at = path; !folders.has(at); at = parentOf(at)) folders.add(at);
}

export function addFile(path: string, content: Uint8Array | string): void {
  addFolder(parentOf(path));
  files.set(path, content);
}

export function removePath(path: string): boolean {
  const below = [...files.keys(), ...folders].filter((each) => each === path || each.startsWith(`${path}/`));
  for (const each of below) {
    files.delete(each);
    folders.delete(each);
  }
  return below.length > 0;
}

export const contentOf = (path: string): Uint8Array | string | undefined => files.get(path);
export const isFolder = (path: string): boolean => folders.has(path);

/** Names of what stands directly in a folder, sorted. */
export function namesIn(folder: string): readonly string[] {
  const prefix = folder === "/" ? "/" : `${folder}/`;
  const names = new Set<string>();
  for (const path of [...files.keys(), ...folders]) {
    if (path.length > prefix.length && path.startsWith(prefix))
      names.add(path.slice(prefix.length).split("/", 1)[0]!);
  }
  return [...names].sort();
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}
