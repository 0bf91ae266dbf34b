import { type Method, SETTING_SYMBOL } from "./paths";
import { FRONTIER_SHOTS, type FrontierPoint } from "./unit";

/** A path of one method. */
export interface Path {
  readonly method: Method;
  readonly points: readonly FrontierPoint[];
}

/** What a practitioner may ask for: a bound on the zero-shot excess, or the least weighted sum of both excesses. */
export type Wish =
  | { readonly kind: "bound"; readonly bound: number }
  | { readonly kind: "share"; readonly share: number };

export const WISHES: readonly Wish[] = [
  ...[0.5, 0.25, 0.1, 0.02].map((bound) => ({ kind: "bound", bound }) as const),
  ...[0.5, 0.9].map((share) => ({ kind: "share", share }) as const),
];

export const wishText = (wish: Wish): string =>
  wish.kind === "bound"
    ? `zero-shot excess at most ${wish.bound}`
    : `${Math.round(100 * wish.share)} % of prompts few-shot, of any task`;

interface Candidate {
  readonly method: Method;
  readonly setting: number;
  readonly zeroShotExcess: number;
  readonly inContextExcess: number;
  readonly cost: number;
}

/** The point of a path that serves a wish best, or none. */
export function bestOf({ method, points }: Path, wish: Wish, shots: number): Candidate | undefined {
  const candidates = points
    .map(({ setting, zeroShotExcess, inContextExcess }) => {
      const inContext = inContextExcess[shots]!;
      const cost =
        wish.kind === "bound" ? inContext : (1 - wish.share) * zeroShotExcess + wish.share * inContext;
      return { method, setting, zeroShotExcess, inContextExcess: inContext, cost };
    })
    .filter(({ zeroShotExcess }) => wish.kind === "share" || zeroShotExcess <= wish.bound + 1e-12);
  return candidates.sort((a, b) => a.cost - b.cost)[0];
}

/** A row of the table of choices: the best method, and the next best of another kind to show how much hangs on it. */
export function choiceRow(paths: readonly Path[], noiseVariance: number, wish: Wish, shots: number) {
  const ranked = paths.flatMap((path) => bestOf(path, wish, shots) ?? []).sort((a, b) => a.cost - b.cost);
  const [best, next] = ranked;
  const value = ranked.find(({ method }) => method === "zero-shot-value");
  const full = ranked.find(({ method }) => method === "zero-shot-full");
  return {
    noiseVariance,
    shots: String(FRONTIER_SHOTS[shots]),
    wish: wishText(wish),
    best: best!.method,
    setting: `${SETTING_SYMBOL[best!.method]} = ${Number(best!.setting.toPrecision(3))}`,
    zeroShotExcess: best!.zeroShotExcess,
    inContextExcess: best!.inContextExcess,
    cost: best!.cost,
    next: next?.method ?? "none",
    nextCost: next?.cost ?? Number.NaN,
    valueCost: value?.cost ?? Number.NaN,
    fullCost: full?.cost ?? Number.NaN,
  };
}
