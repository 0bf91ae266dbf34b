/** The part of tslab through which a display finds its way to a notebook. */
export interface KernelModule {
  readonly lastWriteDisplayData: ((content: object, update: boolean) => void) | null;
}

/**
 * The tslab that runs this process, wherever it is installed: the loaded module is asked for, because a copy of our own
 * would not be connected to any notebook. Its writer changes with every cell, so it is looked up at each call.
 */
export function kernelModule(): KernelModule | undefined {
  const path = Object.keys(require.cache).find((file) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(file));
  return path === undefined ? undefined : (require.cache[path]?.exports as KernelModule | undefined);
}
