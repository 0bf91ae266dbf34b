import { type Bindings, evaluate, FLOAT, type Formula, type Vector } from "@finetune-icl/core/algebra";
import {
  altered,
  type Claim,
  type Differences,
  type IdentityDraw,
  smallDimensionControls,
} from "@finetune-icl/core/evidence";
import { linearResponse } from "@finetune-icl/core/exact";
import { tokenShares } from "@finetune-icl/core/problem";
import {
  auxiliaryValueOptimum,
  blockParameters,
  PRETRAINED_RESPONSE,
  VALUE_ONLY_GAIN_INVERSE,
  VALUE_ONLY_INTRUSION_INVERSE,
  VALUE_ONLY_RESPONSE,
  valueOnlyOptimum,
} from "@finetune-icl/core/theory";
import { coefficientCases, type ResponseProbe } from "./support/coefficients";
import { numericValueRow } from "./support/numericValueRow";
import { inverseOf, scale } from "./support/rationals";
import { valueOnlyResponses } from "./support/responseTraining";
import { type ClaimSetting, RELEASED, randomSetting } from "./support/settings";

interface Formulas {
  readonly pretrained?: Formula<"vector">;
  readonly general?: Formula<"vector">;
  readonly intrusion?: Formula<"scalar">;
  readonly gain?: Formula<"scalar">;
}

const compare =
  ({
    pretrained = PRETRAINED_RESPONSE,
    general = VALUE_ONLY_RESPONSE,
    intrusion = VALUE_ONLY_INTRUSION_INVERSE,
    gain = VALUE_ONLY_GAIN_INVERSE,
  }: Formulas) =>
  (draw: IdentityDraw): Differences => {
    const { field, d } = draw;
    const problem = draw.problem();
    const { covariance } = problem;
    const [task, targetTask, valueVector] = [draw.vector(), draw.vector(), draw.vector()];
    const [labelWeight, shots, gamma] = [draw.number(), draw.shots(), draw.symmetric()];
    const bindings = { covariance, dimension: d, task, labelWeight, ...tokenShares(field, shots) };
    const exact = (blocks: Parameters<typeof blockParameters<typeof labelWeight>>[1], of = task) =>
      linearResponse(field, problem, of, shots, blockParameters(field, blocks));
    const before = exact({ block: gamma });
    const after = exact({ block: gamma, valueVector, labelWeight });
    // On prompts of no task all that is left is what does not come from the examples' task.
    const silent = exact(
      { block: gamma, valueVector, labelWeight },
      task.map(() => field.zero),
    );
    const inverse = exact({
      block: inverseOf(field, covariance),
      valueVector: targetTask.map((x) => x.div(d.add(4))),
      labelWeight,
    });
    const [a, b] = [evaluate(intrusion, field, bindings), evaluate(gain, field, bindings)];
    const claimedBefore = evaluate(pretrained, field, { ...bindings, gamma });
    const claimed = evaluate(general, field, { ...bindings, gamma, valueVector });
    return {
      zero: [
        ...claimedBefore.map((x, i) => x.sub(before[i]!)),
        ...claimed.map((x, i) => x.sub(after[i]!)),
        ...scale(labelWeight, before).map((x, i) => x.add(silent[i]!).sub(after[i]!)),
        ...inverse.map((x, i) => x.sub(a.mul(targetTask[i]!)).sub(b.mul(task[i]!))),
      ],
    };
  };

const CONTROLS: Readonly<Record<string, Formula<"vector">>> = {
  "without the query token's own share": altered(
    VALUE_ONLY_RESPONSE,
    "queryShare * (trace",
    "0 * queryShare * (trace",
  ),
  "the examples do not read v_x": altered(
    VALUE_ONLY_RESPONSE,
    "(valueVector + labelWeight * task)",
    "(labelWeight * task)",
  ),
  "10 % of the gain lost": altered(VALUE_ONLY_RESPONSE, "labelWeight * task", "0.9 * labelWeight * task"),
};

const bindingsOf = (
  { problem, gamma, otherTask }: ClaimSetting,
  shots: number,
  value: { readonly valueVector: Vector; readonly labelWeight: number },
): Bindings<number> => ({
  covariance: problem.covariance,
  dimension: problem.dimension,
  gamma,
  task: otherTask,
  ...value,
  ...tokenShares(FLOAT, shots),
});

