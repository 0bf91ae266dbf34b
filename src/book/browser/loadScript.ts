const loading = new Map<string, Promise<void>>();

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
