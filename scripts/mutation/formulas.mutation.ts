import { mkdirSync, writeFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import type { Formula } from "../../src/core/algebra/formula";
import { isApplicable } from "../../src/core/evidence/claim";
import { type IdentityEvidence, runIdentity } from "../../src/core/evidence/identity";

/**
 * Mutations of the formulas, which are text and so no matter for Stryker: each number one larger, each sign turned, each symbol 3 % off, one at a
 * time. A mutation is killed when an identity of the ledger that evaluates the formula no longer holds (quick profile, no controls).
 */

/** The formula that is mutated now, and what stands in its place. */
const now: { target?: Formula; mutant?: Formula; seen: Set<Formula> } = { seen: new Set() };
const copies = new Map<Formula, Formula>();

/** Claims evaluate variants of a formula too, with the same abbreviations and another expression. */
function inPlaceOf<F extends Formula>(formula: F): F {
  now.seen.add(formula);
  const { target, mutant } = now;
  if (target === undefined || mutant === undefined) return formula;
  if (formula === target) return mutant as F;
  const shares = target.where.length > 0 && formula.where === target.where;
  if (!shares) return formula;
  let copy = copies.get(formula);
  if (copy === undefined) {
    copy = { ...formula, where: mutant.where };
    copies.set(formula, copy);
  }
  return copy as F;
}

vi.mock("../../src/core/algebra/formula", async (original) => {
  const actual = await original<typeof import("../../src/core/algebra/formula")>();
  return {
    ...actual,
    evaluate: (formula: Formula, ...rest: [never, never]) => actual.evaluate(inPlaceOf(formula), ...rest),
    compute: (formula: Formula, ...rest: [never, never]) => actual.compute(inPlaceOf(formula), ...rest),
  };
});

/** Every mutation of a text: what is changed, and the whole changed text. */
function mutationsOf(text: string): readonly (readonly [string, string])[] {
  const replaced = (at: number, length: number, by: string) =>
    [
      `${text.slice(at, at + length).trim()} → ${by.trim()} at ${at}`,
      text.slice(0, at) + by + text.slice(at + length),
    ] as const;
  return [
    ...[...text.matchAll(/(?<![\w.])\d+(?![\w.])/g)].map((hit) =>
      replaced(hit.index, hit[0].length, String(Number(hit[0]) + 1)),
    ),
    ...[...text.matchAll(/ [+-] /g)].map((hit) => replaced(hit.index, 3, hit[0] === " + " ? " - " : " + ")),
    ...[...text.matchAll(/[A-Za-z]\w*(?!\w*\()/g)].map((hit) =>
      replaced(hit.index, hit[0].length, `(103 / 100 * ${hit[0]})`),
    ),
  ];
}

const mutantsOf = (formula: Formula): readonly (readonly [string, Formula])[] => [
  ...formula.where.flatMap(([name, text], i) =>
    mutationsOf(text).map(
      ([what, changed]) =>
        [
          `${name}: ${what}`,
          {
            ...formula,
            where: formula.where.map((part, k) => (k === i ? ([name, changed] as const) : part)),
          },
        ] as const,
    ),
  ),
  ...mutationsOf(formula.expression).map(([what, expression]) => [what, { ...formula, expression }] as const),
];

it("mutations of formulas are found by the identities of the ledger", async () => {
  const { CLAIMS } = await import("../../src/lab/claims");
  const rooms = { ...(await import("../../src/core/theory")), ...(await import("../../src/core/exact")) };
  const formulas = Object.entries(rooms).flatMap(([name, value]) =>
    typeof value === "object" && value !== null && "expression" in value
      ? [[name, value as Formula] as const]
      : [],
  );
  const identities = CLAIMS.flatMap(({ id, identity }) =>
    isApplicable(identity)
      ? [[id, { ...identity, controls: [] }] as readonly [string, IdentityEvidence]]
      : [],
  );
  const holds = (id: string, identity: IdentityEvidence): boolean => {
    try {
      const { rows } = runIdentity(id, identity, { profile: "quick", seed: 1 });
      return rows.every(({ deviation }) => deviation === 0);
    } catch {
      return false;
    }
  };
  // Nearly every mutation falls at rational points in one dimension, for which no bound has to be computed; what lives there is tried in all.
  const finds = (id: string, identity: IdentityEvidence): boolean => {
    const [dimension = 2] = identity.dimensions ?? [];
    return !holds(id, { ...identity, degree: () => 1, dimensions: [dimension] }) || !holds(id, identity);
  };
  const users = identities.map(([id, identity]) => {
    now.seen = new Set();
    const start = performance.now();
    expect(holds(id, identity), id).toBe(true);
    return { id, identity, seen: now.seen, cost: performance.now() - start };
  });
  const lines = ["formula,mutation,outcome,by"];
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  let [killed, total] = [0, 0];
  for (const [name, formula] of formulas) {
    const readers = users
      .filter(({ seen }) =>
        [...seen].some((f) => f === formula || (formula.where.length > 0 && f.where === formula.where)),
      )
      .sort((a, b) => a.cost - b.cost);
    if (readers.length === 0) {
      lines.push(`${name},,not evaluated by an identity,`);
      continue;
    }
    process.stdout.write(`${name}: ${killed} of ${total} so far\n`);
    for (const [what, mutant] of mutantsOf(formula)) {
      copies.clear();
      Object.assign(now, { target: formula, mutant });
      const by = readers.find(({ id, identity }) => finds(id, identity));
      now.target = undefined;
      total += 1;
      if (by !== undefined) killed += 1;
      lines.push(`${name},${quoted(what)},${by === undefined ? "survives" : "killed"},${by?.id ?? ""}`);
    }
  }
  mkdirSync("reports/mutation", { recursive: true });
  writeFileSync("reports/mutation/formulas.csv", `${lines.join("\n")}\n`);
  process.stdout.write(`${killed} of ${total} mutations of formulas killed; reports/mutation/formulas.csv\n`);
  expect(killed / total, "share of mutations that are found").toBeGreaterThan(0.9);
});
