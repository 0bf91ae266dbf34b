import { captureChildren } from "./captureChildren";
import { captureFiles } from "./captureFiles";
import { captureWarnings } from "./captureWarnings";
import { type Cell, currentCell, Interrupted, interruptCell, isInterrupted } from "./cell";
import { judgeCompleteness } from "./completeness";
import type { ConnectionInfo } from "./connectionFile";
import type { ErrorContent } from "./describeError";
import { Engine, type Outcome } from "./engine";
import { hideTracking } from "./hideTracking";
import { History } from "./history";
import { keepInterrupts } from "./keepInterrupts";
import { keepListeners } from "./keepListeners";
import { kernelInfo } from "./kernelInfo";
import { log } from "./log";
import { Server } from "./server";
import { captureStreams } from "./streams";
import { toCharacters, toUnits } from "./textPosition";
import type { Request } from "./threadMessages";
import { loadCompiler, loadInspect, loadJupyter } from "./tslab";
import { UNHANDLED } from "./unhandled";
import { isUnwinding } from "./unwind";
import type { JsonObject } from "./wire";
import { yieldTicks } from "./yieldTicks";

type Reply = readonly [type: string, content: { readonly status?: unknown; readonly [key: string]: unknown }];

/** Answers clients' requests, one after the other, in the main thread, where cells run. */
export class Kernel {
  readonly #server: Server;
  readonly #info: JsonObject = kernelInfo();
  readonly #history = new History();
  readonly #folder: string;
  readonly #queue: Request[] = [];
  #engine: Engine | undefined;
  #isWorking = false;
  // Whether the other threads know of a cell that has begun.
  #isTurned = false;
  #count = 0;
  #running: Cell | undefined;
  // Whether its synchronous code took an interrupt.
  #isTaken = false;
  #answerInput:
    | { readonly resolve: (line: string) => void; readonly reject: (reason: Error) => void }
    | undefined;
  #complained = false;

