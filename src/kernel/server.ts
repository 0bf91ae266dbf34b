import { join } from "node:path";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import type { ConnectionInfo } from "./connectionFile";
import { log } from "./log";
import type { SentinelData } from "./sentinelThread";
import {
  COUNTER,
  COUNTERS,
  type Request,
  type ServerData,
  type StreamName,
  type ToMain,
  type ToServer,
} from "./threadMessages";
import type { JsonObject } from "./wire";

export interface ServerEvents {
  readonly onRequest: (request: Request) => void;
  readonly onInput: (value: string) => void;
  readonly onInterrupt: () => void;
  /** Cells' own listeners of interrupts are to be called: they may loop, and are ended then. */
  readonly onListeners: () => void;
  readonly onShutdown: () => void;
}

// A cell that prints in an endless loop waits for what it said to be sent on, rather than fill the memory.
const MOST_UNSENT = 5000;
const WAIT_MS = 20;
const FLUSH_MS = 600;

/**
 * The process with which the kernel ends, as clients announce it. Its orphans belong to process 1, also when it was gone before the
 * kernel looked for the first time.
 */
const PARENT = parentToWatch(process.env.JPY_PARENT_PID, process.ppid);

/** `announced` differs from the parent when something stands between them, a shell for instance: then that is watched. */
function parentToWatch(announced: string | undefined, parent: number): number | undefined {
  if (announced === undefined) return undefined;
  return parent === 1 ? Number(announced) : parent;
}

/** The main thread's end of the threads that own the sockets and wait for signals. */
export class Server {
  readonly #counters = new Int32Array(new SharedArrayBuffer(COUNTERS * Int32Array.BYTES_PER_ELEMENT));
  readonly #thread: Worker;
  readonly #barriers = new Map<number, () => void>();
  #said = 0;
  #lastBarrier = 0;

  constructor(connection: ConnectionInfo, kernelInfo: JsonObject, events: ServerEvents) {
    const counters = this.#counters.buffer as SharedArrayBuffer;
    const { port1, port2 } = new MessageChannel();
    const sentinelData: SentinelData = {
      connection,
      counters,
      port: port1,
      parent: PARENT,
    };
    const sentinel = startThread("sentinelThread.js", sentinelData, [port1]);
    sentinel.unref();
    const serverData: ServerData = { connection, kernelInfo, counters };
    this.#thread = startThread("serverThread.js", serverData, []);
    this.#thread.postMessage({ kind: "sentinel", port: port2 }, [port2]);
    this.#thread.on("message", (message: ToMain) => this.#onMessage(message, events));
    // Without sockets there is no kernel: a port that is taken, say.
    this.#thread.on("error", (error) => {
      log(`${error.stack ?? String(error)}`);
      process.exit(1);
    });
  }

  /** Sends a message about the request with header `parent` to all clients. */
  publish(parent: JsonObject, type: string, content: object): void {
    this.#say({ kind: "publish", parent, type, content: JSON.stringify(content) });
  }

  /** As `publish`, for text of a stream; pieces that follow each other are joined. */
  print(parent: JsonObject, name: StreamName, text: string): void {
    this.#say({ kind: "stream", parent, name, text });
  }

  /** Answers a request; clients then see the kernel idle. */
  reply({ id }: Request, type: string, content: object): void {
    this.#say({ kind: "reply", id, type, content: JSON.stringify(content) });
  }

  /** Asks the client of a request for a line of text; the answer is an event. */
  ask({ id }: Request, content: object): void {
    this.#say({ kind: "ask", id, content: JSON.stringify(content) });
  }

  /** Does work that no interrupt stops half-way. */
  protect<T>(work: () => T): T {
    Atomics.store(this.#counters, COUNTER.compiling, 1);
    try {
      return work();
    } finally {
      Atomics.store(this.#counters, COUNTER.compiling, 0);
    }
  }

  /** The same for work in several steps, which begins and ends by this. It waits for nothing but promises that are settled. */
  setAnswering(isAnswering: boolean): void {
    Atomics.store(this.#counters, COUNTER.answering, isAnswering ? 1 : 0);
    // What was stopped by force has not said that it is over.
    Atomics.store(this.#counters, COUNTER.telling, 0);
  }

  /** Asks something of a cell's what it is, which a debugger must not do as well. */
  tell<T>(work: () => T): T {
    Atomics.store(this.#counters, COUNTER.telling, 1);
    try {
      return work();
    } finally {
      Atomics.store(this.#counters, COUNTER.telling, 0);
    }
  }

  /** Sees to it that nothing goes on of a cell whose synchronous code an interrupt stopped, without the other threads. */
  watchInterrupted(): void {
    this.#say({ kind: "interrupted" });
  }

  /** Whether an interrupt is under way of which this thread has not heard. */
  get isInterruptPending(): boolean {
    return (
      Atomics.load(this.#counters, COUNTER.interruptsAsked) !==
      Atomics.load(this.#counters, COUNTER.interruptsSeen)
    );
  }

  /** Tells the other threads that a cell begins, or that its reply is on its way. */
  turnCell(): void {
    Atomics.add(this.#counters, COUNTER.cells, 1);
  }

  /** Resolves when every request that has reached this process by now has been an event. */
  barrier(): Promise<void> {
    this.#lastBarrier += 1;
    const id = this.#lastBarrier;
    return new Promise((resolve) => {
      this.#barriers.set(id, resolve);
      this.#say({ kind: "barrier", id });
    });
  }

  /** Closes the sockets and waits, without giving the thread back, until all that was said is on its way; not for long. */
  close(): void {
    this.#thread.postMessage({ kind: "close" });
    this.#said += 1;
    const deadline = performance.now() + FLUSH_MS;
    while (this.#unsent() > 0 && performance.now() < deadline) this.#waitForSending();
    // Node would wait until the debugger lets go, which the thread that holds it has not done.
    if (Atomics.load(this.#counters, COUNTER.debugging) > 0) process.kill(process.pid, "SIGKILL");
  }

  #say(message: ToServer): void {
    this.#thread.postMessage(message);
    this.#said += 1;
    while (this.#unsent() > MOST_UNSENT) this.#waitForSending();
  }

  #unsent(): number {
    return (this.#said - Atomics.load(this.#counters, COUNTER.sent)) | 0;
  }

  #waitForSending(): void {
    Atomics.wait(this.#counters, COUNTER.sent, Atomics.load(this.#counters, COUNTER.sent), WAIT_MS);
  }

  #onMessage(message: ToMain, events: ServerEvents): void {
    switch (message.kind) {
      case "request":
        events.onRequest(message.request);
        break;
      case "input":
        events.onInput(message.value);
        break;
      case "interrupt":
        Atomics.add(this.#counters, COUNTER.interruptsSeen, 1);
        events.onInterrupt();
        break;
      case "listeners":
        events.onListeners();
        break;
      case "listened":
        Atomics.add(this.#counters, COUNTER.interruptsDone, 1);
        break;
      case "barrier":
        this.#barriers.get(message.id)?.();
        this.#barriers.delete(message.id);
        break;
      case "shutdown":
        Atomics.store(this.#counters, COUNTER.ending, 1);
        events.onShutdown();
    }
  }
}

function startThread(file: string, workerData: object, transferList: readonly MessagePort[]): Worker {
  return new Worker(join(__dirname, file), {
    workerData,
    transferList: [...transferList],
    // What the kernel was started with, a preload for instance, is not meant for its threads; nor are a cell's changes of the environment.
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: "" },
    stdout: false,
    stderr: false,
  });
}
