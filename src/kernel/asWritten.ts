/** The messages of V8 that quote code: the code that runs, which is not what was written. */
const QUOTING =
  /^(?:.+ is not (?:a function|a constructor|(?:async )?iterable)\b.*|Cannot destructure (?:property '.*' of )?'.+' as it is (?:undefined|null)\.)$/s;
const IMPORTED = /(?<![.\w$])([A-Za-z_$][\w$]*_\d+)\.([\w$]+)/g;

const OF_CELLS = /(?<![.\w$])exports\.([\w$]+)/g;

/** Whether the code itself takes this name from what it calls `exports`. */
function isWritten(name: string, source: string): boolean {
  return [...source.matchAll(OF_CELLS)].some(([, written]) => written === name);
}

/**
 * An error's message with the names of the cell that threw it, whose code is `source`: names of earlier cells are properties of
 * `exports` in the code that runs, and imported ones those of a module.
 */
export function asWritten(message: string, source: string): string {
  if (!QUOTING.test(message)) return message;
  const plain = message.replace(/\(0 ?, ([\w$.]+)\)/g, "$1");
  const own = plain.replace(OF_CELLS, (found, name: string) => (isWritten(name, source) ? found : name));
  return own.replace(IMPORTED, (found, module: string, name: string) =>
    source.includes(module) ? found : importedAs(module, name, source),
  );
}

/** What the code calls an export of a module, for which the compiler has a variable of its own. */
function importedAs(module: string, name: string, source: string): string {
  if (name !== "default") {
    const clauses = [...source.matchAll(/\bimport\b([^"'`;]*)\bfrom\b/g)].map(([, clause]) => clause).join();
    return new RegExp(`\\b${name}\\s+as\\s+([\\w$]+)`).exec(clauses)?.[1] ?? name;
  }
  const stem = module.replace(/_\d+$/, "");
  for (const [, local, specifier] of source.matchAll(/\bimport\s+([\w$]+)\b[^"'`;]*["']([^"']+)["']/g)) {
    const file = specifier!.split("/").at(-1)!;
    if (file.replace(/\.tsx?$/, "").replace(/\W/g, "_") === stem) return local!;
  }
  return stem;
}
