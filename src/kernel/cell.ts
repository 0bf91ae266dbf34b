import { AsyncLocalStorage } from "node:async_hooks";
import type { Request } from "./threadMessages";

/** One execution of code, and what becomes of it while it lasts and after. */
export interface Cell {
  readonly request: Request;
  /** Not counted: run for a program, which wants no trace of it. */
  readonly silent: boolean;
  readonly count: number;
  readonly canAsk: boolean;
  /** What waits at an `await` of the cell's own level; an interrupt rejects it. */
  readonly waiting: Set<(reason: Error) => void>;
  isInterrupted: boolean;
  /** The first error that nobody handled. */
  unhandled: { readonly thrown: unknown } | undefined;
  isDone: boolean;
}

const storage = new AsyncLocalStorage<Cell>();
let latest: Cell | undefined;

/** Runs work, and what it causes later, as a part of the cell. */
export function runInCell<T>(cell: Cell, work: () => T): T {
  latest = cell;
  return storage.run(cell, work);
}

/** The cell to which what happens now belongs: the one whose code caused it, however late, and otherwise the latest. */
export function currentCell(): Cell | undefined {
  return storage.getStore() ?? latest;
}

/** Stops following which cell causes what, until the next runs, or it is taken up again. */
export function forgetCells(): void {
  storage.disable();
}

/** Takes it up again: what was known before is known again. */
export function rememberCells(): void {
  if (latest) storage.run(latest, () => {});
}

/** Thrown by everything of an interrupted cell that could go on for ever. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("the cell was interrupted");
  }
}

/** Whether a cell stopped for being interrupted; what it throws otherwise may be a proxy that throws when it is asked. */
export function isInterrupted(thrown: unknown): boolean {
  try {
    return thrown instanceof Interrupted;
  } catch {
    return false;
  }
}

/** Ends a cell's waiting. */
export function interruptCell(cell: Cell): void {
  if (cell.isDone) return;
  cell.isInterrupted = true;
  for (const reject of cell.waiting) reject(new Interrupted());
  cell.waiting.clear();
}

// More than any nest of `finally` blocks awaits.
const MOST_REFUSALS = 100;
/** How often a cell awaited something after it had been interrupted. */
const refusals = new WeakMap<Cell, number>();

/** Where a cell waited for what was thrown: the `await` stands in no stack of an error that Node, or a package, made later. */
const awaitedAt = new WeakMap<object, Error>();

/** The stack of the cell's own `await` that an error came out of, if it did. */
export function stackOfAwait(thrown: object): string | undefined {
  return awaitedAt.get(thrown)?.stack;
}

/** What an `await` at a cell's own level waits for: the value, or an interrupt. */
export function awaitInCell(value: unknown): unknown {
  const cell = currentCell();
  if (!cell) return value;
  if (cell.isInterrupted) {
    const count = (refusals.get(cell) ?? 0) + 1;
    refusals.set(cell, count);
    if (count <= MOST_REFUSALS) throw new Interrupted();
    // A loop that catches whatever is thrown: it waits, and the kernel goes on without it.
    return new Promise(() => {});
  }
  const here = new Error();
  return new Promise((resolve, reject) => {
    cell.waiting.add(reject);
    const refuse = (reason: unknown) => {
      if (typeof reason === "object" && reason !== null && !awaitedAt.has(reason))
        awaitedAt.set(reason, here);
      reject(reason);
    };
    const settled =
      <T>(settle: (result: T) => void) =>
      (result: T) => {
        cell.waiting.delete(reject);
        settle(result);
      };
    Promise.resolve(value).then(settled(resolve), settled(refuse));
  });
}

/** What a `for await` at a cell's own level goes through: each step can be interrupted. Errors call it by `name`. */
export async function* iterateInCell(
  items: Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined,
  name: string,
): AsyncGenerator<unknown> {
  const iterator = items?.[Symbol.asyncIterator]?.() ?? items?.[Symbol.iterator]?.();
  if (!iterator) throw new TypeError(`${name} is not async iterable`);
  let isOver = false;
  try {
    while (true) {
      const step = (await awaitInCell(iterator.next())) as IteratorResult<unknown>;
      if (step.done === true) {
        isOver = true;
        return;
      }
      yield await awaitInCell(step.value);
    }
  } finally {
    if (!isOver) await iterator.return?.();
  }
}
