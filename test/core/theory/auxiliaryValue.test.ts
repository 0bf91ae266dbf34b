import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate } from "../../../src/core/algebra/formula";
import { RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { tokenShares } from "../../../src/core/problem/shots";
import {
  auxiliaryValueOptimum,
  BEST_LABEL_WEIGHT,
  BEST_LABEL_WEIGHT_LIMIT,
  LABEL_WEIGHT_CHANGE,
  type ValueOptimum,
} from "../../../src/core/theory/auxiliaryValue";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import { valueOnlyOptimum } from "../../../src/core/theory/zeroShotValue";
import { asRationals, instances, type Realised } from "../../support/arbitraries";

type Point = Realised<Rational>;

/** A point with Γ = Λ (any definite matrix will do), a target other than zero, and at least one auxiliary shot. */
function prepared(point: Point) {
  fc.pre(point.targetTask.some((x) => RATIONAL.sign(x) !== 0));
  const shots = point.shots === 0 ? 3 : point.shots;
  return { ...point, gamma: point.taskCovariance, shots };
}

const parametersOf = (
  gamma: Point["taskCovariance"],
  value: ValueOptimum<Rational>,
): AttentionParameters<Rational> => blockParameters(RATIONAL, { block: gamma, ...value });

/** Exact derivative in one entry of v; the loss is quadratic there. */
function derivative(
  loss: (p: AttentionParameters<Rational>) => Rational,
  p: AttentionParameters<Rational>,
  i: number,
): Rational {
  const moved = (step: number) => loss({ ...p, value: p.value.map((x, k) => (k === i ? x.add(step) : x)) });
  return moved(1).sub(moved(-1)).div(2);
}

describe("value-only fine-tuning with an auxiliary few-shot loss", () => {
  it("is stationary in every entry of v for the weighted loss", () => {
    fc.assert(
      fc.property(instances(3), fc.integer({ min: 1, max: 9 }), (instance, ninths) => {
        const { problem, gamma, targetTask, shots } = prepared(asRationals(instance));
        const weight = RATIONAL.from(`${ninths}/9`);
        const optimum = parametersOf(
          gamma,
          auxiliaryValueOptimum(RATIONAL, problem, gamma, targetTask, { shots, weight }),
        );
        const loss = (p: AttentionParameters<Rational>) =>
          exactRisk(RATIONAL, problem, targetTask, 0, p).add(
            weight.mul(exactRisk(RATIONAL, problem, targetTask, shots, p)),
          );
        optimum.value.forEach((_, i) => {
          expect(derivative(loss, optimum, i).toFraction(), `∂/∂v[${i}]`).toBe("0");
        });
      }),
      { numRuns: 40, seed: 31 },
    );
  });

  it("annealed: v_x is the zero-shot optimum, and w is stationary for the few-shot risk", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, gamma, targetTask, shots } = prepared(asRationals(instance));
        const optimum = auxiliaryValueOptimum(RATIONAL, problem, gamma, targetTask, {
          shots,
          weight: "annealed",
        });
        const zeroShot = valueOnlyOptimum(RATIONAL, problem, gamma, targetTask);
        expect(optimum.valueVector.map(String)).toEqual(zeroShot.map(String));
        const parameters = parametersOf(gamma, optimum);
        const fewShot = (p: AttentionParameters<Rational>) =>
          exactRisk(RATIONAL, problem, targetTask, shots, p);
        expect(derivative(fewShot, parameters, parameters.value.length - 1).toFraction()).toBe("0");
      }),
      { numRuns: 40, seed: 32 },
    );
  });

  it("annealed is the limit of small weights", () => {
    fc.assert(
      fc.property(instances(2), (instance) => {
        const { problem, gamma, targetTask, shots } = prepared(asRationals(instance));
        const at = (weight: Rational | "annealed") =>
          auxiliaryValueOptimum(RATIONAL, problem, gamma, targetTask, { shots, weight }).labelWeight;
        const distance = (weight: string) => at(RATIONAL.from(weight)).sub(at("annealed")).abs();
        const [far, near] = [distance("1e-6"), distance("1e-9")];
        // First order in λ: a thousandth of the weight leaves a thousandth of the distance.
        const ratio = far.n === 0n ? 0 : RATIONAL.toNumber(near.div(far));
        expect(ratio).toBeLessThan(1.01e-3);
      }),
      { numRuns: 20, seed: 33 },
    );
  });

  it("without weight leaves w at 1", () => {
    const { problem, gamma, targetTask } = prepared(
      asRationals(fc.sample(instances(2), { numRuns: 1, seed: 4 })[0]!),
    );
    const { labelWeight } = auxiliaryValueOptimum(RATIONAL, problem, gamma, targetTask, {
      shots: 5,
      weight: RATIONAL.zero,
    });
    expect(labelWeight.toFraction()).toBe("1");
  });

  it("changes the risk on every task by exactly the predicted amount", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, gamma, targetTask, task, shots, free } = prepared(asRationals(instance));
        fc.pre(task.some((x) => RATIONAL.sign(x) !== 0));
        const valueVector = valueOnlyOptimum(RATIONAL, problem, gamma, targetTask);
        const labelWeight = free[0]!;
        const risk = (w: Rational) =>
          exactRisk(RATIONAL, problem, task, shots, parametersOf(gamma, { valueVector, labelWeight: w }));
        const change = evaluate(LABEL_WEIGHT_CHANGE, RATIONAL, {
          covariance: problem.covariance,
          noiseVariance: problem.noiseVariance,
          gamma,
          task,
          valueVector,
          labelWeight,
          ...tokenShares(RATIONAL, shots),
        });
        expect(change.toFraction()).toBe(risk(labelWeight).sub(risk(RATIONAL.one)).toFraction());
      }),
      { numRuns: 40, seed: 34 },
    );
  });
});

