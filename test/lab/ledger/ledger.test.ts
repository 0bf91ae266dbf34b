import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parseCsv, toCsv } from "../../../src/base/csv";
import { recordsOf } from "../../../src/base/plainTable";
import { CLAIMS } from "../../../src/lab/claims";
import {
  type Ledger,
  type LedgerEntry,
  type LedgerSummary,
  summarise,
  verifyClaim,
} from "../../../src/lab/ledger/ledger";
import { ledgerMarkdown } from "../../../src/lab/ledger/ledgerMarkdown";
import { ledgerTable } from "../../../src/lab/ledger/ledgerTable";
import { LEDGER_FOLDER, loadLedger } from "../../../src/lab/ledger/saveLedger";
import { everyThird, IS_WHOLE } from "../../support/everyThird";
import { PROGRAM, packageRoot } from "../../support/root";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const folder = mkdtempSync(join(tmpdir(), "ledger-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fresh = (name: string): string => join(folder, name);
const read = (...path: readonly string[]): string => readFileSync(join(...path), "utf8");

describe("finetune-icl verify", () => {
  it("verifies claims, every third unless LESSONS=all, and rejects every control in the quick profile", () => {
    const out = fresh("quick");
    const claims = everyThird(CLAIMS);
    // With no id it is all of them.
    const ids = IS_WHOLE ? [] : claims.map(({ id }) => id);
    const { code, out: text, err } = runCli(["verify", "--quick", "--json", "--out", out, ...ids]);
    expect(code, err).toBe(0);
    const answer = JSON.parse(text) as Ledger & { summary: LedgerSummary; seconds: Record<string, number> };
    expect(answer.claims.map(({ id, verdict }) => [id, verdict])).toEqual(
      claims.map(({ id }) => [id, "verified"]),
    );
    expect(answer.summary.survivingControls).toEqual([]);
    expect(answer.summary.controls).toBeGreaterThan(3 * claims.length);
    expect(Object.keys(answer.seconds)).toHaveLength(claims.length);
    expect(readdirSync(out).sort()).toEqual(["README.md", "ledger.csv", "ledger.json"]);
  });

  /** Identities, simulated and trained rows, in claims that take no long time. */
  const some = ["overshoot-on-target", "linear-response", "zero-shot-full-optimum-set"];

  it("writes the same bytes with one worker, with two, and after an interruption", async () => {
    const [one, two, resumed] = [fresh("one"), fresh("two"), fresh("resumed")];
    expect(runCli(["verify", "--quick", "--jobs", "1", "--out", one, ...some]).code).toBe(0);
    expect(runCli(["verify", "--quick", "--jobs", "2", "--out", two, ...some]).code).toBe(0);

    const program = PROGRAM;
    const child = spawn(process.execPath, [
      program,
      "verify",
      "--quick",
      "--jobs",
      "1",
      "--out",
      resumed,
      ...some,
    ]);
    const unfinished = () =>
      existsSync(resumed) ? readdirSync(resumed).filter((name) => name.startsWith(".unfinished")) : [];
    // While the file is being written, another whose name begins like it stands beside it, or alone.
    const checkpoints = () => unfinished().filter((name) => name.endsWith(".json"));
    while (checkpoints().length === 0) await new Promise((done) => setTimeout(done, 5));
    child.kill("SIGKILL");
    await new Promise((done) => child.on("exit", done));
    expect(checkpoints()).toHaveLength(1);
    // As if it had been killed while it wrote: that file has to go too.
    writeFileSync(join(resumed, `${checkpoints()[0]}.1234`), "[");
    const kept = JSON.parse(read(resumed, checkpoints()[0]!)) as unknown[];
    expect(kept.length).toBeGreaterThan(0);
    expect(existsSync(join(resumed, "ledger.json"))).toBe(false);
    const { code, out } = runCli(["verify", "--quick", "--json", "--out", resumed, ...some]);
    expect(code).toBe(0);
    const { claims } = JSON.parse(out) as Ledger;
    expect(claims).toHaveLength(some.length);
    expect(unfinished()).toEqual([]);

    for (const file of ["ledger.json", "ledger.csv", "README.md"]) {
      expect(read(two, file)).toBe(read(one, file));
      expect(read(resumed, file)).toBe(read(one, file));
    }
  });

  it("reruns rows of the stored ledger to the same bytes", () => {
    const ids = ["key-query-stationary", "best-label-weight", "price-in-the-released-setting"];
    const { code, out } = runCli(["verify", "--json", ...ids]);
    expect(code).toBe(0);
    const stored = loadLedger().claims.filter(({ id }) => ids.includes(id));
    expect((JSON.parse(out) as Ledger).claims).toEqual(JSON.parse(JSON.stringify(stored)));
  });

  it("prints a line for each claim, and refuses unknown ids and options with exit 2", async () => {
    const { out } = runCli(["verify", "--quick", "best-label-weight"]);
    expect(out).toMatch(/^verified +best-label-weight +identity exact, every d; 5 of 5 controls rejected/);
    expect(out).toContain("1 claims: 1 verified");
    const unknown = await runMain("verify", "no-such-claim");
    expect(unknown.code).toBe(2);
    expect(unknown.err).toMatch(/^finetune-icl: ID: holds "no-such-claim"; allowed: one of exact-risk/);
    expect((await runMain("verify", "--seed", "-1")).code).toBe(2);
    expect((await runMain("verify", "--jobs", "0")).code).toBe(2);
  });
});

describe("the stored ledger", () => {
  it("has every claim, all verified, and its table and page are made from it", () => {
    const ledger = loadLedger();
    expect(ledger.profile).toBe("full");
    expect(ledger.claims.map(({ id }) => id)).toEqual(CLAIMS.map(({ id }) => id));
    expect(ledger.claims.map(({ statement, title }) => [statement, title])).toEqual(
      CLAIMS.map(({ statement, title }) => [statement, title]),
    );
    expect(summarise(ledger).verdicts).toEqual({ verified: CLAIMS.length, refuted: 0, inconclusive: 0 });
    expect(read(LEDGER_FOLDER, "ledger.csv")).toBe(toCsv(ledgerTable(ledger)));
    expect(read(LEDGER_FOLDER, "README.md")).toBe(ledgerMarkdown(ledger));
  });

  it("holds with any seed: five, all claims verified, every control rejected, deviations as they should spread", () => {
    const counts = recordsOf(parseCsv(read(LEDGER_FOLDER, "seeds.csv")));
    expect(counts.map(({ seed }) => seed)).toEqual([1, 2, 3, 4, 5]);
    for (const { seed, meanSquareDeviation, ...row } of counts) {
      expect(row, `seed ${seed}`).toMatchObject({
        claims: CLAIMS.length,
        verified: CLAIMS.length,
        refuted: 0,
        inconclusive: 0,
        survivingControls: 0,
        notVerified: "",
      });
      // The mean square of some hundred standard normal deviations, some of them of the same prompts: 1 up to four standard errors.
      expect(Math.abs(Number(meanSquareDeviation) - 1), `seed ${seed}`).toBeLessThan(
        4 * Math.sqrt(2 / Number(row.simulatedRows)),
      );
    }
  });

  it("has no row that is blind: each finds an error of a third of what it predicts, or of 0.1", () => {
    const blind = loadLedger().claims.flatMap(({ id, evidence }) =>
      evidence.flatMap((part) =>
        "rows" in part && part.kind !== "identity"
          ? part.rows
              .filter(({ detects = Number.POSITIVE_INFINITY, predicted }) => {
                const error = predicted === 0 ? detects : detects * Math.abs(predicted);
                return error > 0.1 && (predicted === 0 || detects > 1 / 3);
              })
              .map(({ label, detects }) => `${id}, ${label}: finds errors from ${detects}`)
          : [],
      ),
    );
    expect(blind).toEqual([]);
  });

  it("is not sound when a control survives or a claim is refuted or inconclusive", () => {
    const ledger = loadLedger();
    const [first, ...rest] = ledger.claims as [LedgerEntry, ...LedgerEntry[]];
    const refuted = { ...ledger, claims: [{ ...first, verdict: "refuted" as const }, ...rest] };
    expect(summarise(refuted).sound).toBe(false);
    const open = { ...ledger, claims: [{ ...first, verdict: "inconclusive" as const }, ...rest] };
    expect(summarise(open).sound, "verify exits with 1 for a claim that it could not tell").toBe(false);
    const evidence = first.evidence.map((part) =>
      "controls" in part
        ? { ...part, controls: part.controls.map((item) => ({ ...item, rejected: false })) }
        : part,
    );
    const surviving = summarise({ ...ledger, claims: [{ ...first, evidence }, ...rest] });
    expect(surviving.sound).toBe(false);
    expect(surviving.survivingControls[0]).toContain(first.id);
  });
});

describe("a claim of one's own", () => {
  it("is written as CONTRIBUTING.md shows, in under 60 lines, and verified", async () => {
    const guide = read(packageRoot, "CONTRIBUTING.md");
    const example = guide.split("## Adding a claim")[1]!.split("```ts\n")[1]!.split("```")[0]!;
    expect(example.split("\n").length).toBeLessThan(60);
    const file = join(__dirname, "example.tmp.ts");
    writeFileSync(file, example.replace('from "finetune-icl"', 'from "../../../src/finetune-icl/index"'));
    try {
      const { scaleOfGamma } = (await import(file)) as { scaleOfGamma: Parameters<typeof verifyClaim>[0] };
      const entry = verifyClaim(scaleOfGamma);
      expect(entry.verdict, JSON.stringify(entry.evidence)).toBe("verified");
    } finally {
      rmSync(file, { force: true });
    }
  });
});
