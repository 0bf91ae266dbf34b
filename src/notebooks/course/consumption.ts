import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a program and all that it started take together. */
export interface Consumption {
  readonly processes: number;
  /** Bytes of memory that they share with nobody. */
  readonly bytes: number;
}

const PAGE = 4096;

/** By the process ids of `/proc`; undefined on systems that have none. */
export function consumptionOf(root: number): Consumption | undefined {
  let ids: readonly string[];
  try {
    ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return undefined;
  }
  const children = new Map<number, number[]>();
  for (const id of ids) {
    // The name of the program, in parentheses, may hold anything.
    const parent = Number(read(id, "stat")?.replace(/^.*\)/s, "").trim().split(" ")[1]);
    if (Number.isSafeInteger(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(id)]);
  }
  const all = [root];
  // The iteration reaches what is added on the way.
  for (const id of all) all.push(...(children.get(id) ?? []));
  const bytes = all.reduce((sum, id) => {
    const [, resident = 0, shared = 0] = read(String(id), "statm")?.split(" ").map(Number) ?? [];
    return sum + (resident - shared) * PAGE;
  }, 0);
  return { processes: all.length, bytes };
}

function read(id: string, file: string): string | undefined {
  try {
    return readFileSync(join("/proc", id, file), "utf8");
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
}
