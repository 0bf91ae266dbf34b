import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evaluate, type Formula } from "../../../src/core/algebra/formula";
import type { Vector } from "../../../src/core/algebra/matrix";
import { FLOAT, RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { intrusionAndGain, linearResponse } from "../../../src/core/exact/linearResponse";
import type { AttentionParameters } from "../../../src/core/model/attentionParameters";
import { applyLayer } from "../../../src/core/model/linearAttention";
import { promptTokens } from "../../../src/core/model/tokens";
import { tokenShares } from "../../../src/core/problem/shots";
import { ExampleSampler, samplePrompt } from "../../../src/core/simulate/promptSampler";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { blockParameters } from "../../../src/core/theory/blockParameters";
import {
  CONSTANT_SCORE_RESPONSE,
  CONSTANT_VALUE_RESPONSE,
  PRETRAINED_RESPONSE,
  VALUE_ONLY_GAIN_INVERSE,
  VALUE_ONLY_INTRUSION_INVERSE,
  VALUE_ONLY_RESPONSE,
} from "../../../src/core/theory/linearResponse";
import { zeroShotFullParameters } from "../../../src/core/theory/zeroShotFull";
import { asRationals, instances } from "../../support/arbitraries";
import { expectClose } from "../../support/expectClose";

describe("the linear response", () => {
  it("after each regime is its closed form, in rationals", () => {
    fc.assert(
      fc.property(instances(3), (instance) => {
        const field = RATIONAL;
        const { problem, taskCovariance: gamma, task, targetTask } = asRationals(instance);
        const { shots } = instance;
        const [scoreScale, labelWeight] = instance.free.map((x) => field.from(x)) as [Rational, Rational];
        fc.pre(field.sign(scoreScale) !== 0);
        const bindings = {
          covariance: problem.covariance,
          gamma,
          task,
          targetTask,
          ...tokenShares(field, shots),
        };
        const expectResponse = (
          parameters: AttentionParameters<Rational>,
          formula: Formula<"vector">,
          more: Readonly<Record<string, Rational | Vector<Rational>>> = {},
        ) =>
          expect(linearResponse(field, problem, task, shots, parameters)).toEqual(
            evaluate(formula, field, { ...bindings, ...more }),
          );

        expectResponse(blockParameters(field, { block: gamma }), PRETRAINED_RESPONSE);
        const value = { valueVector: targetTask, labelWeight };
        expectResponse(blockParameters(field, { block: gamma, ...value }), VALUE_ONLY_RESPONSE, value);
        expectResponse(
          zeroShotFullParameters(field, targetTask, { branch: "constant-score", scoreScale, labelWeight }),
          CONSTANT_SCORE_RESPONSE,
        );
        const mirrored = {
          branch: "constant-value",
          scoreScale,
          labelWeight,
          keyShare: labelWeight,
        } as const;
        expectResponse(zeroShotFullParameters(field, targetTask, mirrored), CONSTANT_VALUE_RESPONSE, {
          keyShare: labelWeight,
        });
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it("is the regression of sampled predictions on the query's covariates", () => {
    const problem = {
      dimension: 2,
      covariance: [
        [1, 0.4],
        [0.4, 2],
      ],
      noiseVariance: 0.3,
    };
    const random = new RandomSource(11);
    const value = Array.from({ length: 4 }, () => random.normal());
    const keyQuery = Array.from({ length: 4 }, () => Array.from({ length: 4 }, () => random.normal()));
    const task = [0.5, -1];
    const shots = 3;
    const expected = linearResponse(FLOAT, problem, task, shots, { value, keyQuery });
    const sampler = new ExampleSampler(problem, task, random);
    const label = 3;
    const layer = [
      {
        kind: "merged",
        keyQuery,
        value: Array.from({ length: 4 }, (_, i) => (i === label ? value : [0, 0, 0, 0])),
      } as const,
    ];
    // Σℓ = E f x: means of products, whose spread the sample itself tells.
    const prompts = 40_000;
    const sums = [0, 0];
    const squares = [0, 0];
    for (let k = 0; k < prompts; k += 1) {
      const { prompt } = samplePrompt(sampler, shots);
      const answer = applyLayer(layer, promptTokens(prompt)).at(-1)![label]!;
      prompt.query.forEach((x, i) => {
        sums[i]! += answer * x;
        squares[i]! += (answer * x) ** 2;
      });
    }
    for (const i of [0, 1]) {
      const mean = sums[i]! / prompts;
      const standardError = Math.sqrt((squares[i]! / prompts - mean * mean) / prompts);
      const exact = problem.covariance[i]!.reduce((sum, x, j) => sum + x * expected[j]!, 0);
      expectClose(mean, exact, {
        tolerance: 4 * standardError,
        reason: `four standard errors of ${prompts} prompts, fixed seed`,
        input: { i },
      });
      expect(Math.abs(exact), "far from zero, which a wrong formula might give").toBeGreaterThan(
        8 * standardError,
      );
    }
  });
});

describe("intrusion and gain", () => {
  const dimension = 4;
  const covariance = [0, 1, 2, 3].map((i) => [0, 1, 2, 3].map((j) => (i === j ? 2 + i : 1)));
  const problem = { dimension, covariance, noiseVariance: 0.1 };
  const inverse = FLOAT.math.evaluate("inv(S)", { S: covariance }) as { toArray?: () => number[][] };
  const gamma = (inverse.toArray?.() ?? inverse) as number[][];
  const targetTask = [1, 0.5, 0, -1];
  const task = [0.2, -1, 0.7, 0.4];

  it("of value-only fine-tuning: a bias that examples outvote, and all of the gain", () => {
    for (const shots of [0, 1, 5, 100, "infinity"] as const)
      for (const labelWeight of [1, 0.9]) {
        const parameters = blockParameters(FLOAT, {
          block: gamma,
          valueVector: targetTask.map((x) => x / (dimension + 4)),
          labelWeight,
        });
        const { intrusion, gain } = intrusionAndGain(
          FLOAT,
          problem,
          { targetTask, task },
          linearResponse(FLOAT, problem, task, shots, parameters),
        );
        const bindings = { covariance, dimension, labelWeight, ...tokenShares(FLOAT, shots) };
        const close = {
          tolerance: 1e-12,
          reason: "rounding of two small systems",
          input: { shots, labelWeight },
        };
        expectClose(intrusion, evaluate(VALUE_ONLY_INTRUSION_INVERSE, FLOAT, bindings), close);
        expectClose(gain, evaluate(VALUE_ONLY_GAIN_INVERSE, FLOAT, bindings), close);
      }
  });

  it("are what a response was made of, and refused for parallel tasks", () => {
    const response = targetTask.map((x, i) => 0.3 * x - 2 * task[i]!);
    const { intrusion, gain } = intrusionAndGain(FLOAT, problem, { targetTask, task }, response);
    expectClose(intrusion, 0.3, { tolerance: 1e-13, reason: "rounding" });
    expectClose(gain, -2, { tolerance: 1e-13, reason: "rounding" });
    const parallel = targetTask.map((x) => -0.7 * x);
    expect(() => intrusionAndGain(FLOAT, problem, { targetTask, task: parallel }, response)).toThrow(
      /^task: holds .*no multiple of the target/,
    );
    expect(() => intrusionAndGain(FLOAT, problem, { targetTask, task: [1] }, response)).toThrow(
      /^task: holds/,
    );
  });
});
