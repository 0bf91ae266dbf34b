import { describe, expect, it } from "vitest";
import { FLOAT } from "../../../src/core/algebra/numberField";
import { covariateMoments } from "../../../src/core/exact/covariateMoments";
import { MomentRisk } from "../../../src/core/exact/momentRisk";
import { gaussianNoise, linearTaskMoments } from "../../../src/core/exact/tokenMoments";
import { type ZeroShotFullOptimum, zeroShotFullParameters } from "../../../src/core/theory/zeroShotFull";
import { expectClose } from "../../support/expectClose";

/** Risk at 20 shots on an unrelated task after full fine-tuning, for two laws of the covariates with the same Σ = I. */
function risks(optimum: ZeroShotFullOptimum<number>): readonly [number, number] {
  const identity = [0, 1, 2].map((i) => [0, 1, 2].map((j) => (i === j ? 1 : 0)));
  const parameters = zeroShotFullParameters(FLOAT, [1, 0, 0], optimum);
  const on = (kind: "gaussian" | "uniform"): number =>
    new MomentRisk(
      3,
      linearTaskMoments(
        FLOAT,
        covariateMoments({ kind }, identity),
        [0.6, 0.8, 0],
        gaussianNoise(FLOAT, 0.1),
      ),
    ).risk(20, parameters);
  return [on("gaussian"), on("uniform")];
}

describe("the two branches of full fine-tuning on covariates that are not Gaussian", () => {
  it("a constant score sees second moments only", () => {
    const [gaussian, uniform] = risks({ branch: "constant-score", scoreScale: 2, labelWeight: 1 });
    expectClose(uniform, gaussian, {
      tolerance: 1e-12,
      reason: "the same second moments, rounding",
      input: "constant score",
    });
  });

  it("on the mirrored branch the product of a token's score and label brings fourth moments back", () => {
    const mirrored = { branch: "constant-value", scoreScale: 2, labelWeight: 1 } as const;
    const [gaussian, uniform] = risks({ ...mirrored, keyShare: 1 });
    expect(Math.abs(uniform - gaussian)).toBeGreaterThan(1e-4);
    // With the whole score in the first row a labelled token's score is the query's alone: second moments again.
    const [gaussianRow, uniformRow] = risks({ ...mirrored, keyShare: 0 });
    expectClose(uniformRow, gaussianRow, {
      tolerance: 1e-12,
      reason: "the same second moments, rounding",
      input: "first row alone",
    });
  });
});
