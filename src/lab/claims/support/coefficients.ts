import { FLOAT, type Vector } from "@finetune-icl/core/algebra";
import type { SimulationCase } from "@finetune-icl/core/evidence";
import { intrusionAndGain } from "@finetune-icl/core/exact";
import type { SimulatedModel } from "@finetune-icl/core/simulate";
import type { ClaimSetting } from "./settings";

/** One setting in which what a prediction takes from the target and from the prompt's own task is measured, on the other task. */
export interface ResponseProbe {
  readonly setting: ClaimSetting;
  readonly shots: number;
  readonly parameters: SimulatedModel;
  /** What is special about the parameters, for the label. */
  readonly model: string;
  /** ℓ by the formula of the claim. */
  readonly predicted: Vector;
  /** What false formulas give for it. */
  readonly controls: Readonly<Record<string, Vector>>;
  readonly precision: SimulationCase["precision"];
}

/** a and 1 − b of ℓ on the other task of the setting. */
export function coefficientsOf(
  { problem, targetTask, otherTask: task }: ClaimSetting,
  response: Vector,
): { readonly intrusion: number; readonly shortfall: number } {
  const { intrusion, gain } = intrusionAndGain(FLOAT, problem, { targetTask, task }, response);
  return { intrusion, shortfall: 1 - gain };
}

/** A row for the intrusion a(n) and one for the shortfall 1 − b(n) of each probe. */
export function coefficientCases(probes: readonly ResponseProbe[]): readonly SimulationCase[] {
  return probes.flatMap(({ setting, shots, parameters, model, predicted, controls, precision }) =>
    (["intrusion", "shortfall"] as const).map((of) => ({
      label: `${setting.label}, ${model}, ${of === "intrusion" ? "intrusion a" : "shortfall 1 − b"}, n = ${shots}`,
      problem: setting.problem,
      task: setting.otherTask,
      shots,
      parameters,
      coefficient: { of, targetTask: setting.targetTask },
      predicted: coefficientsOf(setting, predicted)[of],
      controls: Object.fromEntries(
        Object.entries(controls).map(([name, wrong]) => [name, coefficientsOf(setting, wrong)[of]]),
      ),
      precision,
    })),
  );
}
