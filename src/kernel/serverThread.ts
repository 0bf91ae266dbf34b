import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type MessagePort, parentPort, workerData } from "node:worker_threads";
import { Reply, Router, XPublisher } from "zeromq";
import { addressOf, type Channel } from "./connectionFile";
import { interruptMainThread, type MainThread } from "./interruptMainThread";
import { log } from "./log";
import { SignatureMemory } from "./signatureMemory";
import { COUNTER, type ServerData, type StreamName, type ToMain, type ToServer } from "./threadMessages";
import { decodeMessage, encodeMessage, type IncomingMessage, type JsonObject } from "./wire";

/**
 * The thread that owns the sockets. It answers the control channel and heartbeats while a cell keeps the main thread busy,
 * hands requests of the shell channel over in their order, and sends on what the main thread says.
 */

type ControlAnswer = (message: IncomingMessage) => Promise<readonly [type: string, content: JsonObject]>;

interface OpenRequest {
  readonly socket: Router;
  readonly message: IncomingMessage;
}

interface PendingText {
  readonly parent: JsonObject;
  readonly name: StreamName;
  text: string;
}

// Text is collected so long before it is sent, unless something else is to be sent after it: a loop that prints line by
// line would otherwise cost clients a message a line.
const COLLECT_MS = 10;
const MOST_COLLECTED = 100_000;
// A main thread that does not hear within this time that it is to end is in a loop or a native call; one that hears has so long for
// what cells do at the end.
const HEAR_SHUTDOWN_MS = 250;
const SHUTDOWN_MS = 1000;
const CLOSE_MS = 30;
// A main thread in a loop hears an interrupt later, when it has been stopped by force.
const HEAR_MS = 100;

const { connection, kernelInfo, counters: shared } = workerData as ServerData;
const counters = new Int32Array(shared);
const main = parentPort!;
const session = randomUUID();

// A socket that neither waits nor counts what is queued loses nothing.
const unlimited = { sendTimeout: 0, sendHighWaterMark: 0, linger: 1000 };
const iopub = new XPublisher(unlimited);
const shell = new Router(unlimited);
const control = new Router(unlimited);
const stdin = new Router(unlimited);
const heartbeat = new Reply();

const signatures = new SignatureMemory();
const requests = new Map<number, OpenRequest>();
let lastRequest = 0;
let pending: PendingText | undefined;
let flushTimer: NodeJS.Timeout | undefined;
let isEnding = false;
let asked = 0;
/** The question that waits for its answer, by its own id and that of the request in which it was asked: clients name either. */
let question: { readonly id: unknown; readonly request: unknown } | undefined;
// One debugger at a time: what one finds out about the main thread would not hold when another lets it go.
let watch = Promise.resolve();

const CONTROL_ANSWERS: Readonly<Record<string, ControlAnswer>> = {
  kernel_info_request: async () => ["kernel_info_reply", kernelInfo],
  interrupt_request: async () => {
    await interrupt();
    return ["interrupt_reply", { status: "ok" }];
  },
  shutdown_request: async ({ content }) => [
    "shutdown_reply",
    { status: "ok", restart: content.restart === true },
  ],
};

function header(type: string): JsonObject {
  return {
    msg_id: randomUUID(),
    msg_type: type,
    session,
    username: "kernel",
    date: new Date().toISOString(),
    version: "5.4",
  };
}

function send(socket: Router | XPublisher, frames: readonly (string | Uint8Array)[]): void {
  socket.send([...frames]).catch((error: Error) => {
    log(`a message was not sent: ${error.message}`);
  });
}

function publish(parentHeader: JsonObject, type: string, content: string): void {
  flushText();
  const message = { header: header(type), parentHeader, content };
  send(iopub, [`kernel.${session}.${type}`, ...encodeMessage(message, connection.key)]);
}

function publishStatus(parentHeader: JsonObject, state: "busy" | "idle" | "starting"): void {
  publish(parentHeader, "status", JSON.stringify({ execution_state: state }));
}

/** Sends it and returns its id. */
function reply({ socket, message }: OpenRequest, type: string, content: string): unknown {
  flushText();
  const own = header(type);
  const frames = encodeMessage({ header: own, parentHeader: message.header, content }, connection.key);
  send(socket, [...message.identities, ...frames]);
  return own.msg_id;
}