const probe = (
  setting: ClaimSetting,
  shots: number,
  auxiliary?: { readonly shots: number; readonly weight: number },
): ResponseProbe => {
  const { problem, gamma, targetTask } = setting;
  const value =
    auxiliary === undefined
      ? { valueVector: valueOnlyOptimum(FLOAT, problem, gamma, targetTask), labelWeight: 1 }
      : auxiliaryValueOptimum(FLOAT, problem, gamma, targetTask, auxiliary);
  const bindings = bindingsOf(setting, shots, value);
  return {
    setting,
    shots,
    precision: setting === RELEASED ? "main" : "spread",
    model: auxiliary === undefined ? "value-only" : "auxiliary loss on the value row",
    parameters:
      auxiliary === undefined
        ? numericValueRow(problem, targetTask, blockParameters(FLOAT, { block: gamma }))
        : blockParameters(FLOAT, { block: gamma, ...value }),
    predicted: evaluate(VALUE_ONLY_RESPONSE, FLOAT, bindings),
    controls: {
      ...Object.fromEntries(
        Object.entries(CONTROLS).map(([name, formula]) => [name, evaluate(formula, FLOAT, bindings)]),
      ),
      "as pretrained, no intrusion": evaluate(PRETRAINED_RESPONSE, FLOAT, bindings),
    },
  };
};

const pretrainedProbe = (setting: ClaimSetting, shots: number): ResponseProbe => {
  const parameters = blockParameters(FLOAT, { block: setting.gamma });
  const value = { valueVector: setting.targetTask.map(() => 0), labelWeight: 1 };
  return {
    setting,
    shots,
    model: "pretrained",
    precision: "main",
    parameters,
    predicted: evaluate(PRETRAINED_RESPONSE, FLOAT, bindingsOf(setting, shots, value)),
    controls: {
      "twice as many examples": evaluate(PRETRAINED_RESPONSE, FLOAT, bindingsOf(setting, 2 * shots, value)),
    },
  };
};

export const valueOnlyResponse: Claim = {
  id: "value-only-adds-a-bias",
  title: "Value-only fine-tuning adds the target's answer and keeps what examples teach",
  statement:
    "$\\ell = \\tfrac nN\\Gamma\\Sigma(v_x + w\\theta) + \\tfrac1N(T_1v_x + 2\\Gamma\\Sigma v_x)$: what depends on the prompt's task is $w$ times what the pretrained model has, for every $\\Gamma$, $n$ and $v_x$, with $w = 1$ after zero-shot prompts. For $\\Gamma = \\Sigma^{-1}$, $v_x = \\theta_0/(d+4)$: the intrusion is $a(n) = \\tfrac{n+d+2}{(d+4)N}$, which examples outvote from $\\tfrac{d+2}{d+4}$ down to $\\tfrac1{d+4}$, the gain $b(n) = \\tfrac nN w$.",
  assumptions:
    "M zero but for a symmetric block Γ, v = (0, v_x, w): pretrained and after key-query-only fine-tuning (v_x = 0, w = 1), after value-only fine-tuning on zero-shot prompts (w = 1) and with an auxiliary few-shot loss (any w).",
  shares:
    "where the entries of v and M stand (blockParameters) and tokenShares; the linear response of the identity is that of the claim linear-response. Without an auxiliary loss what is sampled is the minimum of values of the exact risk, while the prediction is at B⁻¹a.",
  notebook: "05-value-only-fine-tuning-remembers.ipynb#cell-intrusion-math",
  identity: {
    compares:
      "the closed forms with the linear response of the parameters, for free Γ, v_x, w, θ, and for Γ = Σ⁻¹, v_x = θ₀/(d + 4); and the response after fine-tuning with w times that before plus what prompts of no task leave",
    differences: compare({}),
    controls: [
      ...Object.entries(CONTROLS).map(([description, general]) => ({
        description,
        differences: compare({ general }),
      })),
      {
        description: "d + 3 for d + 2 in the intrusion",
        differences: compare({
          intrusion: altered(VALUE_ONLY_INTRUSION_INVERSE, "dimension + 2", "dimension + 3"),
        }),
      },
      {
        description: "w forgotten in the gain",
        differences: compare({
          gain: altered(VALUE_ONLY_GAIN_INVERSE, "contextShare * labelWeight", "contextShare"),
        }),
      },
      ...smallDimensionControls(VALUE_ONLY_RESPONSE, (general) => compare({ general })),
      ...smallDimensionControls(PRETRAINED_RESPONSE, (pretrained) => compare({ pretrained })).map(
        ({ description, differences }) => ({
          description: `${description}, before fine-tuning`,
          differences,
        }),
      ),
      ...smallDimensionControls(VALUE_ONLY_INTRUSION_INVERSE, (intrusion) => compare({ intrusion })).map(
        ({ description, differences }) => ({ description: `${description}, in the intrusion`, differences }),
      ),
    ],
  },
  simulation: {
    samples:
      "the error of the pretrained and of the fine-tuned model times the two directions that single out each task, on fresh prompts of a task that is not the target",
    cases: () =>
      coefficientCases([
        pretrainedProbe(RELEASED, 5),
        ...[1, 20].map((shots) => probe(RELEASED, shots)),
        probe(RELEASED, 5, { shots: 20, weight: 1 }),
        probe(randomSetting(2), 3),
        probe(randomSetting(8), 10),
      ]),
  },
  training: valueOnlyResponses,
};
