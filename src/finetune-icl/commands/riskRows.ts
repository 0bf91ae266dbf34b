import { InputError, isSubnormal } from "@finetune-icl/base";
import type { ShotCount } from "@finetune-icl/core/problem";
import { say } from "../say";

/** A risk in floats, how far it may be off, and the same in rationals where that can be had. */
export interface RoundedRisk {
  readonly risk: number;
  readonly errorBound: number;
  /** The nearest float to the risk without rounding; it takes long, and only small problems have it. */
  readonly unrounded?: () => number;
  /** Whether the input was rounded, before anything was computed. */
  readonly isInputRounded: boolean;
}

/** What stands in a row of an answer; `errorBound` only where digits are lost. */
export type RiskRow = { readonly risk: number; readonly errorBound?: number };

/** The task of a row, and where it stands in the input. */
export interface AskedTask {
  readonly path: string;
  readonly holds: readonly number[];
}

/** How large a question may be for its lost digits to be found in rationals unasked: the last is some seconds. */
export const EXACT_LIMITS = { dimension: 6, rows: 64, operations: 1e10 } as const;

/** Whether an input holds a subnormal number: no bound counts what its missing digits do to a risk, and rationals have them all. */
export function holdsSubnormal(input: unknown): boolean {
  if (typeof input === "number") return input !== 0 && isSubnormal(input);
  return typeof input === "object" && input !== null && Object.values(input).some(holdsSubnormal);
}

/** Of a risk more than nine digits are right, or it is computed without rounding, or the row says what is sure. */
const ENOUGH = 1e-9;

/** @throws InputError when the risk leaves the range of floats: it is too large for JSON. */
export function riskRow(
  { risk, errorBound, unrounded, isInputRounded }: RoundedRisk,
  task: AskedTask,
  shots: ShotCount,
): RiskRow {
  const isBoundKnown = !isInputRounded || unrounded === undefined;
  if (isBoundKnown && errorBound <= ENOUGH * Math.abs(risk)) return { risk };
  if (unrounded !== undefined) return { risk: finite(unrounded(), task, shots) };
  finite(risk, task, shots);
  if (!Number.isFinite(errorBound)) return refuse(task, shots);
  const rounded = sureDigits(risk, errorBound);
  return { risk: rounded, errorBound: errorBound + Math.abs(rounded - risk) };
}

/** The digits that the bound leaves, and one more. */
const sureDigits = (risk: number, errorBound: number): number =>
  Number(risk.toPrecision(Math.max(1, Math.ceil(Math.log10(Math.abs(risk) / errorBound)) + 1)));

/** One line on standard error when digits are lost. */
export function warnOfLostDigits(rows: readonly RiskRow[]): void {
  const lost = rows.filter(({ errorBound }) => errorBound !== undefined);
  if (lost.length === 0) return;
  const worst = Math.max(
    ...lost.map(({ risk, errorBound }) => errorBound! / Math.max(Math.abs(risk), Number.MIN_VALUE)),
  );
  // A risk that is 0, or smaller than its own bound, has no digit that is sure.
  const share = worst < 1 ? `a share of ${worst.toPrecision(2)} of itself at most` : "all of its own size";
  say(
    `finetune-icl: warning: ${lost.length} of ${rows.length} risks lose digits to rounding, or to where a descent ended, the worst ${share} (errorBound); --exact computes without either where the regime allows it\n`,
  );
}

function finite(risk: number, task: AskedTask, shots: ShotCount): number {
  return Number.isFinite(risk) ? risk : refuse(task, shots);
}

function refuse({ path, holds }: AskedTask, shots: ShotCount): never {
  throw new InputError(
    path,
    holds,
    `numbers whose risk at ${shots} shots is no larger than floats are; --exact has no largest number`,
  );
}
