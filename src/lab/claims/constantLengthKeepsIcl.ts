import { FLOAT, type Rational } from "@finetune-icl/core/algebra";
import {
  type Claim,
  type Differences,
  type IdentityDraw,
  NO_MISTAKE,
  type SmallDimensionFactor,
  smallDimensionMistakes,
  type TrainingRow,
} from "@finetune-icl/core/evidence";
import {
  asParameters,
  asPoint,
  covariateMoments,
  gaussianMoment,
  gaussianNoise,
  linearTaskMoments,
  momentLoss,
  momentRisk,
  pack,
  unpack,
} from "@finetune-icl/core/exact";
import { isotropicSetting } from "@finetune-icl/core/problem";
import {
  blockParameters,
  constantLengthParameters,
  pretrainedBlock,
  pretrainedParameters,
} from "@finetune-icl/core/theory";
import { followGradientFlow } from "@finetune-icl/core/train";

/** The zero-shot risk of M₀₀ = t, M_xx = αI, v_x = θ₀/(t + αd) on the sphere of radius √d, which must be σ². */
const compare =
  (radius: "constant" | "gaussian", factor: SmallDimensionFactor = NO_MISTAKE) =>
  (draw: IdentityDraw): Differences => {
    const { field } = draw;
    const d = draw.dimension;
    const [scoreScale, block, noiseVariance] = [draw.positive(), draw.positive(), draw.positive()];
    const [targetTask, labelWeight] = [draw.vector(), draw.number()];
    const identity = Array.from({ length: d + 1 }, (_, i) =>
      Array.from({ length: d + 1 }, (_x, j) => (i === j ? field.one : field.zero)),
    );
    // Moments on the sphere are Gaussian ones times d/(d+2) for order four, and d²/((d+2)(d+4)) for order six.
    const second = draw.d.div(draw.d.add(2));
    const third = second.mul(draw.d.div(draw.d.add(4)));
    const scale = (order: number): Rational =>
      radius === "gaussian" || order < 4 ? field.one : order === 4 ? second : third;
    const moments = linearTaskMoments(
      field,
      (indices) =>
        gaussianMoment(
          field,
          identity,
          indices.map((i) => i + 1),
        ).mul(scale(indices.length)),
      targetTask,
      gaussianNoise(field, noiseVariance),
    );
    const selfScore = scoreScale.add(block.mul(draw.d));
    const parameters = blockParameters(field, {
      block: identity.slice(1).map((row) => row.slice(1).map((x) => x.mul(block))),
      scoreScale,
      valueVector: targetTask.map((x) => x.div(selfScore)),
      labelWeight,
    });
    const claimed = noiseVariance.mul(factor(draw, draw.covariance()));
    // αI stands twice in the risk.
    return { zero: [draw.withLoops(2, momentRisk(field, d, moments, 0, parameters)).sub(claimed)] };
  };

/** d; the first alone in the quick profile. */
const TRAINED: readonly number[] = [3, 2, 5];

function train(profile: "full" | "quick"): readonly TrainingRow[] {
  return (profile === "quick" ? TRAINED.slice(0, 1) : TRAINED).flatMap((dimension) => {
    const { problem, pretraining } = isotropicSetting({
      dimension,
      noiseVariance: 0.1,
      pretrainingShots: 20,
    });
    const targetTask = problem.covariance.map((_, i) => (i === 0 ? 0.6 : i === 1 ? 0.8 : 0));
    const moments = linearTaskMoments(
      FLOAT,
      covariateMoments({ kind: "sphere" }, problem.covariance),
      targetTask,
      gaussianNoise(FLOAT, problem.noiseVariance),
    );
    const start = pretrainedParameters(FLOAT, problem, pretraining);
    const gamma = pretrainedBlock(FLOAT, problem, pretraining)[0]![0]!;
    const loss = momentLoss(dimension, [{ moments, shots: 0, weight: 1 }]);
    const flow = followGradientFlow(loss, asPoint(pack(start)), {
      stepTolerance: 1e-10,
      gradientTolerance: 1e-8,
    });
    const end = unpack(asParameters(flow.point, dimension + 2));
    const predicted = constantLengthParameters(dimension, gamma, targetTask);
    const label = `d = ${dimension}`;
    const common = {
      tolerance: 1e-6,
      reason: "the flow stops at a gradient of 1e-8, over curvatures of order one",
      settled: flow.settled,
    };
    const row = (name: string, claimed: number, measured: number, forgotten: number): TrainingRow => ({
      label: `${label}: ${name}`,
      predicted: claimed,
      measured,
      ...common,
      controls: { "the covariate block is erased": { predicted: forgotten, measured } },
    });
    return [
      row("first entry of M_xx", predicted.keyQuery[1]![1]!, end.keyQuery[1]![1]!, 0),
      row(
        "last entry of M_xx",
        predicted.keyQuery[dimension]![dimension]!,
        end.keyQuery[dimension]![dimension]!,
        0,
      ),
      row("first entry of v_x", predicted.value[1]!, end.value[1]!, 0),
    ];
  });
}

export const constantLengthKeepsIcl: Claim = {
  id: "constant-length-keeps-icl",
  title: "Full fine-tuning does not forget when all covariates have the same length",
  statement:
    "If $x$ is uniform on the sphere $\\lvert x\\rvert^2 = d$, every $M_{00}=t$, $M_{xx}=\\alpha I$, $v_x=\\theta_0/(t+\\alpha d)$ has zero-shot risk $\\sigma^2$; gradient flow from $\\Gamma=\\gamma I$ ends at $\\alpha = \\gamma + t$ with $t((d+1)t+2d\\gamma)((d+1)t+d\\gamma)^2 = \\lvert\\theta_0\\rvert^2$: the block that does ICL grows.",
  assumptions:
    "x uniform on the sphere of radius √d, Σ = I, merged M, all of v and M trained on the zero-shot loss. That the flow converges is observed, not proved.",
  shares:
    "The moments on the sphere are Gaussian ones times a factor; the training uses the same moments. A sphere is sampled in full-forgets-any-covariates.",
  notebook: "12-other-covariates.ipynb#cell-sphere",
  identity: {
    compares: "the exact zero-shot risk on the sphere, from its moments, with σ², for free t, α, θ₀, w",
    differences: compare("constant"),
    controls: [
      { description: "Gaussian covariates", differences: compare("gaussian") },
      ...smallDimensionMistakes((factor) => compare("constant", factor)),
    ],
  },
  simulation: {
    notApplicable: "The statement is about parameters; the risk at zero shots is compared exactly.",
  },
  training: {
    trains:
      "gradient flow of all entries from the pretrained point, by the exact zero-shot loss on the sphere: where M_xx and v_x end",
    run: train,
  },
};
