import { setImmediate as turn } from "node:timers/promises";
import { inspect } from "node:util";
import { awaitInCell, type Cell, isInterrupted, iterateInCell, runInCell } from "./cell";
import { type Converter, createConverter } from "./converter";
import {
  describeDiagnostics,
  describeThrown,
  type ErrorContent,
  type Locator,
  translateStacks,
} from "./describeError";
import { type Follower, followedSteps, type Steps } from "./follower";
import { importTypeScript } from "./importTypeScript";
import { withOwnNames } from "./marks";
import { PRELUDE } from "./prelude";
import { HOOKS } from "./rewriteOutput";
import { Tracer } from "./sourceMaps";
import { loadCompiler, loadExecutor, type TslabExecutor } from "./tslab";

/** What executing a cell came to. */
export type Outcome =
  | { readonly status: "ok"; readonly value?: unknown }
  | { readonly status: "error"; readonly error: ErrorContent };

interface KnownCell {
  readonly label: string;
  readonly source: string;
  readonly tracer: Tracer;
}

/** Functions that cells can call. */
export interface CellFunctions {
  readonly input: (prompt?: string, options?: { readonly password?: boolean }) => Promise<string>;
  readonly clearOutput: (wait?: boolean) => void;
}

/** What keeps interrupts away from work of the kernel's own: that in one piece, and that in steps. */
export interface Guard {
  protect<T>(work: () => T): T;
  setAnswering(isAnswering: boolean): void;
  /** Asks something of a cell's what it is. */
  tell?<T>(work: () => T): T;
  /** An interrupt has stopped a cell's synchronous code, and nobody else has heard of it. */
  onTaken?(): void;
}

const INTERRUPTED: ErrorContent = {
  ename: "Interrupted",
  evalue: "the cell was interrupted",
  traceback: ["Interrupted: the cell was interrupted"],
};

const ABANDONED = Symbol("abandoned");
const ABANDON_MS = 20;
// Cells may put others in their place.
const { setImmediate: soon, setTimeout: after } = globalThis;

/** tslab's converter and executor, and what they do not tell anyone. */
export class Engine {
  readonly #converter: Converter;
  readonly #executor: TslabExecutor;
  readonly #folder: string;
  readonly #guard: Guard;
  readonly #cells = new Map<string, KnownCell>();
  readonly #imported = new Map<string, Tracer>();
  // What the executor reported about the run in progress, through the console that it was given.
  #value: { readonly value: unknown } | undefined;
  #thrown: { readonly thrown: unknown } | undefined;
  #label = "";
  // The declarations that the last cell was given by the executor, and would leave behind.
  #compiled: { readonly given: string; readonly after: string | undefined } | undefined;
  // Variables that the run in progress has declared.
  #declared = new Set<string>();
  // The executor forgets what a cell that failed has declared: what holds in place of the declarations that it gives.
  #kept: { readonly given: string; readonly declarations: string } | undefined;
  // A run that is stopped by force never comes back.
  #abandon: (() => void) | undefined;

