/** A module that a page does not have: it can be imported, and says so when it is used. */
const missing = (what: string) => () => {
  throw new Error(`${what} needs Node: run the lesson on the kernel`);
};

export const Worker = missing("a worker thread");
export const Piscina = missing("a pool of worker threads");
export const spawn = missing("starting a program");
export const spawnSync = spawn;
export const execFileSync = spawn;
export const isMainThread = true;
export const parentPort = null;
export const workerData = undefined;
export default missing("this module");
