import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JSDOM } from "jsdom";
import { afterAll, describe, expect, it } from "vitest";
import { ledgerPage } from "../../src/book/ledgerPage";
import { readLedger } from "../../src/book/readLedger";

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
    expect(textOf(`${claim} tbody tr:nth-child(2)`)).toBe(
      "simulation✓ verified0.322220.32310.00110.84standard errors: one false alarm in 16,0005",
    );
    expect(textOf(`${claim} tbody tr:nth-child(3)`)).toContain("does not apply: the optimum is solved for");
    expect(textOf(`${claim} details li`)).toBe("rejected d + 3 in place of d + 4 (deviation 0.027)");
    expect(textOf(`${claim} > pre`)).toBe("npx finetune-icl verify value-only-price");
    expect(document.querySelector(`${claim} > p > a`)?.getAttribute("href")).toBe(
      "03-full-fine-tuning-forgets-value-only-remembers.html#cell-value-math",
    );
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
