import { describe, expect, it } from "vitest";
import { RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { altered } from "../../../src/core/evidence/altered";
import { BOUNDS } from "../../../src/core/evidence/bounds";
import { isApplicable } from "../../../src/core/evidence/claim";
import * as degree from "../../../src/core/evidence/degree";
import { degreesOf } from "../../../src/core/evidence/everyDimension";
import { runIdentity } from "../../../src/core/evidence/identity";
import type { IdentityEvidence } from "../../../src/core/evidence/identityEvidence";
import { IdentityDraw, RationalDraw } from "../../../src/core/evidence/rationalDraw";
import { combine, disagrees, type EvidenceRow, judge } from "../../../src/core/evidence/result";
import { COMPARISONS, THRESHOLD, twoSidedQuantile } from "../../../src/core/evidence/significance";
import { gatherSimulation, runSimulationCase } from "../../../src/core/evidence/simulation";
import { streamOf } from "../../../src/core/evidence/stream";
import { runTraining } from "../../../src/core/evidence/training";
import { monteCarloRisk } from "../../../src/core/simulate/monteCarloRisk";
import { RandomSource } from "../../../src/core/simulate/randomSource";
import { PRETRAINED_RISK } from "../../../src/core/theory/pretraining";
import { CLAIMS } from "../../../src/lab/claims";
import { expectClose } from "../../support/expectClose";

const row = (deviation: number, conclusive = true): EvidenceRow => ({
  label: "",
  predicted: 0,
  measured: 0,
  deviation,
  tolerance: 1,
  reason: "",
  conclusive,
});
const control = (rejected: boolean) => ({ description: "", rejected, deviation: 0 });

describe("verdicts", () => {
  it("need rows that agree, precision that was reached, and controls that fail", () => {
    expect(judge([row(1)], [control(true)])).toBe("verified");
    expect(judge([row(1), row(1.01)], [control(true)])).toBe("refuted");
    expect(judge([row(Number.NaN)], [control(true)])).toBe("refuted");
    expect(judge([row(0)], [control(true), control(false)])).toBe("inconclusive");
    expect(judge([row(0)], [])).toBe("inconclusive");
    expect(judge([], [control(true)])).toBe("inconclusive");
    expect(judge([row(0, false)], [control(true)])).toBe("inconclusive");
  });

  it("of several kinds: one refutes all, one that cannot tell leaves it open", () => {
    expect(combine(["verified", "verified"])).toBe("verified");
    expect(combine(["verified", "inconclusive"])).toBe("inconclusive");
    expect(combine(["inconclusive", "refuted"])).toBe("refuted");
    expect(combine([])).toBe("inconclusive");
  });
});

describe("identity evidence", () => {
  const square =
    (factor: number): IdentityEvidence["differences"] =>
    (draw) => {
      const x = draw.number();
      return { zero: [x.add(1).pow(2)!.sub(x.mul(x)).sub(x.mul(factor)).sub(1)] };
    };
  const evidence: IdentityEvidence = {
    compares: "(x + 1)² with x² + 2x + 1",
    degree: () => 2,
    differences: square(2),
    controls: [{ description: "3 for 2", differences: square(3) }],
  };
  const options = { profile: "quick", seed: 1 } as const;

  it("accepts a true identity and refutes a false one", () => {
    expect(runIdentity("square", evidence, options).verdict).toBe("verified");
    expect(runIdentity("square", { ...evidence, differences: square(3) }, options).verdict).toBe("refuted");
  });

  it("cannot tell when a control passes, or when the degree is too high for the sample", () => {
    const controls = [{ description: "the truth", differences: square(2) }];
    expect(runIdentity("square", { ...evidence, controls }, options).verdict).toBe("inconclusive");
    expect(runIdentity("square", { ...evidence, degree: () => 2 ** 19 }, options).verdict).toBe(
      "inconclusive",
    );
  });

  it("refutes when nothing is compared, and when what must not be negative is", () => {
    const nothing = () => ({ zero: [] });
    const negative = () => ({ zero: [], notNegative: [RATIONAL.from(-1)] });
    expect(runIdentity("none", { ...evidence, differences: nothing }, options).verdict).toBe("refuted");
    expect(runIdentity("negative", { ...evidence, differences: negative }, options).verdict).toBe("refuted");
  });

  it("draws the same point for the same seed and stream, and another for another", () => {
    const draw = (seed: number, stream: number) => new RationalDraw(2, seed, stream).vector().map(String);
    expect(draw(1, 2)).toEqual(draw(1, 2));
    expect(draw(1, 2)).not.toEqual(draw(1, 3));
    expect(draw(1, 2)).not.toEqual(draw(2, 2));
  });
});

describe("stated degrees", () => {
  /** A point on a random line: every drawn number is a + bt. */
  class LineDraw extends IdentityDraw {
    constructor(dimension: number, t: number) {
      const random = new RandomSource(1, 0);
      const along = (): number => 1 + (random.bits() % 97) + (1 + (random.bits() % 89)) * t;
      const number = (): Rational => RATIONAL.from(along());
      super(dimension, RATIONAL, {
        unit: number,
        positive: number,
        whole: along,
        vectorEntry: number,
        matrixEntry: number,
      });
    }
  }

  /** How many values determine a rational function, by Thiele's continued fraction: at most 2·max(degrees) + 1. */
  function valuesNeeded(at: (t: number) => Rational, most: number): number {
    const coefficients: Rational[] = [];
    for (let k = 0; k <= most; k += 1) {
      let value = at(k);
      for (const [j, coefficient] of coefficients.entries()) {
        const gap = value.sub(coefficient);
        if (RATIONAL.sign(gap) === 0) return k;
        value = RATIONAL.from(k - j).div(gap);
      }
      coefficients.push(value);
    }
    return most + 1;
  }

  const checked = CLAIMS.flatMap((claim) =>
    isApplicable(claim.identity) &&
    degreesOf(claim.identity)(1) <= 40 &&
    claim.identity.dimensionsOnly === undefined
      ? claim.identity.controls.map((item) => ({ id: claim.id, item }))
      : [],
  );

  it.each(checked.map((entry) => [entry.id, entry.item.description, entry] as const))(
    "%s: the difference of the control '%s' needs no more values than its computed degree allows",
    (_id, _description, { item }) => {
      const d = 1;
      const at = (t: number): Rational => {
        const { zero } = item.differences(new LineDraw(d, t));
        return zero.find((x) => RATIONAL.sign(x) !== 0) ?? RATIONAL.zero;
      };
      const bound = 2 * degreesOf(item)(d) + 1;
      expect(valuesNeeded(at, bound)).toBeLessThanOrEqual(bound);
    },
  );
});

describe("simulation evidence", () => {
  it("shares its error rate over more comparisons than the ledger has", () => {
    const cases = CLAIMS.flatMap(({ simulation }) => (isApplicable(simulation) ? simulation.cases() : []));
    expect(cases.length).toBeGreaterThan(40);
    expect(cases.length).toBeLessThanOrEqual(COMPARISONS);
    expectClose(twoSidedQuantile(0.05), 1.959963984540054, {
      tolerance: 1e-12,
      reason: "bisection to rounding",
    });
    expect(THRESHOLD).toBeGreaterThan(4);
  });

  it("accepts the variance as the risk of predicting zero, and refutes 3 % more", () => {
    const setting = { dimension: 1, covariance: [[2]], noiseVariance: 1 };
    const at = (predicted: number) => {
      const item = {
        label: "zero prediction",
        problem: setting,
        task: [1],
        shots: 0,
        parameters: {
          value: [0, 0, 0],
          keyQuery: [
            [0, 0, 0],
            [0, 0, 0],
            [0, 0, 0],
          ],
        },
        predicted,
        controls: { "ten per cent less": 2.7 },
        precision: "main" as const,
      };
      const evidence = { samples: "", cases: () => [item] };
      return gatherSimulation(evidence, [runSimulationCase("test", item, { profile: "quick", seed: 3 })], 3);
    };
    // y ~ N(0, 2 + 1): the risk of predicting zero is 3, and its square error has a standard deviation of 3√2.
    const { verdict, rows } = at(3);
    expect(verdict).toBe("verified");
    expect(rows[0]!.standardError! / 3).toBeLessThanOrEqual(1.25 * 5e-3);
    expect(at(3.09).verdict).toBe("refuted");
  });
});

describe("seeds", () => {
  const points = (seed: number): readonly string[] => {
    const seen: string[] = [];
    const differences = (draw: IdentityDraw) => {
      seen.push(draw.field === BOUNDS ? "" : `${draw.dimension} ${draw.field.name} ${draw.number()}`);
      return { zero: [draw.field.zero] };
    };
    runIdentity("seeds", { compares: "", differences, controls: [] }, { profile: "full", seed });
    return seen.filter((point) => point !== "");
  };
  it("of identities: another point for every seed, dimension and number", () => {
    const [one, two] = [points(1), points(2)];
    expect(new Set([...one, ...two]).size, "no point is tried twice").toBe(one.length + two.length);
    expect(points(1)).toEqual(one);
    expect(one).toHaveLength(2 + 2 * 8);
  });

  it("of simulations: other prompts for every seed and case, the same for the same", () => {
    const item = (label: string) => ({
      label,
      problem: { dimension: 1, covariance: [[1]], noiseVariance: 1 },
      task: [1],
      shots: 0,
      parameters: {
        value: [0, 0, 0],
        keyQuery: [
          [0, 0, 0],
          [0, 0, 0],
          [0, 0, 0],
        ],
      },
      predicted: 2,
      controls: {},
      precision: "spread" as const,
    });
    const measured = (label: string, seed: number): number =>
      runSimulationCase("test", item(label), { profile: "quick", seed }).row.measured;
    expect(measured("a", 1)).toBe(measured("a", 1));
    expect(new Set([measured("a", 1), measured("a", 2), measured("b", 1)]).size).toBe(3);
  });
});

describe("power", () => {
  // y ~ N(0, 2): its square has the mean 2 and the standard deviation 2√2.
  const item = (predicted: number) => ({
    label: "zero prediction",
    problem: { dimension: 1, covariance: [[1]], noiseVariance: 1 },
    task: [1],
    shots: 0,
    parameters: {
      value: [0, 0, 0],
      keyQuery: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    },
    predicted,
    controls: {},
    precision: "main" as const,
  });
  const options = { profile: "quick", seed: 5 } as const;

  it("a row draws until its precision is reached, and its standard error is the true one", () => {
    const { row } = runSimulationCase("test", item(2), options);
    const prompts = Number(/(\d+) prompts$/.exec(row.reason)![1]);
    expect(row.conclusive).toBe(true);
    expect(row.standardError! / row.measured).toBeLessThanOrEqual(1.05 * 5e-3);
    expectClose(row.standardError! * Math.sqrt(prompts), 2 * Math.SQRT2, {
      tolerance: 4 * 2 * Math.SQRT2 * Math.sqrt(14 / 4 / prompts),
      reason: "4 standard errors of a standard deviation: the square of a normal has kurtosis 15",
    });
  });

  it("the prompts of the pilot are not used again: what is measured comes from a stream of its own", () => {
    const { row } = runSimulationCase("test", item(2), options);
    const prompts = Number(/(\d+) prompts$/.exec(row.reason)![1]);
    const { problem, task, shots, parameters, label } = item(2);
    const from = (phase: string): number =>
      monteCarloRisk(problem, task, shots, parameters, {
        prompts,
        seed: options.seed,
        stream: streamOf("test", label, phase),
      }).mean;
    expect(row.measured).toBe(from("measurement"));
    expect(row.measured).not.toBe(from("pilot"));
  });

  it("a row says which error it finds, and finds it", () => {
    const { row } = runSimulationCase("test", item(2), options);
    expectClose(row.detects!, ((THRESHOLD + 1.6448536) * row.standardError!) / 2, {
      tolerance: 1e-8,
      reason: "the threshold and the 95 % quantile of a normal law",
    });
    const found = Array.from({ length: 40 }, (_, k) =>
      disagrees(
        runSimulationCase("test", item(2 * (1 + row.detects!)), { profile: "quick", seed: 10 + k }).row,
      ),
    ).filter(Boolean).length;
    // Binomial with 40 trials and p = 0.95: fewer than 33 with probability below 1e-3.
    expect(found, "errors of that size found in 40 seeds").toBeGreaterThanOrEqual(33);
  });

  it("a row that could not reject its prediction made larger makes the claim inconclusive", () => {
    const evidence = { samples: "", cases: () => [item(2)] };
    const done = runSimulationCase("test", item(2), options);
    expect(gatherSimulation(evidence, [done], 5).verdict).toBe("verified");
    expect(gatherSimulation(evidence, [done, { ...done, scaled: 4 }], 5).verdict).toBe("inconclusive");
  });

  it("training states its own: relative, or as it is where zero is predicted", () => {
    const row = { label: "", measured: 2, tolerance: 0.1, reason: "", settled: true, controls: {} };
    const { rows } = runTraining(
      {
        trains: "",
        run: () => [
          { ...row, predicted: 2 },
          { ...row, predicted: 0 },
        ],
      },
      options,
    );
    expect(rows.map(({ detects }) => detects)).toEqual([0.05, 0.1]);
  });
});

describe("degrees of matrices", () => {
  it("an inverse is the adjugate over the determinant", () => {
    // Entries of degree 2 over a common denominator of degree 1: q adj(N)/det(N).
    expect(degree.inverse(3, { numerator: 2, denominator: 1 })).toEqual({ numerator: 5, denominator: 6 });
    expect(degree.inverse(1, { numerator: 2, denominator: 0 })).toEqual({ numerator: 0, denominator: 2 });
    expect(degree.over(degree.polynomial(2), { numerator: 3, denominator: 1 })).toEqual({
      numerator: 3,
      denominator: 3,
    });
    expect(degree.plus(degree.SHARE, degree.polynomial(2))).toEqual({ numerator: 3, denominator: 1 });
  });
});

describe("training evidence", () => {
  const trained = (measured: number, settled: boolean, wrong: number) =>
    runTraining(
      {
        trains: "",
        run: () => [
          {
            label: "",
            predicted: 1,
            measured,
            tolerance: 0.1,
            reason: "",
            settled,
            controls: { wrong: { predicted: wrong, measured } },
          },
        ],
      },
      { profile: "quick", seed: 1 },
    );

  it("compares with its tolerance, and cannot tell when training did not settle or a control passes", () => {
    expect(trained(1.05, true, 2).verdict).toBe("verified");
    expect(trained(1.2, true, 2).verdict).toBe("refuted");
    expect(trained(1.05, false, 2).verdict).toBe("inconclusive");
    expect(trained(1.05, true, 1.1).verdict).toBe("inconclusive");
  });
});

describe("small parts", () => {
  it("makes streams by FNV-1a", () => {
    expect([streamOf(""), streamOf("a"), streamOf("foobar")]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968]);
  });

  it("refuses a mistake that would change nothing", () => {
    expect(() => altered(PRETRAINED_RISK, "no such words", "x")).toThrow('does not hold "no such words"');
  });
});
