import { evaluate, FLOAT, type Formula } from "@finetune-icl/core/algebra";
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
  CONSTANT_SCORE_RESPONSE,
  CONSTANT_VALUE_RESPONSE,
  gradientFlowOptimum,
  PRETRAINED_RESPONSE,
  type ZeroShotFullOptimum,
  zeroShotFullParameters,
} from "@finetune-icl/core/theory";
import { coefficientCases, type ResponseProbe } from "./support/coefficients";
import { fullResponses } from "./support/responseTraining";
import { type ClaimSetting, RELEASED, randomSetting } from "./support/settings";

interface Formulas {
  readonly score?: Formula<"vector">;
  readonly mirrored?: Formula<"vector">;
}

const compare =
  ({ score = CONSTANT_SCORE_RESPONSE, mirrored = CONSTANT_VALUE_RESPONSE }: Formulas) =>
  (draw: IdentityDraw): Differences => {
    const { field, d } = draw;
    const problem = draw.problem();
    const [task, targetTask, shots] = [draw.vector(), draw.vector(), draw.shots()];
    const [scoreScale, labelWeight, keyShare] = [draw.number(), draw.number(), draw.number()];
    const bindings = {
      covariance: problem.covariance,
      dimension: d,
      task,
      targetTask,
      keyShare,
      ...tokenShares(field, shots),
    };
    const gap = (formula: Formula<"vector">, optimum: ZeroShotFullOptimum<typeof scoreScale>) => {
      const response = linearResponse(
        field,
        problem,
        task,
        shots,
        zeroShotFullParameters(field, targetTask, optimum),
      );
      return evaluate(formula, field, bindings).map((x, i) => x.sub(response[i]!));
    };
    return {
      zero: [
        ...gap(score, { branch: "constant-score", scoreScale, labelWeight }),
        ...gap(mirrored, { branch: "constant-value", scoreScale, labelWeight, keyShare }),
      ],
    };
  };

const SCORE_CONTROLS: Readonly<Record<string, Formula<"vector">>> = {
  "the target's answer not diluted": altered(
    CONSTANT_SCORE_RESPONSE,
    "queryShare * targetTask",
    "targetTask",
  ),
  "examples still teach 10 % of the task": altered(
    CONSTANT_SCORE_RESPONSE,
    "queryShare * targetTask",
    "queryShare * targetTask + 0.1 * contextShare * task",
  ),
};

const MIRRORED_CONTROLS: Readonly<Record<string, Formula<"vector">>> = {
  "mirrored: ρ for 1 − ρ": altered(CONSTANT_VALUE_RESPONSE, "(1 - keyShare)", "keyShare"),
  "mirrored: the target's answer diluted to 1/N": altered(
    CONSTANT_VALUE_RESPONSE,
    "contextShare * (1 - keyShare) + queryShare",
    "queryShare",
  ),
};

const MIRRORED = { branch: "constant-value", scoreScale: 0.8, labelWeight: 1.2, keyShare: 0.3 } as const;

const probe = (setting: ClaimSetting, shots: number, mirrored = false): ResponseProbe => {
  const { problem, gamma, targetTask, otherTask } = setting;
  const optimum = mirrored ? MIRRORED : gradientFlowOptimum(gamma, targetTask);
  const predict = (formula: Formula<"vector">) =>
    evaluate(formula, FLOAT, {
      covariance: problem.covariance,
      dimension: problem.dimension,
      gamma,
      task: otherTask,
      targetTask,
      keyShare: MIRRORED.keyShare,
      ...tokenShares(FLOAT, shots),
    });
  const controls = mirrored ? MIRRORED_CONTROLS : SCORE_CONTROLS;
  return {
    setting,
    shots,
    precision: setting === RELEASED ? "main" : "spread",
    model: mirrored ? "mirrored optimum" : "full fine-tuning",
    parameters: zeroShotFullParameters(FLOAT, targetTask, optimum),
    predicted: predict(mirrored ? CONSTANT_VALUE_RESPONSE : CONSTANT_SCORE_RESPONSE),
    controls: {
      ...Object.fromEntries(Object.entries(controls).map(([name, item]) => [name, predict(item)])),
      "as pretrained": predict(PRETRAINED_RESPONSE),
    },
  };
};

export const fullResponse: Claim = {
  id: "full-takes-the-gain-away",
  title: "Full fine-tuning takes away what examples teach, and examples dilute what it learned",
  statement:
    "At the optimum that gradient flow reaches $\\ell = \\tfrac1N\\theta_0$: intrusion $a(n) = \\tfrac1N$, gain $b(n) = 0$, for every task, $c$ and $w$. At the mirrored one $\\ell = \\tfrac{n(1-\\rho)+1}N\\theta_0$: the gain is 0 there too, and examples outvote the target's answer down to $1-\\rho$ only.",
  assumptions:
    "The two branches of the zero-shot optima; entries that zero-shot prompts do not see are zero but for w and ρ.",
  shares:
    "The parameters (zeroShotFullParameters) and tokenShares; the linear response of the identity is that of the claim linear-response. The sampler knows the definition of the model alone; the training ends at its own c.",
  notebook: "05-value-only-fine-tuning-remembers.ipynb#cell-intrusion-math",
  identity: {
    compares: "the closed forms with the linear response of the parameters, for free c, w, ρ, θ₀ and θ",
    differences: compare({}),
    controls: [
      ...Object.entries(SCORE_CONTROLS).map(([description, score]) => ({
        description,
        differences: compare({ score }),
      })),
      ...Object.entries(MIRRORED_CONTROLS).map(([description, mirrored]) => ({
        description,
        differences: compare({ mirrored }),
      })),
      ...smallDimensionControls(CONSTANT_SCORE_RESPONSE, (score) => compare({ score })),
      ...smallDimensionControls(CONSTANT_VALUE_RESPONSE, (mirrored) => compare({ mirrored })).map(
        ({ description, differences }) => ({ description: `mirrored: ${description}`, differences }),
      ),
    ],
  },
  simulation: {
    samples:
      "the error of the fine-tuned model times the two directions that single out each task, on fresh prompts of a task that is not the target",
    cases: () =>
      coefficientCases([
        probe(RELEASED, 1),
        probe(RELEASED, 5),
        probe(RELEASED, 5, true),
        probe(randomSetting(2), 3),
        probe(randomSetting(8), 3, true),
      ]),
  },
  training: fullResponses,
};
