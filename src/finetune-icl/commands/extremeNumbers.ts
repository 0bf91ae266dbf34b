import { InputError, isJsonObject } from "@finetune-icl/base";

/** A number beyond these powers of ten has a square or a product that may leave the range, or the precision, of floats. */
const EXTREME = 20;
/** Failures that have nothing to do with numbers. */
const OTHERS = ["InputError", "OutputError", "WriteError", "LockedError"];

/**
 * Does work on an input; where it fails and the input holds an astronomically large or small number, the message names that.
 * @throws InputError naming the most extreme number, with what happened; other failures as they are.
 */
export function namingExtremes<Value>(input: unknown, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    throw withExtremeNamed(input, error);
  }
}

/** The failure of work on an input, or the number of the input that must be its cause. */
export function withExtremeNamed(input: unknown, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  // What is not finite was computed from the input, on the way to a field that is none of its own.
  const isComputed =
    error instanceof InputError && typeof error.holds === "number" && !Number.isFinite(error.holds);
  if (OTHERS.includes(error.name) && !isComputed) return error;
  const most = mostExtreme(input, "");
  // What is infinite in the input itself is named already.
  if (most === undefined || (isComputed && !Number.isFinite(most.value))) return error;
  return new InputError(most.path, most.value, `a number nearer to 1 (with this one: ${error.message})`);
}

interface Extreme {
  readonly path: string;
  readonly value: number;
  /** How many powers of ten from 1. */
  readonly far: number;
}

function mostExtreme(input: unknown, path: string): Extreme | undefined {
  if (typeof input === "number") {
    const far = input === 0 ? 0 : Math.abs(Math.log10(Math.abs(input)));
    return far > EXTREME ? { path, value: input, far } : undefined;
  }
  const list = Array.isArray(input);
  if (!list && !isJsonObject(input)) return undefined;
  let most: Extreme | undefined;
  for (const [key, item] of Object.entries(input)) {
    const at = list ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const found = mostExtreme(item, at);
    if (found !== undefined && !(most !== undefined && most.far >= found.far)) most = found;
  }
  return most;
}
