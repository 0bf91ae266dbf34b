import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { afterAll, describe, expect, it } from "vitest";
import { ledgerPage } from "../../src/site/ledgerPage";
import { readLedger } from "../../src/site/readLedger";

const FIXTURE = join(__dirname, "fixtures", "ledger.json");
const options = { resolveLink: (href: string) => href, references: [] };

describe("the ledger page", () => {
  const { html } = ledgerPage(readLedger(FIXTURE), options);
  const { document } = new JSDOM(html).window;
  const textOf = (selector: string) =>
    document.querySelector(selector)?.textContent?.replace(/\s+/g, " ").trim();

  it("says at a glance how many claims stand, and whether wrong formulas were rejected", () => {
    const tiles = [...document.querySelectorAll(".tiles li")].map((tile) => tile.textContent);
    expect(tiles).toEqual([
      "3 claims",
      "1 verified",
      "1 refuted",
      "1 inconclusive",
      "2 of 3 wrong formulas rejected",
    ]);
  });

  it("has a row for every claim that leads to it", () => {
    const rows = [...document.querySelectorAll("table.ledger tbody tr")];
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      const id = row.querySelector("a")!.getAttribute("href")!.slice(1);
      expect(document.getElementById(id)?.className).toBe("claim");
    }
    const cells = [...rows[0]!.querySelectorAll("td")].map((cell) => cell.textContent);
    expect(cells).toEqual(["✓ verified", "✓ verified", "✓ verified", "does not apply", "2 of 2"]);
  });

  it("shows statement, assumptions, evidence, controls and command of a claim", () => {
    const claim = "#value-only-price";
    expect(document.querySelectorAll(`${claim} .katex`).length).toBeGreaterThanOrEqual(2);
    const parts = [...document.querySelectorAll(`${claim} .evidence`)].map((part) => part.textContent);
    expect(parts).toEqual([
      "identity ✓ verified Closed form against an independent computation. Largest deviation 0, allowed 0. Seed 1.",
      "simulation ✓ verified Closed form against an independent computation. Largest deviation 0.8 standard errors, allowed 4. Seed 5.",
      "training does not apply: the optimum is solved for, not trained.",
    ]);
    const cells = [...document.querySelectorAll(`${claim} .rows`)[1]!.querySelectorAll("tbody :is(th, td)")];
    expect(cells.map((cell) => cell.textContent)).toEqual([
      "d = 5",
      "0.32222",
      "0.3231",
      "0.0011",
      "0.8",
      "4standard errors: one false alarm in 16,000.",
    ]);
    const lists = [...document.querySelectorAll(`${claim} .controls-list`)].map((each) => each.textContent);
    expect(lists.slice(0, 2), "in exact arithmetic, and on prompts").toEqual([
      "1 control, rejectedd + 3 in place of d + 4",
      "1 control, rejectedd + 3 in place of d + 4 (deviation 24.5)",
    ]);
    expect(textOf(`${claim} > pre`)).toBe("npx finetune-icl verify value-only-price");
    expect(document.querySelector(`${claim} > p > a`)?.getAttribute("href")).toBe(
      "05-value-only-fine-tuning-remembers.html#cell-value-math",
    );
  });
});

describe("a check with many comparisons", () => {
  const [claim] = readLedger(FIXTURE);
  const evidence = claim!.evidence[1]!;
  if (!evidence.applies) throw new Error("the fixture has changed");
  const rows = Array.from({ length: 100 }, (_, i) => ({
    ...evidence.rows[0]!,
    label: `row ${i}`,
    deviation: (i * 37) % 100,
  }));
  const { html } = ledgerPage([{ ...claim!, evidence: [{ ...evidence, rows }] }], options);
  const { document } = new JSDOM(html).window;

  it("shows those that come nearest to their tolerance, and says how many it leaves out", () => {
    const shown = [...document.querySelectorAll(".rows tbody tr td:nth-of-type(4)")].map((cell) =>
      Number(cell.textContent),
    );
    expect(shown).toEqual(Array.from({ length: 24 }, (_, i) => 99 - i));
    expect(document.querySelector(".rows")?.textContent).toContain("76 more");
    expect(document.querySelector(".evidence")?.textContent).toContain(
      "Largest deviation 99 standard errors, allowed 4.",
    );
  });
});

describe("controls that fared differently", () => {
  const [claim] = readLedger(FIXTURE);
  const evidence = claim!.evidence[0]!;
  if (!evidence.applies) throw new Error("the fixture has changed");
  const control = evidence.controls[0]!;
  const controls = [control, { ...control, rejected: false }];
  const { html } = ledgerPage([{ ...claim!, evidence: [{ ...evidence, controls }] }], options);
  const list = new JSDOM(html).window.document.querySelector(".controls-list")!;

  it("have a mark each, and none that says all were rejected", () => {
    expect(list.querySelector("summary")!.textContent).toBe("2 controls");
    expect([...list.querySelectorAll("li .verdict")].map(({ textContent }) => textContent)).toEqual([
      "rejected",
      "not rejected",
    ]);
  });
});

describe("an identity in many dimensions", () => {
  const [claim] = readLedger(FIXTURE);
  const evidence = claim!.evidence[0]!;
  if (!evidence.applies) throw new Error("the fixture has changed");
  const row = (label: string, reason: string, deviation = 0) => ({
    ...evidence.rows[0]!,
    label,
    reason,
    deviation,
    tolerance: 0,
  });
  const rows = [
    row("d = 1, rational", "one point"),
    row("d = 1", "degree at most 10"),
    row("d = 2", "degree at most 12"),
    row("d = 3", "degree at most 16"),
    row("d = 4", "degree at most 20", 1),
    row("d = 5", "degree at most 24"),
    row("d = 7", "degree at most 32"),
  ];
  const { html } = ledgerPage([{ ...claim!, evidence: [{ ...evidence, rows }] }], options);
  const { document } = new JSDOM(html).window;

  it("has one row where nothing but the reason differs, and says of which dimension that is", () => {
    const shown = [...document.querySelectorAll(".rows tbody tr")].map((each) => [
      each.querySelector("th")!.textContent,
      each.querySelector(".reason")!.textContent,
    ]);
    expect(shown).toEqual([
      ["d = 1, rational", "one point."],
      ["d = 1 to 3", "in d = 3: degree at most 16."],
      ["d = 4", "degree at most 20."],
      ["d = 5", "degree at most 24."],
      ["d = 7", "degree at most 32."],
    ]);
    expect(document.querySelector(".rows summary")!.textContent).toBe("7 comparisons");
  });
});

describe("reading a ledger", () => {
  const folder = mkdtempSync(join(tmpdir(), "ledger-"));
  const path = join(folder, "ledger.json");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("finds no claims where there is no file", () => {
    expect(readLedger(join(folder, "missing.json"))).toEqual([]);
  });

  it.each([
    [
      "a wrong verdict",
      '"verified",',
      '"true",',
      /claims\[0\]\.verdict: holds "true"; allowed: one of verified/,
    ],
    [
      "an unknown kind",
      '"identity"',
      '"proof"',
      /claims\[0\]\.evidence\[0\]\.kind: holds "proof"; allowed: one of identity/,
    ],
    ["a missing title", '"title"', '"titel"', /claims\[0\]\.title: holds nothing; allowed: a text/],
    ["no JSON", "{", "", /ledger: holds .*; allowed: a file that holds JSON/],
  ])("refuses %s in one line", (_what, old, fresh, message) => {
    writeFileSync(path, readFileSync(FIXTURE, "utf8").replace(old, fresh));
    expect(() => readLedger(path)).toThrow(message);
  });
});
