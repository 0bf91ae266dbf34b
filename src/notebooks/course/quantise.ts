import { createHash } from "node:crypto";
import type { Scaled } from "./relation";

/**
 * Answers as text, so that all answers within the tolerance of one value give the same text and can be compared by a hash.
 * Every number falls into a cell of a grid whose width is a small multiple of the tolerance; where the cells begin is
 * pseudorandom, drawn from `draw`, so that a draw can be chosen in which no right value lies near the border of its cell.
 */
export interface Grid {
  /** Relative to the scale of a value. */
  readonly tolerance: number;
  readonly draw: string;
}

// A draw that fits is found in a few tries, and that it fits says at most two bits about the values.
const FITTING_SHARE = 0.25;

/** Half the width of a cell over the tolerance, for this many numbers in one text. */
function cellsPerTolerance(numbers: number): number {
  return Math.max(2, 1 / (1 - FITTING_SHARE ** (1 / Math.max(1, numbers))));
}

/** Width of a cell relative to the scale of a value, at most. */
export function resolutionOf(tolerance: number, numbers: number): number {
  return 4 * cellsPerTolerance(numbers) * tolerance;
}

export function quantise(scaled: Scaled, grid: Grid): string {
  return cellsOf(scaled, grid).text;
}

/** Whether every answer that agrees with these values gives the same text as they do. */
export function fits(scaled: Scaled, grid: Grid): boolean {
  return cellsOf(scaled, grid).margin >= 1;
}

/** Numbers of all values together. */
export function countNumbers({ values }: Scaled): number {
  return values.reduce((sum, value) => sum + ("entries" in value ? value.entries.length : 0), 0);
}

function cellsOf(scaled: Scaled, { tolerance, draw }: Grid): { text: string; margin: number } {
  const half = cellsPerTolerance(countNumbers(scaled));
  // Distance to the nearest border, in tolerances.
  let margin = Number.POSITIVE_INFINITY;
  const texts = scaled.values.map((value, at) => {
    if (!("entries" in value)) return JSON.stringify(value);
    const shift = uniform(draw, `scale ${at}`);
    const logarithm = Math.log2(scaled.scales[at]!) + shift;
    const magnitude = Math.floor(logarithm);
    const unit = 2 ** (magnitude + 1 - shift);
    // The scale itself moves with the answer, by the tolerance.
    const above = logarithm - magnitude;
    if (Math.min(above, 1 - above) < 4 * tolerance) margin = 0;
    const width = 2 * half * tolerance * unit;
    const cells = value.entries.map((entry, index) => {
      if (!Number.isFinite(entry) || width === 0) return Object.is(entry, -0) ? "0" : String(entry);
      const position = entry / width + uniform(draw, `entry ${at} ${index}`);
      const cell = Math.floor(position);
      margin = Math.min(margin, 2 * half * Math.min(position - cell, 1 - (position - cell)));
      return Object.is(cell, -0) ? "0" : String(cell);
    });
    // With the magnitude: the cells alone are the same for twice the value.
    return `${value.kind} ${value.shape.join()} ${magnitude}: ${cells.join(" ")}`;
  });
  return { text: texts.join("\n"), margin };
}

/** A number from 0 to below 1 that only depends on the texts. */
function uniform(draw: string, name: string): number {
  return createHash("sha256").update(`${draw}\n${name}`).digest().readUInt32BE(0) / 2 ** 32;
}
