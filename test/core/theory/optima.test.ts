import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FLOAT, RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { exactRisk } from "../../../src/core/exact/exactRisk";
import { FastRisk } from "../../../src/core/exact/fastRisk";
import { type PackedParameters, pack, zeroParameters } from "../../../src/core/exact/packedParameters";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { gradientFlowOptimum } from "../../../src/core/theory/gradientFlowSelection";
import { pretrainedBlock, pretrainedParameters } from "../../../src/core/theory/pretraining";
import { zeroShotFullParameters } from "../../../src/core/theory/zeroShotFull";
import { valueOnlyOptimum, valueOnlyParameters } from "../../../src/core/theory/zeroShotValue";
import { asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

/** Exact derivative of the risk in one entry: a central difference, exact for a quadratic. */
function derivative(
  risk: (p: AttentionParameters<Rational>) => Rational,
  p: AttentionParameters<Rational>,
  i: number,
  j?: number,
): Rational {
  const moved = (step: number): AttentionParameters<Rational> =>
    j === undefined
      ? { ...p, value: p.value.map((x, k) => (k === i ? x.add(step) : x)) }
      : {
          ...p,
          keyQuery: p.keyQuery.map((row, k) => row.map((x, l) => (k === i && l === j ? x.add(step) : x))),
        };
  return risk(moved(1))
    .sub(risk(moved(-1)))
    .div(2);
}

describe("pretraining optimum", () => {
  it("is stationary in every entry of v and M for the risk averaged over the task prior", () => {
    fc.assert(
      fc.property(instances(2), fc.integer({ min: 1, max: 30 }), (instance, shots) => {
        const { problem } = asRationals(instance);
        // Tasks drawn evenly from plus and minus a few vectors: a prior whose every moment is rational.
        const tasks = antipodalTasks(instance.taskRoot);
        const prior = (p: AttentionParameters<Rational>): Rational =>
          tasks.reduce((sum, task) => sum.add(exactRisk(RATIONAL, problem, task, shots, p)), RATIONAL.zero);
        const parameters = pretrainedParameters(RATIONAL, problem, {
          taskCovariance: secondMoment(tasks),
          shots,
        });
        for (let i = 0; i < parameters.value.length; i += 1) {
          expect(derivative(prior, parameters, i).toFraction(), `∂/∂v[${i}]`).toBe("0");
          for (let j = 0; j < parameters.value.length; j += 1) {
            expect(derivative(prior, parameters, i, j).toFraction(), `∂/∂M[${i}][${j}]`).toBe("0");
          }
        }
      }),
      { numRuns: 10, seed: 5 },
    );
  });

  it("is Σ⁻¹ for infinitely many shots, and projects when Λ is singular", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, taskCovariance } = asRationals(instance);
        const block = pretrainedBlock(RATIONAL, problem, { taskCovariance, shots: "infinity" });
        const identity = multiply(block, problem.covariance);
        expect(identity.map((row) => row.map(String))).toEqual(
          identity.map((row, i) => row.map((_, j) => (i === j ? "1" : "0"))),
        );
        // Λ = e₁e₁ᵀ: only the first coordinate of a task is ever seen.
        const single = taskCovariance.map((row, i) =>
          row.map((_, j) => (i === 0 && j === 0 ? RATIONAL.one : RATIONAL.zero)),
        );
        const projected = pretrainedBlock(RATIONAL, problem, { taskCovariance: single, shots: "infinity" });
        const far = pretrainedBlock(RATIONAL, problem, { taskCovariance: single, shots: 10 ** 9 });
        for (const [i, row] of projected.entries()) {
          for (const [j, entry] of row.entries()) {
            expectClose(far[i]![j]!.valueOf(), entry.valueOf(), {
              tolerance: 1e-6,
              reason: "κ = (tr ΣΛ + σ²)/(m+1) < 1e-6 at m = 1e9, and the entries are at most 1",
              input: instance,
            });
          }
        }
      }),
      { numRuns: 30, seed: 6 },
    );
  });
});

