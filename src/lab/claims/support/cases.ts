import { type Bindings, evaluate, FLOAT, type Formula, type Vector } from "@finetune-icl/core/algebra";
import type { SimulationCase } from "@finetune-icl/core/evidence";
import { tokenShares } from "@finetune-icl/core/problem";
import type { SimulatedModel } from "@finetune-icl/core/simulate";
import { type ClaimSetting, opposite, RELEASED, randomSetting } from "./settings";

/** One risk to simulate: a setting, a task by its role in it, a number of shots. */
export interface Probe {
  readonly setting: ClaimSetting;
  readonly task: "target" | "opposite" | "other";
  readonly shots: number;
  readonly precision: SimulationCase["precision"];
}

/** Main rows in the released setting. */
export function releasedProbes(
  shots: readonly number[],
  tasks: readonly Probe["task"][] = ["target", "opposite"],
): readonly Probe[] {
  return tasks.flatMap((task) =>
    shots.map((n): Probe => ({ setting: RELEASED, task, shots: n, precision: "main" })),
  );
}

/** Anisotropic random problems with d from 1 to 16 and n from 0 to 1000. */
export const SPREAD: readonly Probe[] = (
  [
    [1, 5],
    [2, 1000],
    [3, 0],
    [8, 40],
    [16, 10],
  ] as const
).map(([dimension, shots]) => ({
  setting: randomSetting(dimension),
  task: "other",
  shots,
  precision: "spread",
}));

export function taskOf({ setting, task }: Probe): Vector {
  if (task === "other") return setting.otherTask;
  return task === "target" ? setting.targetTask : opposite(setting.targetTask);
}

/** Cases whose prediction is a formula; each control is a false formula for the same number. */
export function formulaCases({
  probes,
  formula,
  controls,
  parameters,
  original,
  bind,
}: {
  readonly probes: readonly Probe[];
  readonly formula: Formula<"scalar">;
  readonly controls: Readonly<Record<string, Formula<"scalar">>>;
  readonly parameters: (setting: ClaimSetting) => SimulatedModel;
  /** Where the formula is for a change of the risk, what it changes from. */
  readonly original?: (setting: ClaimSetting) => SimulatedModel;
  /** What the formula needs beside Σ, σ², d, θ, n/N and 1/N. */
  readonly bind: (setting: ClaimSetting, task: Vector) => Bindings<number>;
}): readonly SimulationCase[] {
  return probes.map((probe) => {
    const { setting, shots, precision } = probe;
    const task = taskOf(probe);
    const { covariance, noiseVariance, dimension } = setting.problem;
    const predict = (item: Formula<"scalar">): number =>
      evaluate(item, FLOAT, {
        covariance,
        noiseVariance,
        dimension,
        task,
        ...tokenShares(FLOAT, shots),
        ...bind(setting, task),
      });
    return {
      label: `${setting.label}, ${probe.task} task, n = ${shots}`,
      problem: setting.problem,
      task,
      shots,
      parameters: parameters(setting),
      ...(original === undefined ? {} : { original: original(setting) }),
      predicted: predict(formula),
      controls: Object.fromEntries(Object.entries(controls).map(([name, item]) => [name, predict(item)])),
      precision,
    };
  });
}
