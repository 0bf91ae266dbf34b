import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@finetune-icl/base";
import { Dealer, Subscriber } from "zeromq";
import { type Connection, createConnection } from "./connection";
import { type ExecuteReply, type KernelMessage, toExecuteReply, toKernelMessage } from "./kernelMessage";
import { type KernelExit, type KernelProcess, startKernelProcess } from "./kernelProcess";
import { decodeMessage, encodeMessage, type WireMessage } from "./wire";

/** What became of a request. */
export type Answer<T> =
  | { readonly kind: "answered"; readonly content: T }
  | { readonly kind: "died"; readonly exit: KernelExit }
  | { readonly kind: "timedOut" };

interface OpenRequest {
  readonly onMessage: (message: KernelMessage) => void;
  reply: JsonObject | undefined;
  isIdle: boolean;
  readonly finish: (answer: Answer<JsonObject>) => void;
}

const SHUTDOWN_MS = 1000;

/** A kernel and the conversation with it. */
export class Kernel {
  readonly #connection: Connection = createConnection();
  readonly #process: KernelProcess;
  readonly #session = randomUUID();
  readonly #shell = new Dealer({ linger: 0, sendTimeout: 0 });
  readonly #control = new Dealer({ linger: 0, sendTimeout: 0 });
  readonly #iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  // Requests stay known after their answer: text may come late.
  readonly #requests = new Map<string, OpenRequest>();
  #isKilled = false;
  #onWelcome: () => void = () => {};
  readonly #welcome = new Promise<void>((resolve) => {
    this.#onWelcome = resolve;
  });

  private constructor(cwd: string, env: NodeJS.ProcessEnv) {
    this.#process = startKernelProcess(this.#connection, cwd, env);
    this.#shell.connect(this.#connection.address("shell"));
    this.#control.connect(this.#connection.address("control"));
    this.#iopub.connect(this.#connection.address("iopub"));
    this.#iopub.subscribe();
    this.#listen(this.#shell, (message) => this.#onReply(message));
    this.#listen(this.#iopub, (message) => this.#onBroadcast(message));
    void this.#process.exited.then((exit) => this.#endRequests(exit));
  }

  /** Starts a kernel in folder `cwd` and waits until it answers and is heard, at most `timeoutMs`. */
  static async start(
    cwd: string,
    timeoutMs: number,
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ kernel: Kernel; answer: Answer<JsonObject> }> {
    const kernel = new Kernel(cwd, env);
    const answer = await kernel.#handshake(timeoutMs);
    kernel.#connection.forgetFile();
    return { kernel, answer };
  }

  /** Runs code; `onMessage` gets everything the kernel says about it, also what comes after the answer. */
  async execute(
    code: string,
    timeoutMs: number,
    onMessage: (message: KernelMessage) => void,
  ): Promise<Answer<ExecuteReply>> {
    const content = {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: false,
    };
    const answer = await this.#request("execute_request", content, timeoutMs, onMessage);
    return answer.kind === "answered" ? { ...answer, content: toExecuteReply(answer.content) } : answer;
  }

  /** Stops what the kernel does; whether it is ready for more within `timeoutMs`. */
  async interrupt(timeoutMs: number): Promise<Answer<JsonObject>> {
    const message = this.#message("interrupt_request", {});
    await this.#control.send(encodeMessage(message, this.#connection.key)).catch(() => {});
    return this.#request("kernel_info_request", {}, timeoutMs, () => {});
  }

  /** Listens for `quietMs` more, then until the kernel has answered a question, and so has said all it had to say. */
  async settle(quietMs: number, timeoutMs: number): Promise<Answer<JsonObject>> {
    await sleep(quietMs);
    return this.#request("kernel_info_request", {}, timeoutMs, () => {});
  }

  /** Asks the kernel to end, and kills it when it does not. */
  async stop(): Promise<void> {
    if (this.#isKilled) return;
    const message = this.#message("shutdown_request", { restart: false });
    await this.#control.send(encodeMessage(message, this.#connection.key)).catch(() => {});
    await Promise.race([this.#process.exited, sleep(SHUTDOWN_MS, undefined, { ref: false })]);
    this.kill();
  }

  /** Ends the kernel at once. */
  kill(): void {
    this.#isKilled = true;
    this.#process.kill();
    for (const socket of [this.#shell, this.#control, this.#iopub]) socket.close();
  }

  async #handshake(timeoutMs: number): Promise<Answer<JsonObject>> {
    const deadline = performance.now() + timeoutMs;
    // A subscription takes effect some time after the connection; the kernel says when, and what it broadcast before is lost.
    const welcomed = await Promise.race([
      this.#welcome.then(() => true),
      this.#process.exited.then(() => true),
      sleep(timeoutMs, false, { ref: false }),
    ]);
    if (!welcomed) return { kind: "timedOut" };
    return this.#request("kernel_info_request", {}, deadline - performance.now(), () => {});
  }

  /** Sends a request and waits for its reply and for the kernel to be idle again. */
  #request(
    type: string,
    content: JsonObject,
    timeoutMs: number,
    onMessage: (message: KernelMessage) => void,
  ): Promise<Answer<JsonObject>> {
    const message = this.#message(type, content);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => finish({ kind: "timedOut" }), Math.max(0, timeoutMs));
      const finish = (answer: Answer<JsonObject>) => {
        clearTimeout(timer);
        resolve(answer);
      };
      this.#requests.set(message.header.msg_id as string, {
        onMessage,
        reply: undefined,
        isIdle: false,
        finish,
      });
      void this.#process.exited.then((exit) => finish({ kind: "died", exit }));
      this.#shell.send(encodeMessage(message, this.#connection.key)).catch(reject);
    });
  }

  #message(type: string, content: JsonObject): WireMessage {
    const header = {
      msg_id: randomUUID(),
      msg_type: type,
      session: this.#session,
      username: "notebooks",
      date: new Date().toISOString(),
      version: "5.3",
    };
    return { header, parentHeader: {}, metadata: {}, content };
  }

  #onReply(message: WireMessage): void {
    const request = this.#requestOf(message);
    if (!request) return;
    request.reply = message.content;
    finishIfComplete(request);
  }

  #onBroadcast(wire: WireMessage): void {
    if (wire.header.msg_type === "iopub_welcome") this.#onWelcome();
    const request = this.#requestOf(wire);
    if (!request) return;
    const message = toKernelMessage(wire);
    if (message.type === "status" && message.state === "idle") request.isIdle = true;
    request.onMessage(message);
    finishIfComplete(request);
  }

  #requestOf({ parentHeader }: WireMessage): OpenRequest | undefined {
    return typeof parentHeader.msg_id === "string" ? this.#requests.get(parentHeader.msg_id) : undefined;
  }

  #listen(socket: Dealer | Subscriber, onMessage: (message: WireMessage) => void): void {
    const listen = async () => {
      for await (const frames of socket) onMessage(decodeMessage(frames, this.#connection.key));
    };
    listen().catch((error: Error) =>
      this.#endRequests({ code: null, signal: null, lastWords: error.message }),
    );
  }

  #endRequests(exit: KernelExit): void {
    for (const request of this.#requests.values()) request.finish({ kind: "died", exit });
  }
}

function finishIfComplete(request: OpenRequest): void {
  if (request.reply && request.isIdle) request.finish({ kind: "answered", content: request.reply });
}
