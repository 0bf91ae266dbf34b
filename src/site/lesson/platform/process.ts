/** `process` of a lesson in the page: a folder, an environment, and streams that go to the cell. */

export const NOTEBOOK_FOLDER = "/course/notebooks";

type Write = (chunk: string | Uint8Array, ...rest: readonly unknown[]) => boolean;
interface Stream {
  write: Write;
}

/** Text that no cell wrote is for whoever develops the page, and goes nowhere. */
const nowhere = (): Stream => ({ write: () => true });

const nothing = () => process;

const process = {
  env: {} as Record<string, string | undefined>,
  argv: ["node", "lesson"],
  execArgv: [] as string[],
  // What the compiler takes its target from.
  version: "v22.0.0",
  versions: { node: "22.0.0" },
  platform: "linux",
  arch: "wasm",
  pid: 1,
  // Programs that ask take the ways of a browser.
  browser: true,
  exitCode: undefined as number | undefined,
  stdout: nowhere(),
  stderr: nowhere(),
  cwd: () => NOTEBOOK_FOLDER,
  nextTick: (work: (...given: unknown[]) => void, ...given: unknown[]) =>
    queueMicrotask(() => work(...given)),
  hrtime: Object.assign(
    (): [number, number] => {
      const now = performance.now();
      return [Math.floor(now / 1000), Math.floor((now % 1000) * 1e6)];
    },
    { bigint: () => BigInt(Math.round(performance.now() * 1e6)) },
  ),
  memoryUsage: () => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }),
  kill: () => true,
  on: nothing,
  once: nothing,
  off: nothing,
  removeListener: nothing,
  emitWarning: () => {},
  exit(): never {
    throw new Error("process.exit: a page has no process to end; Reset starts the lesson anew");
  },
};

export default process;
