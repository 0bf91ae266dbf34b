import { InputError } from "@finetune-icl/base";

/** What a piece of work is estimated to take. */
export interface Cost {
  /** Additions and multiplications. */
  readonly operations?: number;
  /** Of memory, at most at a time. */
  readonly bytes?: number;
}

/** What this program is willing to do: a day of one core at 10⁹ operations a second, and the memory of a small machine. */
export const MOST_OPERATIONS = 8.64e13;
export const MOST_BYTES = 2 ** 31;

/**
 * Refuses work that would take days or more memory than there is, before it starts: an estimate that is right within a
 * factor of ten is enough to tell a long computation from an endless one.
 * @throws InputError naming the field, the estimate and the limit.
 */
export function requireAffordable(field: string, holds: unknown, { operations = 0, bytes = 0 }: Cost): void {
  // Sizes near 10³⁰⁸ may multiply to NaN.
  if (!(bytes <= MOST_BYTES))
    throw new InputError(
      field,
      holds,
      `less work: this would take about ${amount(bytes / 2 ** 30)} GiB of memory, and the limit is ${MOST_BYTES / 2 ** 30} GiB`,
    );
  if (!(operations <= MOST_OPERATIONS))
    throw new InputError(
      field,
      holds,
      `less work: this would take about ${amount(operations)} operations, and the limit is ${amount(MOST_OPERATIONS)}, a day of one core`,
    );
}

const amount = (x: number): string => Number(x.toPrecision(3)).toString();
