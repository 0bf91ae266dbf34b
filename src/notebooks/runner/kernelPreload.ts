import Module from "node:module";
import { basename, join } from "node:path";
import { isMainThread, Worker } from "node:worker_threads";
import { LIFELINE_VARIABLE } from "./lifeline";

/**
 * Loaded into a tslab kernel before tslab itself: `node -r …/kernelPreload.js tslab kernel …`, or under Jupyter
 * through NODE_OPTIONS. It does nothing in any other process.
 */
interface PublisherModule {
  Publisher: new (options?: object) => object;
}

type Load = (this: unknown, request: string, ...rest: unknown[]) => unknown;

if (isMainThread && isTslabKernel(process.argv)) {
  loseNoOutput();
  endWithRunner();
}

function isTslabKernel([, script = "", command]: readonly string[]): boolean {
  return command === "kernel" && basename(script).startsWith("tslab");
}

/**
 * zeromq.js makes a socket wait after 512 synchronous sends, and refuses further sends meanwhile; tslab does not look.
 * A publisher that never waits and never counts what is queued delivers everything.
 */
function loseNoOutput(): void {
  const loader = Module as unknown as { _load: Load };
  const load = loader._load;
  const widened = new WeakSet<object>();
  loader._load = function (request, ...rest) {
    const loaded = load.call(this, request, ...rest);
    if (request === "zeromq" && typeof loaded === "object" && loaded !== null && !widened.has(loaded)) {
      widened.add(loaded);
      widenPublisher(loaded as PublisherModule);
    }
    return loaded;
  };
}

function widenPublisher(zeromq: PublisherModule): void {
  zeromq.Publisher = class extends zeromq.Publisher {
    constructor(options: object = {}) {
      super({ ...options, sendTimeout: 0, sendHighWaterMark: 0 });
    }
  };
}

function endWithRunner(): void {
  const directory = process.env[LIFELINE_VARIABLE];
  if (directory === undefined) return;
  // Programs that cells start must not take the kernel's pipe for theirs.
  delete process.env[LIFELINE_VARIABLE];
  new Worker(join(__dirname, "kernelWatchdog.js"), { workerData: { directory }, execArgv: [] }).unref();
}