  readonly #answers: Readonly<
    Record<string, (request: Request) => Reply | undefined | Promise<Reply | undefined>>
  > = {
    kernel_info_request: () => ["kernel_info_reply", this.#info],
    execute_request: (request) => this.#execute(request),
    complete_request: (request) => this.#complete(request),
    inspect_request: (request) => this.#inspect(request),
    is_complete_request: ({ content }) => [
      "is_complete_reply",
      judgeCompleteness(loadCompiler(), String(content.code), (code) => this.#theEngine.isComplete(code)),
    ],
    history_request: ({ content }) => [
      "history_reply",
      { status: "ok", history: this.#history.find(content) },
    ],
    comm_info_request: () => ["comm_info_reply", { status: "ok", comms: {} }],
    // Nobody here listens to comms: whoever opens one is told so at once.
    comm_open: (request) => {
      const { comm_id } = request.content;
      if (typeof comm_id === "string")
        this.#server.publish(request.header, "comm_close", { comm_id, data: {} });
      return undefined;
    },
    comm_msg: () => undefined,
    comm_close: () => undefined,
  };

  /** Starts to listen at once; the compiler, which takes longer, is loaded when requests leave time. */
  constructor(connection: ConnectionInfo, folder: string) {
    this.#folder = folder;
    this.#server = new Server(connection, this.#info, {
      onRequest: (request) => {
        this.#queue.push(request);
        void this.#work();
      },
      onInput: (line) => this.#answerInput?.resolve(line),
      onInterrupt: () => this.#interrupt(),
      onListeners: () => process.emit("SIGINT", "SIGINT"),
      onShutdown: () => this.#shutDown(),
    });
    captureStreams((cell, name, text) =>
      this.#server.print(cell.request.header, name, this.#engine?.translate(text) ?? text),
    );
    captureChildren();
    captureFiles();
    captureWarnings();
    hideTracking();
    keepInterrupts();
    yieldTicks(() => this.#server.isInterruptPending || currentCell()?.isInterrupted === true);
    loadJupyter().lastWriteDisplayData = (content, update) => this.#show(content, update);
    process.on("unhandledRejection", (reason) => this.#onUnhandled(reason));
    process.on("uncaughtException", (error) => this.#onUnhandled(error));
    process.on("exit", () => this.#server.close());
    keepListeners();
    setImmediate(() => this.#theEngine);
  }

  get #theEngine(): Engine {
    this.#engine ??= new Engine(
      this.#folder,
      {
        input: (prompt, options) => this.#input(prompt, options),
        clearOutput: (wait = false) => this.#publishForCell("clear_output", { wait }),
      },
      {
        protect: (work) => this.#server.protect(work),
        setAnswering: (isAnswering) => this.#server.setAnswering(isAnswering),
        tell: (work) => this.#server.tell(work),
        onTaken: () => this.#onTaken(),
      },
    );
    return this.#engine;
  }

  async #work(): Promise<void> {
    if (this.#isWorking) return;
    this.#isWorking = true;
    for (let request = this.#queue.shift(); request; request = this.#queue.shift())
      await this.#answer(request);
    this.#isWorking = false;
    this.#server.setAnswering(false);
  }

  async #answer(request: Request): Promise<void> {
    const type = String(request.header.msg_type);
    this.#server.publish(request.header, "status", { execution_state: "busy" });
    const answer = Object.hasOwn(this.#answers, type) ? this.#answers[type] : undefined;
    let reply: Reply | undefined;
    try {
      reply = await answer?.(request);
    } catch (error) {
      log(`${type}: ${stackOf(error)}`);
      const { ename, evalue, traceback } = this.#theEngine.describe(error);
      reply = [type.replace(/_request$/, "_reply"), { status: "error", ename, evalue, traceback }];
    }
    this.#server.setAnswering(false);
    const refused = reply && stopsOthers(request, reply) ? await this.#takeCells() : [];
    this.#server.setAnswering(true);
    if (reply) this.#server.reply(request, ...reply);
    else this.#server.publish(request.header, "status", { execution_state: "idle" });
    // Not before: what the cell left behind may take this thread from the kernel while that waits to reply.
    if (this.#isTurned) this.#server.turnCell();
    this.#isTurned = false;
    for (const each of refused) this.#refuse(each);
  }

  async #execute(request: Request): Promise<Reply> {
    const { content, header } = request;
    const code = String(content.code ?? "");
    const silent = content.silent === true;
    const isStored = !silent && content.store_history !== false;
    if (isStored) {
      this.#count += 1;
      this.#history.add(this.#count, code);
    }
    const cell: Cell = {
      request,
      silent,
      count: this.#count,
      canAsk: content.allow_stdin === true,
      waiting: new Set(),
      isInterrupted: false,
      unhandled: undefined,
      isDone: false,
    };
    if (!silent) this.#server.publish(header, "execute_input", { code, execution_count: cell.count });
    this.#running = cell;
    this.#server.turnCell();
    this.#isTurned = true;
    const done = { execution_count: cell.count, payload: [] as object[], user_expressions: {} };
    const asked = /^\s*\??([\w$][\w$.]*)\?\s*$/.exec(code)?.[1] ?? /^\s*\?([\w$][\w$.]*)\s*$/.exec(code)?.[1];
    if (asked !== undefined) {
      const text = this.#explain(asked, asked.length) ?? `nothing is known about ${asked}`;
      this.#end(cell);
      done.payload.push({ source: "page", data: { "text/plain": text }, start: 0 });
      return ["execute_reply", { status: "ok", ...done }];
    }
    this.#complain();
    // Some clients have nothing counted.
    const ran = await this.#run(cell, code, cell.count === 0 ? "cell" : `cell ${cell.count}`);
    const isShown = ran.status === "ok" && ran.value !== undefined && !silent;
    const outcome = isShown ? await this.#theEngine.textOf(ran.value) : ran;
    if (outcome.status === "error") {
      this.#end(cell);
      // An error that nobody handled has been sent when it came.
      if (!cell.unhandled && !silent) this.#server.publish(header, "error", outcome.error);
      const { execution_count, payload, user_expressions } = done;
      return [
        "execute_reply",
        { status: "error", execution_count, payload, user_expressions, ...outcome.error },
      ];
    }
    if (isShown) {
      const text = String(outcome.value);
      if (isStored) this.#history.setOutput(text);
      this.#server.publish(header, "execute_result", {
        execution_count: cell.count,
        data: { "text/plain": text },
        metadata: {},
      });
    }
    const user_expressions = await this.#evaluateAll(cell, content.user_expressions);
    this.#end(cell);
    return ["execute_reply", { status: "ok", ...done, user_expressions }];
  }

  /** Runs code of a cell; a failure of the compiler itself is an error of the cell too. */
  async #run(cell: Cell, code: string, label: string): Promise<Outcome> {
    try {
      const outcome = await this.#theEngine.run(cell, code, label);
      if (this.#isTaken) await this.#hearInterrupt();
      return outcome;
    } catch (error) {
      log(stackOf(error));
      return { status: "error", error: this.#theEngine.describe(error) };
    }
  }

  /**
   * The signal stopped a cell's synchronous code, and no other thread has heard of it. What that code had begun goes on, and may
   * never leave this thread its turn.
   */
  #onTaken(): void {
    if (!this.#running) return;
    this.#isTaken = true;
    interruptCell(this.#running);
    this.#server.watchInterrupted();
  }

  /** An interrupt that the other threads have been told of comes back from them: not to the next cell. */
  async #hearInterrupt(): Promise<void> {
    this.#isTaken = false;
    this.#server.setAnswering(false);
    await this.#server.barrier();
    this.#server.setAnswering(true);
  }

  #end(cell: Cell): void {
    cell.isDone = true;
    this.#running = undefined;
    this.#answerInput = undefined;
  }

  async #evaluateAll(cell: Cell, expressions: unknown): Promise<Record<string, object>> {
    const results: Record<string, object> = {};
    for (const [name, code] of Object.entries((expressions ?? {}) as Record<string, unknown>)) {
      const ran = await this.#run(cell, String(code), `expression ${name}`);
      const outcome = ran.status === "ok" ? await this.#theEngine.textOf(ran.value) : ran;
      results[name] =
        outcome.status === "error"
          ? { status: "error", ...outcome.error }
          : { status: "ok", data: { "text/plain": String(outcome.value) }, metadata: {} };
    }
    return results;
  }

  /** Takes out of the queue the cells that clients have sent by now. */
  async #takeCells(): Promise<readonly Request[]> {
    await this.#server.barrier();
    const isCell = ({ header }: Request) => header.msg_type === "execute_request";
    const requests = this.#queue.splice(0);
    this.#queue.push(...requests.filter((each) => !isCell(each)));
    return requests.filter(isCell);
  }

  #refuse(request: Request): void {
    this.#server.publish(request.header, "status", { execution_state: "busy" });
    // Without a count: clients would number a cell that has not run.
    this.#server.reply(request, "execute_reply", { status: "aborted" });
  }

