import katex from "katex";
import { describe, expect, it } from "vitest";
import { evaluate, type Formula, freeSymbols } from "../../../src/core/algebra/formula";
import { NOTATION, type SymbolName, type SymbolShape } from "../../../src/core/algebra/notation";
import { FLOAT, RATIONAL } from "../../../src/core/algebra/numberField";
import { expressionTex, formulaTex } from "../../../src/core/algebra/tex";
import * as exact from "../../../src/core/exact/exactRisk";
import * as auxiliary from "../../../src/core/theory/auxiliaryValue";
import * as saddle from "../../../src/core/theory/factorisedSaddle";
import * as selection from "../../../src/core/theory/gradientFlowSelection";
import * as growth from "../../../src/core/theory/keyQueryGrowth";
import * as pretraining from "../../../src/core/theory/pretraining";
import * as full from "../../../src/core/theory/zeroShotFull";
import * as valueOnly from "../../../src/core/theory/zeroShotValue";

const FORMULAS = [exact, pretraining, full, selection, valueOnly, auxiliary, saddle, growth]
  .flatMap((module) => Object.values(module) as unknown[])
  .filter((item): item is Formula => typeof item === "object" && item !== null && "expression" in item);

/** Something of a shape, for d = 2, so that d, D = 4 and a number are never taken for each other. */
function sample(shape: SymbolShape): number | number[] | number[][] {
  const sizes = shape === "number" ? [] : shape.split(" × ").map((side) => (side === "d" ? 2 : 4));
  const [rows, columns] = sizes;
  if (rows === undefined) return 0.7;
  if (columns === undefined) return Array.from({ length: rows }, (_, i) => 0.3 + i);
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_x, j) => 1 / (1 + i + j)));
}

function lengths(value: unknown): readonly number[] {
  return Array.isArray(value) ? [value.length, ...lengths(value[0])] : [];
}

describe("formulas", () => {
  it("are found", () => {
    expect(FORMULAS.length).toBeGreaterThanOrEqual(20);
  });

  it.each(FORMULAS.map((formula) => [formula.title, formula] as const))(
    "%s: every symbol has a notation, and the TeX is valid",
    (_title, formula) => {
      for (const symbol of freeSymbols(formula, FLOAT)) expect(Object.keys(NOTATION)).toContain(symbol);
      const html = katex.renderToString(formulaTex(formula), { throwOnError: true, strict: "error" });
      expect(html).toContain("<math");
      expect(formula.source.length).toBeGreaterThan(10);
    },
  );

  it.each(
    FORMULAS.filter(({ where }) => where.length > 0).map((formula) => [formula.title, formula] as const),
  )("%s: every abbreviation has the shape its notation declares", (_title, formula) => {
    const bindings = Object.fromEntries(
      [...freeSymbols(formula, FLOAT)].map((name) => [name, sample(NOTATION[name as SymbolName].shape)]),
    );
    for (const [name] of formula.where) {
      const { shape } = NOTATION[name];
      const yields = shape === "number" ? "scalar" : shape.includes("×") ? "matrix" : "vector";
      const value = evaluate({ ...formula, yields, expression: name }, FLOAT, bindings);
      expect(lengths(value), `shape of ${name} in "${formula.title}"`).toEqual(lengths(sample(shape)));
    }
  });

  it("print with the field's symbols", () => {
    expect(expressionTex("noiseVariance + 2 * normSquared(targetTask) / (dimension + 4)")).toBe(
      "\\sigma^2 + \\frac{2 \\left\\lVert \\theta_0 \\right\\rVert^2}{d + 4}",
    );
    expect(expressionTex("inv(covariance * taskCovariance + kappa * identity)")).toBe(
      "\\left(\\Sigma \\Lambda + \\kappa I\\right)^{-1}",
    );
    expect(expressionTex("-queryShare^2 * transpose(gamma)")).toBe(
      "-\\left(\\tfrac{1}{N}\\right)^{2} \\Gamma^{\\top}",
    );
  });

  it("evaluate over floats and rationals alike", () => {
    const formula = valueOnly.VALUE_ONLY_ZERO_SHOT_RISK_INVERSE;
    const float = evaluate(formula, FLOAT, {
      covariance: [[2]],
      noiseVariance: 0.5,
      dimension: 1,
      targetTask: [3],
    });
    const rational = evaluate(formula, RATIONAL, {
      covariance: [[RATIONAL.from(2)]],
      noiseVariance: RATIONAL.from("1/2"),
      dimension: RATIONAL.one,
      targetTask: [RATIONAL.from(3)],
    });
    expect(float).toBeCloseTo(7.7, 14);
    expect(rational.toFraction()).toBe("77/10");
  });

  it("refuse to evaluate when a symbol is missing or the kind is wrong", () => {
    const formula = valueOnly.VALUE_ONLY_OPTIMUM_INVERSE;
    expect(() => evaluate(formula, FLOAT, { targetTask: [1] })).toThrow("dimension");
    expect(() =>
      evaluate({ ...formula, yields: "scalar" as const }, FLOAT, { targetTask: [1], dimension: 1 }),
    ).toThrow("yields a vector, declared as scalar");
  });
});
