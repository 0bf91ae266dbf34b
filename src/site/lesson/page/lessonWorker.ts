import type { Answers, FromWorker, LessonFile, Message, Question, ToWorker } from "../worker/messages";

/** How running a cell ended. */
export type Ended = { readonly how: "ran" | "threw" | "stopped"; readonly milliseconds: number };

/** What a worker was asked for will not come: it was stopped, as its reader wanted. */
export class Stopped extends Error {
  override readonly name = "Stopped";

  constructor() {
    super("stopped");
  }
}

/** A worker that runs cells, until it is stopped. */
export class LessonWorker {
  readonly #worker: Worker;
  readonly ready: Promise<void>;
  readonly #running = new Map<string, (ended: Ended) => void>();
  /** Who is told what a cell says, as long as the worker lives: a cell's timers may say something after its end. */
  readonly #listeners = new Map<string, (messages: readonly Message[]) => void>();
  readonly #asked = new Map<
    number,
    { resolve: (answer: unknown) => void; reject: (reason: Error) => void }
  >();
  #requests = 0;
  #fail: (reason: Error) => void = () => {};

  constructor(address: string, files: readonly LessonFile[]) {
    this.#worker = new Worker(address);
    this.ready = new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data, resolve);
      this.#worker.onerror = (event) => {
        event.preventDefault();
        reject(new Error(event.message === "" ? "its worker does not start" : event.message));
      };
    });
    this.ready.catch(() => {});
    this.#send({ kind: "start", files });
  }

  run(
    id: string,
    code: string,
    label: string,
    onMessages: (messages: readonly Message[]) => void,
  ): Promise<Ended> {
    return new Promise((resolve) => {
      this.#listeners.set(id, onMessages);
      this.#running.set(id, resolve);
      this.#send({ kind: "run", id, code, label });
    });
  }

  /** @throws Error with the worker's reason when it refuses; Stopped when it is stopped before it answers. */
  ask<Q extends Question>(question: Q): Promise<Answers[Q["about"]]> {
    this.#requests += 1;
    const request = this.#requests;
    return new Promise((resolve, reject) => {
      this.#asked.set(request, { resolve: resolve as (answer: unknown) => void, reject });
      this.#send({ kind: "ask", request, question });
    });
  }

  /** Ends the worker at once, whatever it does. */
  stop(): void {
    this.#worker.terminate();
    this.#fail(new Stopped());
    this.#listeners.clear();
    for (const end of this.#running.values()) end({ how: "stopped", milliseconds: 0 });
    this.#running.clear();
    for (const { reject } of this.#asked.values()) reject(new Stopped());
    this.#asked.clear();
  }

  #send(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker, onReady: () => void): void {
    switch (message.kind) {
      case "ready":
        onReady();
        return;
      case "said":
        this.#listeners.get(message.id)?.(message.messages);
        return;
      case "done": {
        const { id, threw, milliseconds } = message;
        const end = this.#running.get(id);
        this.#running.delete(id);
        end?.({ how: threw ? "threw" : "ran", milliseconds });
        return;
      }
      case "answer":
        this.#asked.get(message.request)?.resolve(message.answer);
        this.#asked.delete(message.request);
        return;
      case "refusal":
        this.#asked.get(message.request)?.reject(new Error(message.reason));
        this.#asked.delete(message.request);
    }
  }
}
