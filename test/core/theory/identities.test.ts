import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, type Formula } from "../../../src/core/algebra/formula";
import type { Matrix } from "../../../src/core/algebra/matrix";
import { RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { tokenShares } from "../../../src/core/problem/shots";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import {
  PRETRAINED_RISK_INVERSE,
  pretrainedBlock,
  pretrainedParameters,
  pretrainedRisk,
} from "../../../src/core/theory/pretraining";
import { zeroShotFullParameters, zeroShotFullRisk } from "../../../src/core/theory/zeroShotFull";
import {
  VALUE_ONLY_OPTIMUM_INVERSE,
  VALUE_ONLY_RISK_INVERSE,
  VALUE_ONLY_ZERO_SHOT_RISK,
  VALUE_ONLY_ZERO_SHOT_RISK_INVERSE,
  valueOnlyOptimum,
  valueOnlyParameters,
  valueOnlyRisk,
} from "../../../src/core/theory/zeroShotValue";
import { asRationals, type Instance, instances, type Realised } from "../../support/arbitraries";

/**
 * Each closed form is compared with the exact risk of the closed-form parameters in exact rationals, with no tolerance: at
 * a random point two different polynomials agree only by accident, and many points leave no room for accidents.
 */
const POINTS = 60;

function identity(
  name: string,
  check: (point: Realised<Rational>, instance: Instance) => readonly [Rational, Rational],
): void {
  it(name, () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const [formula, exact] = check(asRationals(instance), instance);
        expect(
          formula.toFraction(),
          `exact risk ${exact.toFraction()} (tolerance 0: rational arithmetic)`,
        ).toBe(exact.toFraction());
      }),
      { numRuns: POINTS, seed: 20 },
    );
  });
}

const inverse = (matrix: Matrix<Rational>): Matrix<Rational> =>
  (
    RATIONAL.math.inv(RATIONAL.math.matrix(matrix as never)) as unknown as { toArray(): Rational[][] }
  ).toArray();

/** Any symmetric matrix will do for Γ; the instance's Λ is one. */
const someBlock = ({ taskCovariance }: Realised<Rational>): Matrix<Rational> => taskCovariance;

const risk = (point: Realised<Rational>, parameters: AttentionParameters<Rational>): Rational =>
  exactRisk(RATIONAL, point.problem, point.task, point.shots, parameters);

/** A formula for value-only fine-tuning with Γ = Σ⁻¹, and the exact risk, at any v_x and w. */
function valueOnlyInverse(
  formula: Formula<"scalar">,
  point: Realised<Rational>,
): readonly [Rational, Rational] {
  const [valueVector, labelWeight] = [point.targetTask, point.free[0]!];
  const claimed = evaluate(formula, RATIONAL, {
    ...point.problem,
    dimension: RATIONAL.from(point.problem.dimension),
    task: point.task,
    valueVector,
    labelWeight,
    ...tokenShares(RATIONAL, point.shots),
  });
  const block = inverse(point.problem.covariance);
  return [claimed, risk(point, blockParameters(RATIONAL, { block, valueVector, labelWeight }))];
}