describe("who gains from the auxiliary loss, for Γ = Σ⁻¹ and many examples", () => {
  const dimension = RATIONAL.from(2);
  const covariance = [
    [RATIONAL.one, RATIONAL.zero],
    [RATIONAL.zero, RATIONAL.one],
  ];
  const target = [RATIONAL.one, RATIONAL.zero];
  const shares = tokenShares(RATIONAL, "infinity");
  const bestWeight = (task: readonly Rational[]) =>
    evaluate(BEST_LABEL_WEIGHT_LIMIT, RATIONAL, { covariance, dimension, targetTask: target, task });

  it("has a best label weight that depends on the task's angle to the target: (d+3)/(d+4), 1, (d+5)/(d+4)", () => {
    const general = (task: readonly Rational[]) =>
      evaluate(BEST_LABEL_WEIGHT, RATIONAL, {
        covariance,
        noiseVariance: RATIONAL.from("1/10"),
        gamma: covariance,
        task,
        valueVector: target.map((x) => x.div(6)),
        ...shares,
      });
    const tasks = [target, [RATIONAL.zero, RATIONAL.one], target.map((x) => x.neg())];
    expect(tasks.map((task) => bestWeight(task).toFraction())).toEqual(["5/6", "1", "7/6"]);
    expect(tasks.map((task) => general(task).toFraction())).toEqual(["5/6", "1", "7/6"]);
  });

  it("is every task of the target's length within 60 degrees of it, and no other", () => {
    const weight = bestWeight(target);
    const change = (cosine: string, sine: string) =>
      RATIONAL.sign(
        evaluate(LABEL_WEIGHT_CHANGE, RATIONAL, {
          covariance,
          noiseVariance: RATIONAL.zero,
          gamma: covariance,
          task: [RATIONAL.from(cosine), RATIONAL.from(sine)],
          valueVector: target.map((x) => x.div(6)),
          labelWeight: weight,
          ...shares,
        }),
      );
    // Rational points of the unit circle on both sides of cos = 1/2.
    expect([change("5/13", "12/13"), change("20/29", "21/29"), change("3/5", "4/5")]).toEqual([1, -1, -1]);
    expect([change("1", "0"), change("0", "1"), change("-1", "0")]).toEqual([-1, 1, 1]);
    // cos = 1/2 itself: a task that is not on the circle but has ⟨θ₀,θ⟩ = ½‖θ‖².
    expect(change("1", "1")).toBe(0);
  });
});