function collectText(parent: JsonObject, name: StreamName, text: string): void {
  if (pending && (pending.name !== name || pending.parent.msg_id !== parent.msg_id)) flushText();
  pending ??= { parent, name, text: "" };
  pending.text += text;
  if (pending.text.length > MOST_COLLECTED) flushText();
  else flushTimer ??= setTimeout(flushText, COLLECT_MS);
}

function flushText(): void {
  clearTimeout(flushTimer);
  flushTimer = undefined;
  if (!pending) return;
  const { parent, name, text } = pending;
  pending = undefined;
  publish(parent, "stream", JSON.stringify({ name, text }));
}

function tellMain(message: ToMain): void {
  main.postMessage(message);
}

/**
 * Stops whatever the main thread does, by a signal first, and by force when it does not even hear. The signal comes back from the
 * sentinel, or from the main thread where a cell's synchronous code took it; who asks hears of it then, so that a cell which is sent
 * after that is not the one that is stopped.
 */
async function interrupt(): Promise<void> {
  const seen = Atomics.load(counters, COUNTER.interruptsSeen);
  const cell = Atomics.load(counters, COUNTER.cells);
  const before = asked;
  signal();
  for (
    let waited = 0;
    waited < HEAR_MS && Atomics.load(counters, COUNTER.interruptsSeen) === seen;
    waited += 1
  )
    await sleep(1);
  // Nobody says to have taken it: a script of the cell's own did, or one that was just about to end.
  const isLost = asked === before && cell % 2 === 1 && Atomics.load(counters, COUNTER.cells) === cell;
  if (isLost) void interruptAfterSignal();
}

/** As a terminal does: clients start a kernel as the leader of a group, to which belong programs that a cell waits for. */
function signal(): void {
  try {
    process.kill(-process.pid, "SIGINT");
  } catch {
    process.kill(process.pid, "SIGINT");
  }
}

async function interruptAfterSignal(): Promise<void> {
  const seen = Atomics.load(counters, COUNTER.interruptsSeen);
  const cell = Atomics.load(counters, COUNTER.cells);
  asked += 1;
  const number = asked;
  Atomics.store(counters, COUNTER.interruptsAsked, asked);
  tellMain({ kind: "interrupt" });
  tellMain({ kind: "listeners" });
  tellMain({ kind: "listened" });
  const hasEnded = () => cell % 2 === 0 || Atomics.load(counters, COUNTER.cells) !== cell;
  const thread: MainThread = {
    tookNotice: () => isEnding || Atomics.load(counters, COUNTER.interruptsSeen) !== seen,
    isDone: () => isEnding || (hasEnded() && Atomics.load(counters, COUNTER.interruptsDone) >= number),
    isProtected: () =>
      Atomics.load(counters, COUNTER.compiling) === 1 || Atomics.load(counters, COUNTER.answering) === 1,
    isTelling: () => Atomics.load(counters, COUNTER.telling) === 1,
    hold: (isHeld) => Atomics.add(counters, COUNTER.debugging, isHeld ? 1 : -1),
  };
  watch = watch.then(() => interruptMainThread(thread));
  await watch;
}

function onMainMessage(message: ToServer): void {
  switch (message.kind) {
    case "publish":
      publish(message.parent, message.type, message.content);
      break;
    case "stream":
      collectText(message.parent, message.name, message.text);
      break;
    case "reply": {
      const open = requests.get(message.id);
      if (!open) break;
      requests.delete(message.id);
      reply(open, message.type, message.content);
      publishStatus(open.message.header, "idle");
      break;
    }
    case "ask": {
      const open = requests.get(message.id);
      if (!open) break;
      const id = reply({ ...open, socket: stdin }, "input_request", message.content);
      question = { id, request: open.message.header.msg_id };
      break;
    }
    case "barrier":
      // Give messages that wait in the socket a turn first.
      setImmediate(() => setTimeout(() => tellMain({ kind: "barrier", id: message.id }), 5));
      break;
    case "interrupted":
      void interruptAfterSignal();
      break;
    case "close":
      isEnding = true;
      flushText();
      for (const socket of [iopub, shell, control, stdin, heartbeat]) socket.close();
      // What waits at the sockets must be told so before the thread is ended: the library gives up otherwise.
      setTimeout(countAsSent, CLOSE_MS);
      return;
  }
  countAsSent();
}

