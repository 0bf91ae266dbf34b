import { writeSync } from "node:fs";
import { constants } from "node:os";
import { runInThisContext } from "node:vm";

/** Signals that end a command with a line. */
export type EndingSignal = "SIGINT" | "SIGTERM";

const SIGNALS: readonly EndingSignal[] = ["SIGINT", "SIGTERM"];

/** What a shell says of a program that a signal ended: 130 after Ctrl-C, 143 after SIGTERM. */
export const exitCodeOf = (signal: EndingSignal): number => 128 + constants.signals[signal];

/** Work that a signal ended; the message says what is kept, and how to go on. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly exitCode: number;

  constructor(message: string, signal: EndingSignal) {
    super(message);
    this.exitCode = exitCodeOf(signal);
  }
}

/** Who answers a signal: the youngest alone. */
const answers: ((signal: EndingSignal) => void)[] = [];

/** The first signal is answered; a second one ends the program, as it ends any. */
function hear(signal: NodeJS.Signals): void {
  const answer = answers.at(-1);
  answers.length = 0;
  stopListening();
  answer?.(signal as EndingSignal);
}

function listen(): void {
  for (const signal of SIGNALS) process.on(signal, hear);
}

function stopListening(): void {
  for (const signal of SIGNALS) process.off(signal, hear);
}

/** From now on `answer` is what a signal does, until the returned function is called or somebody younger answers. */
export function onInterrupt(answer: (signal: EndingSignal) => void): () => void {
  if (answers.length === 0) listen();
  answers.push(answer);
  return () => {
    const place = answers.lastIndexOf(answer);
    if (place < 0) return;
    answers.splice(place, 1);
    if (answers.length === 0) stopListening();
  };
}

let forget: (() => void) | undefined;
let hasBegun = false;

/**
 * The answer of a command that has none of its own. The program's first act, before the modules are loaded that take a second: so this
 * module loads none of them.
 */
export function hearFromTheStart(): void {
  forget = onInterrupt((signal) => {
    const state = hasBegun ? "; no file is left half written" : " before the work began";
    process.stderr.write(`finetune-icl: interrupted${state}\n`);
    process.exit(exitCodeOf(signal));
  });
}

/** Lets a signal speak that came while modules were loaded. */
export async function workBegins(): Promise<void> {
  await new Promise(setImmediate);
  hasBegun = true;
}

/** For work that holds this thread for long, during which no listener hears anything: a signal ends the program at once, without a line. */
export function hearNothing(): void {
  forget?.();
  forget = undefined;
}

/** A call that waits for others, such as to read what somebody types: meanwhile a signal ends the program at once. */
export function whileWaiting<Value>(wait: () => Value): Value {
  stopListening();
  try {
    return wait();
  } finally {
    if (answers.length > 0) listen();
  }
}

/** Work that was stopped between any two of its instructions may have left anything unusable, the stream of standard error among it. */
function endAtOnce(state: string): never {
  try {
    writeSync(2, `finetune-icl: interrupted; ${state}\n`);
  } catch {
    // Nobody can be told.
  }
  process.exit(exitCodeOf("SIGINT"));
}

/** Where the work of {@link stoppable} waits for the script that calls it. */
const PLACE = Symbol.for("finetune-icl: stoppable work");

/**
 * Long synchronous work of a command. Ctrl-C ends it in its middle, with a line; SIGTERM, for which Node has no such thing, without one.
 */
export function stoppable(work: () => void): void {
  // Called by another program, this one decides nothing about its signals.
  if (forget === undefined) {
    work();
    return;
  }
  hearNothing();
  Object.assign(globalThis, { [PLACE]: work });
  try {
    const call = `globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(PLACE))})]()`;
    runInThisContext(call, { breakOnSigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_INTERRUPTED") throw error;
    endAtOnce("nothing is kept");
  }
  Reflect.deleteProperty(globalThis, PLACE);
}