describe("full fine-tuning on zero-shot prompts", () => {
  it("reaches the irreducible noise, in both branches and whatever the label row holds", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, targetTask, free } = asRationals(instance);
        const scoreScale = RATIONAL.sign(free[0]!) === 0 ? RATIONAL.one : free[0]!;
        for (const optimum of [
          { branch: "constant-score", scoreScale, labelWeight: free[1]! },
          { branch: "constant-value", scoreScale, labelWeight: free[1]!, keyShare: free[1]! },
        ] as const) {
          const risk = exactRisk(
            RATIONAL,
            problem,
            targetTask,
            0,
            zeroShotFullParameters(RATIONAL, targetTask, optimum),
          );
          expect(risk.toFraction()).toBe(problem.noiseVariance.toFraction());
        }
      }),
      { numRuns: 30, seed: 7 },
    );
  });

  it.each([
    { covariance: [[1]], taskCovariance: [[1]], shots: 20, targetTask: [1] },
    {
      covariance: [
        [1, 0.3],
        [0.3, 0.6],
      ],
      taskCovariance: [
        [0.5, 0.1],
        [0.1, 0.4],
      ],
      shots: 8,
      targetTask: [0.8, -0.5],
    },
    {
      covariance: identity(3),
      taskCovariance: identity(3).map((row) => row.map((x) => x / 3)),
      shots: 20,
      targetTask: [0.6, 0, -0.8],
    },
  ] as const)("gradient flow from the pretrained optimum ends at the predicted point: %j", (setting) => {
    const { taskCovariance, shots, targetTask, covariance } = setting;
    const problem = { dimension: covariance.length, covariance, noiseVariance: 0.1 };
    const start = pack(pretrainedParameters(FLOAT, problem, { taskCovariance, shots }));
    const gamma = pretrainedBlock(FLOAT, problem, { taskCovariance, shots });
    const predicted = pack(zeroShotFullParameters(FLOAT, targetTask, gradientFlowOptimum(gamma, targetTask)));
    const [coarse, fine] = [0.01, 0.005].map((step) => {
      const end = followGradientFlow(new FastRisk(problem), Float64Array.from(targetTask), start, step);
      return Math.hypot(
        ...end.value.map((x, i) => x - predicted.value[i]!),
        ...end.keyQuery.map((x, i) => x - predicted.keyQuery[i]!),
      );
    }) as [number, number];
    expectClose(fine, 0, {
      tolerance: coarse / 8,
      reason: "the method has order 4: half the step leaves 1/16 of the error, with a margin of 2",
      input: { setting, coarse },
    });
    expectClose(coarse, 0, {
      tolerance: 1e-4,
      reason: "a few thousand steps of size 0.01 at order 4",
      input: setting,
    });
  });
});

describe("value-only fine-tuning on zero-shot prompts", () => {
  it("is stationary in v, and the risk is convex there", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const { problem, taskCovariance: gamma, targetTask } = asRationals(instance);
        const optimum = valueOnlyParameters(
          RATIONAL,
          gamma,
          valueOnlyOptimum(RATIONAL, problem, gamma, targetTask),
        );
        const risk = (p: AttentionParameters<Rational>) => exactRisk(RATIONAL, problem, targetTask, 0, p);
        for (let i = 0; i < optimum.value.length; i += 1) {
          expect(derivative(risk, optimum, i).toFraction(), `∂/∂v[${i}]`).toBe("0");
        }
        // Convex and stationary: no move of v lowers the risk.
        const moved = {
          ...optimum,
          value: optimum.value.map((x, i) => x.add(asRationals(instance).parameters.value[i]!)),
        };
        expect(RATIONAL.sign(risk(moved).sub(risk(optimum)))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 30, seed: 9 },
    );
  });
});

/** Plus and minus the columns of [B, I]. */
function antipodalTasks(root: readonly (readonly string[])[]): readonly (readonly Rational[])[] {
  const columns = [
    ...root.map((_, k) => root.map((row) => RATIONAL.from(row[k]!))),
    ...root.map((_, k) => root.map((_row, i) => (i === k ? RATIONAL.one : RATIONAL.zero))),
  ];
  return columns.flatMap((column) => [column, column.map((x) => x.neg())]);
}

/** E θθᵀ for tasks drawn evenly from a list. */
function secondMoment(tasks: readonly (readonly Rational[])[]): Rational[][] {
  return tasks[0]!.map((_, i) =>
    tasks[0]!.map((_task, j) =>
      tasks.reduce((sum, task) => sum.add(task[i]!.mul(task[j]!)), RATIONAL.zero).div(tasks.length),
    ),
  );
}

function multiply(a: readonly (readonly Rational[])[], b: readonly (readonly Rational[])[]): Rational[][] {
  return a.map((row) =>
    b[0]!.map((_, j) => row.reduce((sum, x, k) => sum.add(x.mul(b[k]![j]!)), RATIONAL.zero)),
  );
}

function identity(d: number): number[][] {
  return Array.from({ length: d }, (_, i) => Array.from({ length: d }, (_value, j) => (i === j ? 1 : 0)));
}

/** Integrates dp/dt = −∇R(0, θ) by the classical Runge-Kutta method until the gradient is below 1e-9. */
function followGradientFlow(
  engine: FastRisk,
  task: Float64Array,
  start: PackedParameters,
  step: number,
): PackedParameters {
  const size = start.value.length;
  const gradient = zeroParameters(size);
  const shaped = (x: Float64Array): PackedParameters => ({
    value: x.subarray(0, size),
    keyQuery: x.subarray(size),
  });
  const slope = (x: Float64Array, from: Float64Array, scale: number): Float64Array => {
    engine.riskAndGradient(task, 0, shaped(x.map((value, i) => value + scale * from[i]!)), gradient);
    return Float64Array.from([...gradient.value, ...gradient.keyQuery], (g) => -g);
  };
  let x = Float64Array.from([...start.value, ...start.keyQuery]);
  for (let iteration = 0; iteration < 200_000; iteration += 1) {
    const k1 = slope(x, x, 0);
    if (Math.hypot(...k1) < 1e-9) return shaped(x);
    const k2 = slope(x, k1, step / 2);
    const k3 = slope(x, k2, step / 2);
    const k4 = slope(x, k3, step);
    x = x.map((value, i) => value + (step / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!));
  }
  throw new Error("gradient flow did not settle");
}
