import { type AnyState, initialState } from "./controls";
import type { Answer, Explorable } from "./explorable";
import { gradientFlow } from "./gradientFlow";
import { monteCarloLive } from "./monteCarloLive";
import { promptAnatomy } from "./promptAnatomy";
import { riskCurves } from "./riskCurves";
import { taskMap } from "./taskMap";

/** All live figures, in the order of the book. */
export const EXPLORABLES: readonly Explorable[] = [
  riskCurves,
  taskMap,
  gradientFlow,
  promptAnatomy,
  monteCarloLive,
];

/** Steps of a gradual explorable that its static picture shows. */
const STEPS_AT_REST = 60;

/** What an explorable shows before anybody has touched it, in its first state unless told. */
export function answerAtRest(
  explorable: Explorable,
  state: AnyState = initialState(explorable.controls),
): Answer {
  if (explorable.kind === "direct") return explorable.answer(state);
  const run = explorable.start(state);
  for (let step = 1; step < STEPS_AT_REST; step += 1) run.advance();
  return run.answer();
}
