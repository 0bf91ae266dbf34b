/** `node:path` of a system with `/`, as far as the packages ask for it. */
import process from "./process";

export const sep = "/";
export const delimiter = ":";

export function normalize(path: string): string {
  const isAbsolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !isAbsolute) parts.push(part);
  }
  const text = parts.join("/");
  return isAbsolute ? `/${text}` : text === "" ? "." : text;
}

export const isAbsolute = (path: string): boolean => path.startsWith("/");
export const join = (...parts: readonly string[]): string =>
  normalize(parts.filter((part) => part !== "").join("/"));

export function resolve(...parts: readonly string[]): string {
  let path = "";
  for (const part of [...parts].reverse()) {
    path = path === "" ? part : `${part}/${path}`;
    if (part.startsWith("/")) break;
  }
  return normalize(path.startsWith("/") ? path : `${process.cwd()}/${path}`);
}

export function dirname(path: string): string {
  const at = path.replace(/\/+$/, "").lastIndexOf("/");
  return at < 0 ? "." : at === 0 ? "/" : path.slice(0, at);
}

export function basename(path: string, ending = ""): string {
  const name = path.replace(/\/+$/, "").split("/").at(-1) ?? "";
  return ending !== "" && name !== ending && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

export function extname(path: string): string {
  const name = basename(path);
  const at = name.lastIndexOf(".");
  return at <= 0 ? "" : name.slice(at);
}

export function relative(from: string, to: string): string {
  const [start, end] = [from, to].map((path) =>
    resolve(path)
      .split("/")
      .filter((part) => part !== ""),
  ) as [string[], string[]];
  let shared = 0;
  while (shared < start.length && start[shared] === end[shared]) shared += 1;
  return [...start.slice(shared).map(() => ".."), ...end.slice(shared)].join("/");
}

export const posix = {
  sep,
  delimiter,
  normalize,
  isAbsolute,
  join,
  resolve,
  dirname,
  basename,
  extname,
  relative,
};
export default posix;