  #complete({ content }: Request): Reply {
    const code = String(content.code ?? "");
    const position = toUnits(code, Number(content.cursor_pos ?? 0));
    const { start, end, candidates, original } = this.#theEngine.complete(code, position);
    const [from, to] = [toCharacters(code, start), toCharacters(code, end)];
    const kinds = new Map(original?.entries.map(({ name, kind }) => [name, kind]));
    return [
      "complete_reply",
      {
        status: "ok",
        matches: candidates,
        cursor_start: from,
        cursor_end: to,
        metadata: {
          _jupyter_types_experimental: candidates.map((text) => ({
            text,
            type: kinds.get(text) ?? "",
            start: from,
            end: to,
          })),
        },
      },
    ];
  }

  #inspect({ content }: Request): Reply {
    const code = String(content.code ?? "");
    const text = this.#explain(code, toUnits(code, Number(content.cursor_pos ?? 0)));
    return text === undefined
      ? ["inspect_reply", { status: "ok", found: false, data: {}, metadata: {} }]
      : ["inspect_reply", { status: "ok", found: true, data: { "text/plain": text }, metadata: {} }];
  }

  /** What the compiler knows about the name at a place; front ends ask behind the name as well as in it. */
  #explain(code: string, position: number): string | undefined {
    const info =
      this.#theEngine.inspect(code, position) ??
      (position > 0 ? this.#theEngine.inspect(code, position - 1) : undefined);
    return info && loadInspect().printQuickInfo(info);
  }

  async #input(prompt = "", options: { readonly password?: boolean } = {}): Promise<string> {
    const cell = currentCell();
    if (!cell || cell.isDone || !cell.canAsk)
      throw new Error("input: this client cannot ask its user for text, or the cell is done");
    if (this.#answerInput) throw new Error("input: another question waits for its answer");
    const answer = new Promise<string>((resolve, reject) => {
      this.#answerInput = { resolve, reject };
    });
    this.#server.ask(cell.request, { prompt: String(prompt), password: options.password === true });
    return answer.finally(() => {
      this.#answerInput = undefined;
    });
  }

  #show(content: object, update: boolean): void {
    this.#publishForCell(update ? "update_display_data" : "display_data", content);
  }

  #publishForCell(type: string, content: object): void {
    const cell = currentCell();
    if (cell?.isInterrupted && cell.isDone) throw new Interrupted();
    if (cell) this.#server.publish(cell.request.header, type, content);
  }

  #onUnhandled(thrown: unknown): void {
    if (isUnwinding(thrown) || isInterrupted(thrown)) return;
    const cell = currentCell();
    const error: ErrorContent = this.#server.tell(() => this.#theEngine.describe(thrown));
    if (!cell) {
      log(error.traceback.join("\n"));
      return;
    }
    if (cell.isInterrupted) return;
    cell.unhandled ??= { thrown };
    const traceback = [UNHANDLED, ...error.traceback];
    this.#server.publish(cell.request.header, "error", { ...error, traceback });
  }

  /** Once: what the folder's tsconfig.json asks for in vain. */
  #complain(): void {
    const { complaint } = this.#theEngine;
    if (this.#complained || complaint === undefined || !this.#running) return;
    this.#complained = true;
    this.#server.print(this.#running.request.header, "stderr", `${complaint}\n`);
  }

  #interrupt(): void {
    const cell = this.#running;
    if (!cell) return;
    interruptCell(cell);
    this.#answerInput?.reject(new Interrupted());
    this.#engine?.abandon();
  }

  #shutDown(): void {
    process.exit(0);
  }
}

/** For the log; what is thrown may refuse to be read. */
function stackOf(error: unknown): string {
  try {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } catch {
    return "something that cannot be read";
  }
}

/**
 * Whether cells that clients sent behind this one, in the belief that it would succeed, are to be refused: those that were sent
 * before its reply, and after the reply, so that every client hears first what went wrong.
 */
function stopsOthers({ header, content }: Request, [, { status }]: Reply): boolean {
  return header.msg_type === "execute_request" && status === "error" && content.stop_on_error !== false;
}
