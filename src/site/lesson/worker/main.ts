/** The program of a lesson's worker: the kernel's engine, what it runs on, and the modules that lessons import. */
import "../platform/start";
import { type Cell, captureStreams, Engine, runInCell, UNHANDLED } from "@finetune-icl/kernel/cells";
import { lessonModules } from "lesson-modules";
import { jupyter } from "../platform/jupyter";
import { addFile, addFolder } from "../platform/memoryFiles";
import { offerModules } from "../platform/module";
import { NOTEBOOK_FOLDER } from "../platform/process";
import { answerTo } from "./answerTo";
import { confine } from "./confine";
import { cutBundle, TextOutput } from "./cut";
import type { FromWorker, Message, ToWorker } from "./messages";

const page = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};
const post = page.postMessage.bind(self) as (message: FromWorker) => void;

interface Running {
  readonly id: string;
  readonly cell: Cell;
  readonly text: TextOutput;
}

let engine: Engine | undefined;
let latest: Running | undefined;
let count = 0;
const queue: Extract<ToWorker, { kind: "run" }>[] = [];
let isWorking = false;

const say = (id: string, message: Message): void => post({ kind: "said", id, message });

function publish(message: Message): void {
  if (!latest) return;
  latest.text.flush();
  say(latest.id, message);
}

function start(files: Extract<ToWorker, { kind: "start" }>["files"]): void {
  addFolder(NOTEBOOK_FOLDER);
  for (const { path, text } of files) addFile(path, text);
  offerModules(lessonModules);
  captureStreams((_cell, name, text) => latest?.text.write(name, text));
  jupyter.lastWriteDisplayData = (content, update) => show(content as Displayed, update);
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    onUnhandled(event.reason);
  });
  self.addEventListener("error", (event) => {
    event.preventDefault();
    onUnhandled(event.error);
  });
  engine = new Engine(
    NOTEBOOK_FOLDER,
    {
      input: () => Promise.reject(new Error("input: a lesson in the page asks its reader nothing")),
      clearOutput: (wait = false) => publish({ type: "clear_output", wait }),
    },
    // What interrupts a page's lesson ends its worker.
    { protect: (work) => work(), setAnswering: () => undefined },
  );
  confine();
  post({ kind: "ready" });
}

interface Displayed {
  readonly data: Extract<Message, { type: "display_data" }>["data"];
  readonly transient?: { readonly display_id?: string };
}

function show({ data, transient }: Displayed, update: boolean): void {
  publish({
    type: update ? "update_display_data" : "display_data",
    // Whatever a cell hands over must be something that can be sent.
    data: JSON.parse(JSON.stringify(cutBundle(data))) as Displayed["data"],
    metadata: {},
    displayId: transient?.display_id,
  });
}

function onUnhandled(thrown: unknown): void {
  if (!latest || !engine) return;
  latest.cell.unhandled ??= { thrown };
  const error = engine.describe(thrown);
  publish({ type: "error", ...error, traceback: [UNHANDLED, ...error.traceback] });
}

async function work(): Promise<void> {
  if (isWorking) return;
  isWorking = true;
  for (let request = queue.shift(); request; request = queue.shift()) await run(request);
  isWorking = false;
}

async function run({ id, code, label }: Extract<ToWorker, { kind: "run" }>): Promise<void> {
  const started = performance.now();
  count += 1;
  const cell: Cell = {
    request: { id: count, header: {}, content: {} },
    silent: false,
    count,
    canAsk: false,
    waiting: new Set(),
    isInterrupted: false,
    unhandled: undefined,
    isDone: false,
  };
  const text = new TextOutput((name, printed) =>
    say(id, { type: "stream", name, text: engine?.translate(printed) ?? printed }),
  );
  latest = { id, cell, text };
  let threw = false;
  try {
    const outcome = await runInCell(cell, () => engine!.run(cell, code, label));
    threw = outcome.status === "error";
    // An error that nobody handled has been sent when it came.
    if (outcome.status === "error" && !cell.unhandled) publish({ type: "error", ...outcome.error });
    if (outcome.status === "ok" && outcome.value !== undefined) {
      const data = cutBundle({ "text/plain": engine!.show(outcome.value) });
      publish({ type: "execute_result", data, metadata: {}, displayId: undefined, executionCount: null });
    }
  } catch (error) {
    threw = true;
    publish({ type: "error", ...engine!.describe(error) });
  }
  text.end();
  cell.isDone = true;
  post({ kind: "done", id, threw, milliseconds: performance.now() - started });
}

function onQuestion({ request, question }: Extract<ToWorker, { kind: "ask" }>): void {
  try {
    post({ kind: "answer", request, answer: answerTo(engine!, question) });
  } catch (error) {
    post({ kind: "refusal", request, reason: error instanceof Error ? error.message : String(error) });
  }
}

page.onmessage = ({ data }) => {
  switch (data.kind) {
    case "start":
      start(data.files);
      return;
    case "run":
      queue.push(data);
      void work();
      return;
    case "ask":
      onQuestion(data);
  }
};