  constructor(folder: string, functions: CellFunctions, guard: Guard, follower?: Follower) {
    this.#folder = folder;
    this.#guard = guard;
    const protect = <T>(work: () => T) => guard.protect(work);
    this.#converter = protect(() => createConverter(folder, PRELUDE, follower !== undefined));
    const converter = this.#converter;
    const converters = {
      node: {
        ...converter,
        convert: (prevDecl: string, source: string) =>
          protect(() => {
            const result = converter.convert(this.#declarations(prevDecl), source);
            this.#compiled = { given: prevDecl, after: result.declOutput };
            return result;
          }),
        inspect: (prevDecl: string, source: string, position: number) =>
          protect(() => converter.inspect(this.#declarations(prevDecl), source, position)),
        complete: (prevDecl: string, source: string, position: number) =>
          protect(() => converter.complete(this.#declarations(prevDecl), source, position)),
      },
      // tslab compiles cells for browsers in no way yet.
      get browser(): never {
        throw new Error("cells for browsers (@browser) are not supported");
      },
      close: () => converter.close(),
    };
    this.#executor = loadExecutor().createExecutor(folder, converters, {
      log: (value) => {
        this.#value = { value };
      },
      error: (...values) => this.#onReport(values),
    });
    const { locals } = this.#executor;
    Object.setPrototypeOf(
      locals,
      sharedNames(locals, functions, follower, (name) => this.#declared.add(name)),
    );
    importTypeScript(loadCompiler(), (path, map) => this.#imported.set(path, new Tracer([() => map])));
  }

  /** What is wrong with the folder's `tsconfig.json`. */
  get complaint(): string | undefined {
    return this.#converter.complaint;
  }

  /** Runs a cell's code to its end. `label` is how error messages call it. */
  async run(cell: Cell, code: string, label: string): Promise<Outcome> {
    this.#value = undefined;
    this.#thrown = undefined;
    this.#label = label;
    this.#compiled = undefined;
    this.#declared = new Set();
    const before = this.#values();
    const known = this.#cells.size;
    const result = await this.#abandonable(async () => {
      const isWell = await runInCell(cell, () => {
        const done = this.#executor.execute(code);
        // The cell has been compiled by now, and has run up to its first await.
        this.#remember(label);
        return done;
      });
      // A promise that is rejected while the cell runs is reported a turn later.
      await turn();
      return isWell;
    });
    if (this.#cells.size === known) this.#remember(label);
    if (result === true) this.#kept = undefined;
    else this.#keepDeclarations(before);
    if (result === ABANDONED || cell.isInterrupted) return { status: "error", error: INTERRUPTED };
    const { unhandled } = cell;
    // Awaited: to return a promise takes a turn of its own, which an interrupt throws away with all others.
    if (!result) return await this.#failed(() => this.#errorOf(code, label));
    if (unhandled) return await this.#failed(() => this.describe(unhandled.thrown));
    return { status: "ok", ...this.#takeValue() };
  }

  /** What is thrown may show itself in a way of its own, too. */
  async #failed(describe: () => ErrorContent): Promise<Outcome> {
    const error = await this.#abandonable(async () => {
      const described = this.#tell(describe);
      await turn();
      return described;
    });
    return { status: "error", error: error === ABANDONED ? INTERRUPTED : error };
  }

  /** The text of a cell's value, which a value may make in a way of its own that never ends: it is interrupted as the cell is. */
  async textOf(value: unknown): Promise<Outcome> {
    const text = await this.#abandonable(async () => {
      const shown = this.#tell(() => this.show(value));
      if (typeof value === "object" || typeof value === "function") await turn();
      return shown;
    });
    return text === ABANDONED ? { status: "error", error: INTERRUPTED } : { status: "ok", value: text };
  }

  /**
   * What some work of a cell gives. Not on the stack of who asked: an interrupt may throw away all that is on it, and all promises
   * that wait for their turn. From when the work is done until more is to be done, the kernel is answering. Work that runs code of a
   * cell ends with a turn of its own: what that code has begun may take this thread for good, and while the kernel answers, no interrupt
   * would end it.
   */
  #abandonable<T>(work: () => T | Promise<T>): Promise<T | typeof ABANDONED> {
    this.#guard.setAnswering(false);
    return new Promise((resolve, reject) => {
      const abandon = () => {
        if (this.#abandon !== abandon) return;
        settled(resolve)(ABANDONED);
        // Or a cell that comes to its end after all would have the executor go back to what was declared then.
        this.#executor.interrupt();
      };
      const settled =
        <R>(settle: (result: R) => void) =>
        (result: R) => {
          // What was abandoned may still come to an end, in another's time.
          if (this.#abandon !== abandon) return;
          this.#abandon = undefined;
          this.#guard.setAnswering(true);
          settle(result);
        };
      this.#abandon = abandon;
      Promise.resolve().then(work).then(settled(resolve), settled(reject));
    });
  }

  #tell<T>(work: () => T): T {
    return this.#guard.tell ? this.#guard.tell(work) : work();
  }

  /** Ends the run in progress, whatever it waits for. */
  abandon(): void {
    const abandon = this.#abandon;
    if (!abandon) return;
    // What waits at the cell's own level has been told, and unwinds by itself first.
    soon(() => soon(abandon));
    // Node forgets what waits for its immediate turn when code that has it is stopped by force.
    after(abandon, ABANDON_MS);
  }

  describe(thrown: unknown): ErrorContent {
    const { ename, evalue, traceback } = describeThrown(thrown, this.#locator);
    return { ename, evalue: withOwnNames(evalue), traceback: traceback.map(withOwnNames) };
  }

  /** The text of a value, with the places of errors as the reader knows them. */
  show(value: unknown): string {
    return this.translate(showValue(value));
  }

  /** The same for what a cell prints. */
  translate(text: string): string {
    return withOwnNames(translateStacks(text, this.#locator));
  }

  inspect(code: string, position: number) {
    return this.#executor.inspect(code, position);
  }

  complete(code: string, position: number) {
    return this.#executor.complete(code, position);
  }

  isComplete(code: string) {
    return this.#converter.isCompleteCode(code);
  }

  close(): void {
    this.#executor.close();
  }

  #remember(label: string): void {
    const last = this.#converter.lastCell();
    if (last && !this.#cells.has(last.name))
      this.#cells.set(last.name, { label, source: last.source, tracer: last.tracer });
  }

  #declarations(given: string): string {
    return this.#kept?.given === given ? this.#kept.declarations : given;
  }

  #values(): ReadonlyMap<string, unknown> {
    const { locals } = this.#executor;
    return new Map(Object.getOwnPropertyNames(locals).map((name) => [name, locals[name]]));
  }

  /** After a cell that failed: names that it had given a value, which differs from that in `before`, are as it declared them. */
  #keepDeclarations(before: ReadonlyMap<string, unknown>): void {
    const compiled = this.#compiled;
    const cell = this.#converter.lastCell();
    if (compiled?.after === undefined || !cell) return;
    const now = this.#values();
    const isReached = (name: string) =>
      this.#declared.has(name) ||
      (now.has(name) && (!before.has(name) || before.get(name) !== now.get(name)));
    const unreached = new Set(cell.names.filter((name) => !isReached(name)));
    const declarations = unreached.size === 0 ? compiled.after : cell.withoutNames(unreached);
    this.#kept = { given: compiled.given, declarations };
  }

