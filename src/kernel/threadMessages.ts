import type { ConnectionInfo } from "./connectionFile";
import type { JsonObject } from "./wire";

/**
 * A kernel has three threads. The main thread runs cells, and may be busy for hours; the server thread owns the sockets and
 * always answers; the sentinel sees signals and the end of the parent process. This is what they say to each other.
 */

/** What the server thread hands to the main thread. */
export type ToMain =
  | { readonly kind: "request"; readonly request: Request }
  | { readonly kind: "input"; readonly value: string }
  /** The answer to a barrier: every request that had reached the process before it has been handed over. */
  | { readonly kind: "barrier"; readonly id: number }
  | { readonly kind: "interrupt" }
  /** Behind each interrupt: call the cells' own listeners of it; and then, once they have come to an end, one way or the other. */
  | { readonly kind: "listeners" | "listened" }
  | { readonly kind: "shutdown" };

/** A request of a client, under a number by which replies name it. */
export interface Request {
  readonly id: number;
  readonly header: JsonObject;
  readonly content: JsonObject;
}

/** What the main thread has to say. `content` is JSON. */
export type ToServer =
  | {
      readonly kind: "publish";
      readonly parent: JsonObject;
      readonly type: string;
      readonly content: string;
    }
  | {
      readonly kind: "stream";
      readonly parent: JsonObject;
      readonly name: StreamName;
      readonly text: string;
    }
  | { readonly kind: "reply"; readonly id: number; readonly type: string; readonly content: string }
  /** An `input_request` to the client of request `id`. */
  | { readonly kind: "ask"; readonly id: number; readonly content: string }
  | { readonly kind: "barrier"; readonly id: number }
  /** A cell's synchronous code took an interrupt, of which no other thread has heard. */
  | { readonly kind: "interrupted" }
  /** The process ends: sockets are to be closed, which sends what they hold. */
  | { readonly kind: "close" };

export type StreamName = "stdout" | "stderr";

export interface ServerData {
  readonly connection: ConnectionInfo;
  readonly kernelInfo: JsonObject;
  readonly counters: SharedArrayBuffer;
}

/** Numbers that all threads see, by their place in the shared array. */
export const COUNTER = {
  /** Messages of the main thread that the server thread has sent on. */
  sent: 0,
  /** Interrupts that the main thread has taken notice of. */
  interruptsSeen: 1,
  /** What the sentinel sleeps on; it never changes. */
  never: 2,
  /** 1 while the main thread does work that must not be stopped half-way: the compiler keeps state. */
  compiling: 3,
  /** Cells begun and cells ended: odd while one runs. */
  cells: 4,
  /** Above 0 while the debugger holds the main thread; a process that ends would wait for it. */
  debugging: 5,
  /** 1 while the kernel itself goes on, in steps between which a cell's leftovers may run: what it began to answer must be sent. */
  answering: 6,
  /** Interrupts that the main thread has been told of. */
  interruptsAsked: 7,
  /** Interrupts of which cells' own listeners have heard, too. */
  interruptsDone: 8,
  /** 1 when the main thread has heard that the process is to end. */
  ending: 9,
  /** 1 while the main thread asks something of a cell's what it is. */
  telling: 10,
} as const;

export const COUNTERS = 11;