describe("closed forms equal the exact risk of the closed-form parameters", () => {
  identity("pretrained, any symmetric Γ", (point) => {
    const gamma = someBlock(point);
    return [
      pretrainedRisk(RATIONAL, point.problem, gamma, point.task, point.shots),
      risk(point, blockParameters(RATIONAL, { block: gamma })),
    ];
  });

  identity("pretrained at its optimum", (point) => {
    const pretraining = { taskCovariance: point.taskCovariance, shots: point.shots === 0 ? 1 : point.shots };
    return [
      pretrainedRisk(
        RATIONAL,
        point.problem,
        pretrainedBlock(RATIONAL, point.problem, pretraining),
        point.task,
        point.shots,
      ),
      risk(point, pretrainedParameters(RATIONAL, point.problem, pretraining)),
    ];
  });

  identity("pretrained, Γ = Σ⁻¹", (point) => [
    evaluate(PRETRAINED_RISK_INVERSE, RATIONAL, {
      ...point.problem,
      dimension: RATIONAL.from(point.problem.dimension),
      task: point.task,
      ...tokenShares(RATIONAL, point.shots),
    }),
    risk(point, blockParameters(RATIONAL, { block: inverse(point.problem.covariance) })),
  ]);

  identity("full fine-tuning, constant score, any c and w", (point) => {
    const optimum = {
      branch: "constant-score",
      scoreScale: nonZero(point.free[0]!),
      labelWeight: point.free[1]!,
    } as const;
    return [
      zeroShotFullRisk(RATIONAL, point.problem, point, optimum, point.shots),
      risk(point, zeroShotFullParameters(RATIONAL, point.targetTask, optimum)),
    ];
  });

  identity("full fine-tuning, constant value, any c, s and w", (point) => {
    const optimum = {
      branch: "constant-value",
      scoreScale: nonZero(point.free[0]!),
      labelWeight: point.free[1]!,
      keyShare: point.parameters.value[0]!,
    } as const;
    return [
      zeroShotFullRisk(RATIONAL, point.problem, point, optimum, point.shots),
      risk(point, zeroShotFullParameters(RATIONAL, point.targetTask, optimum)),
    ];
  });

  identity("value-only, any symmetric Γ, any v_x and w", (point) => {
    const gamma = someBlock(point);
    const [valueVector, labelWeight] = [point.targetTask, point.free[0]!];
    return [
      valueOnlyRisk(RATIONAL, point.problem, gamma, { valueVector, labelWeight }, point.task, point.shots),
      risk(point, blockParameters(RATIONAL, { block: gamma, valueVector, labelWeight })),
    ];
  });

  identity("value-only, Γ = Σ⁻¹, any v_x and w", (point) => valueOnlyInverse(VALUE_ONLY_RISK_INVERSE, point));

  identity("value-only optimum, zero-shot risk", (point) => {
    const gamma = someBlock(point);
    const optimum = valueOnlyOptimum(RATIONAL, point.problem, gamma, point.targetTask);
    return [
      evaluate(VALUE_ONLY_ZERO_SHOT_RISK, RATIONAL, {
        covariance: point.problem.covariance,
        noiseVariance: point.problem.noiseVariance,
        gamma,
        targetTask: point.targetTask,
      }),
      exactRisk(RATIONAL, point.problem, point.targetTask, 0, valueOnlyParameters(RATIONAL, gamma, optimum)),
    ];
  });

  identity("value-only optimum, zero-shot risk for Γ = Σ⁻¹", (point) => {
    const gamma = inverse(point.problem.covariance);
    const dimension = RATIONAL.from(point.problem.dimension);
    const optimum = valueOnlyOptimum(RATIONAL, point.problem, gamma, point.targetTask);
    const shrunk = evaluate(VALUE_ONLY_OPTIMUM_INVERSE, RATIONAL, {
      dimension,
      targetTask: point.targetTask,
    });
    expect(optimum.map(String)).toEqual(shrunk.map(String));
    return [
      evaluate(VALUE_ONLY_ZERO_SHOT_RISK_INVERSE, RATIONAL, {
        ...point.problem,
        dimension,
        targetTask: point.targetTask,
      }),
      exactRisk(RATIONAL, point.problem, point.targetTask, 0, valueOnlyParameters(RATIONAL, gamma, optimum)),
    ];
  });

  it("rejects a coefficient that is off: d + 3 for d + 4, n for n + 1, a dropped noise term", () => {
    const wrong = [
      {
        ...VALUE_ONLY_RISK_INVERSE,
        expression: VALUE_ONLY_RISK_INVERSE.expression.replace("dimension + 4", "dimension + 3"),
      },
      {
        ...VALUE_ONLY_RISK_INVERSE,
        expression: VALUE_ONLY_RISK_INVERSE.expression.replace(
          "labelWeight^2 * noiseVariance",
          "labelWeight^2 * 0",
        ),
      },
      {
        ...VALUE_ONLY_RISK_INVERSE,
        expression: VALUE_ONLY_RISK_INVERSE.expression.replace("queryShare^2", "queryShare"),
      },
    ];
    for (const formula of wrong) {
      let accepted = 0;
      fc.assert(
        fc.property(instances(3), (instance) => {
          const [claimed, exact] = valueOnlyInverse(formula, asRationals(instance));
          if (claimed.equals(exact)) accepted += 1;
        }),
        { numRuns: POINTS, seed: 20 },
      );
      // A degenerate point (no noise, θ₀ = 0, n = 0) cannot tell; most can.
      expect(accepted, formula.expression).toBeLessThan(POINTS / 2);
    }
  });
});

function nonZero(value: Rational): Rational {
  return RATIONAL.sign(value) === 0 ? RATIONAL.one : value;
}