  #takeValue(): { readonly value?: unknown } {
    const name = this.#converter.lastCell()?.valueName;
    const { locals } = this.#executor;
    // tslab reports neither null nor undefined, and leaves them where they are.
    const isNull = name !== undefined && locals[name] === null;
    if (name !== undefined) Reflect.deleteProperty(locals, name);
    return this.#value ?? (isNull ? { value: null } : {});
  }

  #onReport(values: readonly unknown[]): void {
    if (this.#converter.diagnostics().length > 0) return;
    if (values.length === 1) {
      this.#thrown = { thrown: values[0] };
      // At once: what the code had begun may never leave this thread its turn.
      if (isTaken(values[0])) this.#guard.onTaken?.();
    }
    // What the compiler says about a cell that defines a module: the module is there all the same.
    else console.error(...values);
  }

  #errorOf(code: string, label: string): ErrorContent {
    const diagnostics = this.#converter.diagnostics();
    if (diagnostics.length > 0) return describeDiagnostics(diagnostics, { label, source: code });
    const thrown = this.#thrown?.thrown;
    return isInterrupt(thrown) ? INTERRUPTED : this.describe(thrown);
  }

  get #locator(): Locator {
    return {
      folder: this.#folder,
      cell: (name) => {
        // Asked by a cell about itself, before its first await.
        if (!this.#cells.has(name)) this.#remember(this.#label);
        const known = this.#cells.get(name);
        return known && { ...known, trace: (place) => known.tracer.trace(place) };
      },
      helper: (path, place) => (this.#converter.helper(path) ?? this.#imported.get(path))?.trace(place),
    };
  }
}

function isInterrupt(thrown: unknown): boolean {
  return isInterrupted(thrown) || isTaken(thrown);
}

/** Whether synchronous code was stopped by a signal. */
function isTaken(thrown: unknown): boolean {
  try {
    const { code } = (thrown ?? {}) as { readonly code?: unknown };
    return code === "ERR_SCRIPT_EXECUTION_INTERRUPTED";
  } catch {
    // What throws when it is asked is a cell's own.
    return false;
  }
}

/**
 * The object behind that of the cells' names: variables of cells as they are now, what the kernel gives every cell, and what
 * compiled code calls. A name that a cell declares in another way hides it.
 */
function sharedNames(
  locals: object,
  functions: CellFunctions,
  follower: Follower | undefined,
  onDeclared: (name: string) => void,
): object {
  const shared: object = Object.create(null);
  const define = (name: string, value: unknown) =>
    Object.defineProperty(shared, name, { value, writable: true, configurable: true });
  for (const [name, value] of Object.entries(functions)) define(name, value);
  define(HOOKS.await, awaitInCell);
  define(HOOKS.iterate, iterateInCell);
  define(HOOKS.variable, (name: string, get: () => unknown, set: (value: unknown) => void) => {
    onDeclared(name);
    Reflect.deleteProperty(locals, name);
    Object.defineProperty(shared, name, { get, set, configurable: true, enumerable: true });
  });
  if (follower) {
    define(HOOKS.here, () => follower.here());
    define(HOOKS.steps, (items: Steps, name: string) => followedSteps(items, name, follower));
    // What is awaited comes to its end in one way alone, so that an error is thrown by the code that goes on, too.
    define(HOOKS.settle, (value: unknown) =>
      Promise.resolve(value).then(
        (settled): Settled => ({ value: settled }),
        (thrown: unknown): Settled => ({ thrown: [thrown] }),
      ),
    );
    define(HOOKS.resume, (here: unknown, { value, thrown }: Settled) => {
      follower.resume(here);
      if (thrown) throw thrown[0];
      return value;
    });
  }
  return shared;
}

interface Settled {
  readonly value?: unknown;
  readonly thrown?: readonly [unknown];
}

/** The text of a value, as `console.log` prints it; where the value's own way of showing itself throws, without that. */
function showValue(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return inspect(value);
  } catch {
    try {
      return inspect(value, { customInspect: false, getters: false });
    } catch {
      return "a value that cannot be shown";
    }
  }
}
