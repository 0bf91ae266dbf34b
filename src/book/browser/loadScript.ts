/** What is loaded or on its way, known to all scripts of a page: each brings this module as its own. */
const KNOWN = Symbol.for("scripts of the book");
const page = globalThis as { [KNOWN]?: Map<string, Promise<void>> };
page[KNOWN] ??= new Map();
const loading = page[KNOWN];

/** Runs a script of the book, once; `address` is relative to the page. */
export function loadScript(address: string): Promise<void> {
  let promise = loading.get(address);
  if (promise === undefined) {
    promise = new Promise((resolve, reject) => {
      const element = document.createElement("script");
      element.src = address;
      element.addEventListener("load", () => resolve());
      element.addEventListener("error", () => reject(new Error(`${address} does not load`)));
      document.head.append(element);
    });
    loading.set(address, promise);
  }
  return promise;
}
