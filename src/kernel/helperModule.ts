import Module from "node:module";

type ModuleClass = typeof Module;

/** A module of Node's, with what its types leave out. */
interface Compiled {
  exports: unknown;
  _compile(code: string, path: string): unknown;
}

/**
 * The modules that tslab's executor makes for files that cells import. It keeps each under its path when its code has run, so that files
 * that import each other in a circle would run again and again. These are found while they run, by whoever makes one of the same
 * path, with what they export so far, as Node has it. One whose code throws runs again when it is next imported.
 */
export function helperModules(): ModuleClass {
  const running = new Map<string, Module>();
  return class HelperModule extends Module {
    constructor(path: string, parent?: Module) {
      super(path, parent);
      const found = running.get(path);
      // biome-ignore lint/correctness/noConstructorReturn: who asks for a module of this path is to get the one that is there.
      if (found) return found as HelperModule;
    }

    _compile(code: string, path: string): unknown {
      if (running.has(path)) return undefined;
      const run = (Module.prototype as unknown as Compiled)._compile;
      running.set(path, this);
      try {
        return run.call(this as unknown as Compiled, code, path);
      } catch (error) {
        this.#runAgainWhenAsked(code, path);
        throw error;
      } finally {
        running.delete(path);
      }
    }

    /** The executor keeps a module of a circle even if its code throws. The others of the circle hold what it exports. */
    #runAgainWhenAsked(code: string, path: string): void {
      const { exports } = this as unknown as Compiled;
      const set = (value: unknown) =>
        Object.defineProperty(this, "exports", {
          value,
          writable: true,
          enumerable: true,
          configurable: true,
        });
      const get = () => {
        set(exports);
        this._compile(code, path);
        return (this as unknown as Compiled).exports;
      };
      Object.defineProperty(this, "exports", { get, set, configurable: true });
    }
  };
}
