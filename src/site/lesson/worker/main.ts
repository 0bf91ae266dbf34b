/** The program of a lesson's worker: the kernel's engine, what it runs on, and the modules that lessons import. */
import "../platform/start";
import {
  type Cell,
  captureStreams,
  currentCell,
  Engine,
  runInCell,
  UNHANDLED,
} from "@finetune-icl/kernel/cells";
import { lessonModules } from "lesson-modules";
import { asOwnerOf, follower, ownTimeout } from "../platform/asyncHooks";
import { jupyter } from "../platform/jupyter";
import { addFile, addFolder } from "../platform/memoryFiles";
import { offerModules } from "../platform/module";
import { NOTEBOOK_FOLDER } from "../platform/process";
import { answerTo } from "./answerTo";
import { CellOutputs, type Displays } from "./cellOutputs";
import { confine } from "./confine";
import type { FromWorker, Message, ToWorker } from "./messages";

const page = self as unknown as {
  postMessage(message: FromWorker): void;
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
};
const post = page.postMessage.bind(self) as (message: FromWorker) => void;

interface Running {
  readonly id: string;
  readonly label: string;
  readonly cell: Cell;
  readonly outputs: CellOutputs;
}

let engine: Engine | undefined;
/** Cells as they ran last, by their ids: what an earlier run of one still says is not shown. */
const runs = new Map<string, Running>();
const displays: Displays = new Map();
let count = 0;
const queue: Extract<ToWorker, { kind: "run" }>[] = [];
let isWorking = false;

const runOf = (cell: Cell | undefined): Running | undefined =>
  [...runs.values()].find((running) => running.cell === cell);
const outputs = (): CellOutputs | undefined => runOf(currentCell())?.outputs;

function start(files: Extract<ToWorker, { kind: "start" }>["files"]): void {
  addFolder(NOTEBOOK_FOLDER);
  for (const { path, text } of files) addFile(path, text);
  offerModules(lessonModules);
  captureStreams((cell, name, text) => runOf(cell)?.outputs.write(name, text));
  jupyter.lastWriteDisplayData = (content, update) => show(content as Displayed, update);
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    asOwnerOf([event.promise, event.reason], (isKnown) => onUnhandled(event.reason, isKnown));
  });
  self.addEventListener("error", (event) => {
    event.preventDefault();
    asOwnerOf([event.error], (isKnown) => onUnhandled(event.error, isKnown));
  });
  engine = new Engine(
    NOTEBOOK_FOLDER,
    {
      input: () => Promise.reject(new Error("input: a lesson in the page asks its reader nothing")),
      clearOutput: (wait = false) => outputs()?.clear(wait),
    },
    // What interrupts a page's lesson ends its worker.
    { protect: (work) => work(), setAnswering: () => undefined },
    follower,
  );
  confine();
  post({ kind: "ready" });
}

interface Displayed {
  readonly data: Extract<Message, { type: "display_data" }>["data"];
  readonly transient?: { readonly display_id?: string };
}

function show({ data, transient }: Displayed, update: boolean): void {
  const displayId = transient?.display_id;
  if (!update) outputs()?.display(data, displayId);
  else if (displayId !== undefined) CellOutputs.update(displays, displayId, data);
}

function onUnhandled(thrown: unknown, isOwned: boolean): void {
  if (!engine) return;
  const error = engine.describe(thrown);
  // An asynchronous function leaves no trace of its caller but the places in its cell.
  const places = isOwned ? [] : [...error.traceback.join("\n").matchAll(/\b(cell \d+):\d+/g)];
  const label = places.at(-1)?.[1];
  const running = [...runs.values()].find((each) => each.label === label) ?? runOf(currentCell());
  if (!running) return;
  running.cell.unhandled ??= { thrown };
  running.outputs.error({ ...error, traceback: [UNHANDLED, ...error.traceback] }, false);
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
  const own = new CellOutputs({
    send: (messages) => {
      if (runs.get(id)?.cell === cell) post({ kind: "said", id, messages: messages.map(translated) });
    },
    later: ownTimeout,
    displays,
  });
  runs.set(id, { id, label, cell, outputs: own });
  let threw = false;
  try {
    const outcome = await runInCell(cell, () => engine!.run(cell, code, label));
    threw = outcome.status === "error";
    // An error that nobody handled has been sent when it came.
    if (outcome.status === "error" && !cell.unhandled) own.error(outcome.error, true);
    if (outcome.status === "ok" && outcome.value !== undefined) {
      own.result(engine!.show(outcome.value));
    }
  } catch (error) {
    threw = true;
    own.error(engine!.describe(error), true);
  }
  own.flush();
  cell.isDone = true;
  post({ kind: "done", id, threw, milliseconds: performance.now() - started });
}

/** Places of errors as the reader knows them. */
const translated = (message: Message): Message =>
  message.type === "stream" ? { ...message, text: engine!.translate(message.text) } : message;

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
