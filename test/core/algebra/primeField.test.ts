import { describe, expect, it } from "vitest";
import { defineFormula, evaluate } from "../../../src/core/algebra/formula";
import { FLOAT, RATIONAL, type Rational } from "../../../src/core/algebra/numberField";
import { isPrime, NoInverse, primeField } from "../../../src/core/algebra/primeField";

const PRIME = 67_108_859;
const field = primeField(PRIME);
const value = (x: Rational): number => field.toNumber(x);

describe("residues modulo a prime", () => {
  it("are those of the rationals they stand for", () => {
    const [a, b] = [RATIONAL.from("-3/7"), RATIONAL.from("22/9")];
    const [x, y] = [field.from("-3/7"), field.from("22/9")];
    for (const operation of ["add", "sub", "mul", "div"] as const) {
      const expected = field.from(a[operation](b).toFraction());
      expect(value(x[operation](y)), `${operation} of -3/7 and 22/9 modulo ${PRIME}`).toBe(value(expected));
      expect(value(x[operation](b)), `${operation} of a residue and a rational`).toBe(value(expected));
    }
    expect(value(x.mul(7).add(3))).toBe(0);
    expect(value(x.inverse().mul(x))).toBe(1);
    expect(value(x.neg().add(x))).toBe(0);
    expect(value(field.from("2").pow(26))).toBe(2 ** 26 % PRIME);
    expect([field.sign(field.zero), field.sign(field.from(-5))]).toEqual([0, 1]);
  });

  it("multiply exactly where doubles just can: the largest residue squared is 1", () => {
    const largest = field.from(PRIME - 1);
    expect(value(largest.mul(largest))).toBe(1);
    expect(value(largest.mul(PRIME - 2))).toBe(2);
  });

  it("have no inverse of zero, no order, and no modulus that is not prime or too large", () => {
    expect(() => field.one.div(PRIME)).toThrow(NoInverse);
    expect(() =>
      field.math.inv([
        [field.one, field.one],
        [field.one, field.one],
      ]),
    ).toThrow(NoInverse);
    expect(() => field.one.lt(2)).toThrow("residues have no order");
    expect(() => primeField(67_108_861)).toThrow("not a prime below 2^26: 67108861");
    expect(() => primeField(67_108_879)).toThrow("not a prime below 2^26: 67108879");
    expect([0, 1, 2, 3, 4, 5, 9, 25, 8191].map(isPrime)).toEqual([
      false,
      false,
      true,
      true,
      false,
      true,
      false,
      false,
      true,
    ]);
  });

  it("evaluate formulas as mathjs does over the rationals, every operation of them", () => {
    const formula = defineFormula({
      title: "every operation",
      source: "made up",
      yields: "scalar",
      symbol: "f",
      where: [
        ["mixedTask", "-task + labelWeight * targetTask / 3"],
        ["normalMatrix", "gamma * covariance * gamma - 2 * transpose(gamma)"],
      ],
      expression:
        "trace(inv(normalMatrix)) + inner(task, mixedTask)^3 - normSquared(mixedTask) / det(gamma) + task * outer(task, targetTask) * mixedTask + 0.5",
    });
    const numbers = {
      covariance: [
        [5, 2],
        [2, 7],
      ],
      gamma: [
        [0, 3],
        [-4, 2],
      ],
      task: [1, -2],
      targetTask: [3, 5],
      labelWeight: 4,
    };
    const bound = (from: (x: number) => Rational) => ({
      covariance: numbers.covariance.map((row) => row.map(from)),
      gamma: numbers.gamma.map((row) => row.map(from)),
      task: numbers.task.map(from),
      targetTask: numbers.targetTask.map(from),
      labelWeight: from(numbers.labelWeight),
    });
    const exact = evaluate(formula, RATIONAL, bound(RATIONAL.from));
    const modular = evaluate(formula, field, bound(field.from));
    expect(value(modular), `${exact.toFraction()} modulo ${PRIME}`).toBe(
      value(field.from(exact.toFraction())),
    );
    expect(Math.abs(evaluate(formula, FLOAT, numbers) - exact.valueOf())).toBeLessThan(1e-9);
  });

  it("refuse what a formula may not do", () => {
    const of = (expression: string) =>
      evaluate({ title: "", source: "", yields: "scalar", symbol: "", where: [], expression }, field, {
        task: [field.one, field.one],
        labelWeight: field.one,
      });
    expect(() => of("task + labelWeight")).toThrow("a number and a matrix are added");
    expect(() => of("labelWeight / task")).toThrow("division by a matrix");
    expect(() => of("unknown + 1")).toThrow("Undefined symbol unknown");
    expect(() => of("sqrt(labelWeight)")).toThrow("Undefined function sqrt");
    expect(() => of("labelWeight^labelWeight")).toThrow("no rule for ^");
  });
});
