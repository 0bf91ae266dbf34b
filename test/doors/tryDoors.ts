import { InputError } from "@finetune-icl/base";
import { RandomSource } from "@finetune-icl/core/simulate";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrayNames, type Broken, brokenWays, fixture, type Row, type Rows } from "./row";

/** The names of the functions and classes among some exports. */
const functionsOf = (exports: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.entries(exports)
    .filter(([, value]) => typeof value === "function")
    .map(([name]) => name)
    .sort();

/**
 * Tests that every function which a package exports is in a table, and that each refuses every broken argument with an InputError
 * that names it.
 */
export function tryDoors(
  packageName: string,
  rooms: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  tables: Readonly<Record<string, Rows>>,
): void {
  for (const [room, exports] of Object.entries(rooms)) {
    const rows = tables[room]!;
    describe(`the door of ${packageName}${room === "." ? "" : `/${room}`}`, () => {
      it("has a row for every function, and for nothing else", () => {
        expect(Object.keys(rows).sort()).toEqual(functionsOf(exports));
      });

      for (const [name, row] of Object.entries(rows)) {
        if (typeof row === "string") continue;
        it(`${name} refuses broken arguments by name`, async () => tryRow(row));
      }
    });
  }
}

/** Numbers are random and every way to break them is tried: a door looks at its arguments, whatever the others hold. */
async function tryRow(row: Row): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 3 }), fc.nat(), async (d, seed) => {
      const random = new RandomSource(seed);
      const args = row.args(fixture(d, () => random.uniform()));
      const ways = brokenWays(args).filter((way) => isRefused(row, way));
      expect(ways.length, "nothing to break").toBeGreaterThan(0);
      await row.call(args);
      const arrays = arrayNames(args);
      for (const way of ways) {
        const error = await thrownBy(() => row.call(way.args));
        if (!(error instanceof InputError))
          expect.fail(
            `input: ${way.what}\nexpected: an InputError that names ${way.name}\ngot: ${String(error)}`,
          );
        // When two lengths disagree, either array may be the one that is named.
        const names = way.isLength ? [way.name, ...arrays] : [way.name];
        if (!names.some((each) => new RegExp(`\\b${each}\\b`).test(error.field)))
          expect.fail(
            `input: ${way.what}\nexpected: an InputError that names ${way.name}\ngot: ${error.message}`,
          );
      }
    }),
    { numRuns: 3 },
  );
}

function isRefused(
  { anyLength = [], unused = [], infinite = [], anything = {}, anyCovariance }: Row,
  way: Broken,
): boolean {
  if (way.isImpossible && anyCovariance !== undefined) return false;
  if (unused.includes(way.name)) return false;
  if (way.isLength) return !anyLength.includes(way.name) || /\[\d+\]: /.test(way.what);
  if (Object.hasOwn(anything, way.name)) return false;
  return !(infinite.includes(way.name) && !way.what.endsWith("NaN"));
}

async function thrownBy(call: () => unknown): Promise<unknown> {
  try {
    return `no error, but ${String(await call())}`;
  } catch (error) {
    return error;
  }
}
