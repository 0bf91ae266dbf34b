import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { averagedRisk } from "../../../src/core/exact/averagedRisk";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { pack } from "../../../src/core/exact/packedParameters";
import { isotropicSetting } from "../../../src/core/problem/isotropicSetting";
import { pretrainedParameters } from "../../../src/core/theory/pretraining";
import { zeroShotFullParameters } from "../../../src/core/theory/zeroShotFull";
import { expectClose } from "../../support/expectClose";

const { problem, pretraining } = isotropicSetting({
  dimension: 3,
  noiseVariance: 0.2,
  pretrainingShots: 10,
});
const average = averagedRisk(problem, { kind: "sphere", taskCovariance: pretraining.taskCovariance });

describe("the risk averaged over a prior", () => {
  it("is the risk of any unit task where the model treats all directions alike", () => {
    const pretrained = pretrainedParameters(FLOAT, problem, pretraining);
    for (const shots of [0, 7, "infinity"] as const) {
      expectClose(
        average(pack(pretrained), shots),
        exactRisk(FLOAT, problem, [0.6, 0, 0.8], shots, pretrained),
        {
          tolerance: 1e-12,
          reason: "rounding of the 18 tasks that stand for the sphere",
          input: shots,
        },
      );
    }
  });

  it("averages over the sphere where it does not: after full fine-tuning σ² + |θ₀|² + 1 at n = 0", () => {
    const tuned = zeroShotFullParameters(FLOAT, [1, 0, 0], {
      branch: "constant-score",
      scoreScale: 1.5,
      labelWeight: 1,
    });
    // E|θ₀ − θ|² = 2, as tasks have mean zero.
    expectClose(average(pack(tuned), 0), 0.2 + 2, { tolerance: 1e-12, reason: "rounding" });
    expect(exactRisk(FLOAT, problem, [1, 0, 0], 0, tuned)).toBeCloseTo(0.2, 12);
  });
});