function countAsSent(): void {
  Atomics.add(counters, COUNTER.sent, 1);
  Atomics.notify(counters, COUNTER.sent);
}

function onShell(message: IncomingMessage): void {
  lastRequest += 1;
  requests.set(lastRequest, { socket: shell, message });
  const { header, content } = message;
  tellMain({ kind: "request", request: { id: lastRequest, header, content } });
}

/** An answer that names another question than the one that waits comes too late for its own. */
function onStdin({ header: { msg_type }, parentHeader, content }: IncomingMessage): void {
  if (msg_type !== "input_reply" || !question) return;
  const { msg_id } = parentHeader;
  const isNamed = typeof msg_id === "string" && msg_id !== "";
  if (isNamed && msg_id !== question.id && msg_id !== question.request) return;
  question = undefined;
  tellMain({ kind: "input", value: String(content.value ?? "") });
}

async function onControl(message: IncomingMessage): Promise<void> {
  const type = String(message.header.msg_type);
  const answer = CONTROL_ANSWERS[type];
  // Some clients send other requests on this channel too: they wait for the main thread like all others.
  if (!answer) {
    lastRequest += 1;
    requests.set(lastRequest, { socket: control, message });
    tellMain({
      kind: "request",
      request: { id: lastRequest, header: message.header, content: message.content },
    });
    return;
  }
  publishStatus(message.header, "busy");
  const [replyType, content] = await answer(message);
  const answered = { socket: control, message };
  if (type === "shutdown_request") {
    publish(message.header, "shutdown_reply", JSON.stringify(content));
    reply(answered, replyType, JSON.stringify(content));
    publishStatus(message.header, "idle");
    return end();
  }
  reply(answered, replyType, JSON.stringify(content));
  publishStatus(message.header, "idle");
}

/** Ends the process, by force when the main thread does not do it. */
async function end(): Promise<void> {
  isEnding = true;
  tellMain({ kind: "shutdown" });
  await sleep(HEAR_SHUTDOWN_MS);
  if (Atomics.load(counters, COUNTER.ending) === 1) await sleep(SHUTDOWN_MS);
  process.kill(process.pid, "SIGKILL");
}

async function listen(socket: Router, onMessage: (message: IncomingMessage) => unknown): Promise<void> {
  for await (const frames of socket) {
    try {
      onMessage(decodeMessage(frames, connection.key, signatures));
    } catch (error) {
      log(`${String(error)}`);
    }
  }
}

async function beat(): Promise<void> {
  for await (const frames of heartbeat) await heartbeat.send(frames);
}

/** A client that subscribes is told so: what was broadcast before is lost to it. */
async function welcome(): Promise<void> {
  for await (const [frame] of iopub) {
    if (frame?.[0] !== 1) continue;
    const subscription = frame.subarray(1).toString("utf8");
    const content = JSON.stringify({ subscription });
    const frames = encodeMessage(
      { header: header("iopub_welcome"), parentHeader: {}, content },
      connection.key,
    );
    send(iopub, [subscription, ...frames]);
  }
}

async function start(): Promise<void> {
  const sockets: readonly [Channel, Router | XPublisher | Reply][] = [
    ["iopub", iopub],
    ["control", control],
    ["stdin", stdin],
    ["hb", heartbeat],
    ["shell", shell],
  ];
  for (const [channel, socket] of sockets) await socket.bind(addressOf(connection, channel));
  publishStatus({}, "starting");
  const failed = (error: Error) => {
    if (!isEnding) throw error;
  };
  listen(shell, onShell).catch(failed);
  listen(control, onControl).catch(failed);
  listen(stdin, onStdin).catch(failed);
  beat().catch(failed);
  welcome().catch(failed);
}

main.on("message", (message: ToServer | { readonly kind: "sentinel"; readonly port: MessagePort }) => {
  if (message.kind !== "sentinel") onMainMessage(message);
  else message.port.on("message", () => void interruptAfterSignal());
});
void start();
