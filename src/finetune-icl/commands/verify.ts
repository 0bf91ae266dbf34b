import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Cell, InputError, readShard, type Shard, shardOf, tableFrom, toCsv } from "@finetune-icl/base";
import type { Claim, Profile, Verdict } from "@finetune-icl/core/evidence";
import {
  openCheckpoint,
  requireOwnResults,
  withFolderLock,
  withLock,
  writeAllWhole,
} from "@finetune-icl/files";
import { CLAIMS } from "@finetune-icl/lab/claims";
import {
  type FinishedUnit,
  type Ledger,
  type LedgerEntry,
  type LedgerRun,
  type LedgerSummary,
  ledgerOf,
  plan,
  type RunOptions,
  requireLedgerFolder,
  runLedger,
  runLedgerUnits,
  saveLedger,
  summarise,
  unitName,
} from "@finetune-icl/lab/ledger";
import { openPart, type Part, PROGRAM_FOLDERS, resultsFolder } from "@finetune-icl/lab/units";
import type { Command } from "commander";
import { answer, say } from "../say";
import { withKeptProgress } from "./keptWork";
import { readNumberOption, readWorkers } from "./numberOption";
import { readOutFile, readOutFolder } from "./outOption";

interface Options {
  readonly json?: true;
  readonly quick?: true;
  readonly seed: string;
  readonly seeds?: string;
  readonly out?: string;
  readonly jobs?: string;
  readonly shard?: string;
}

/** Adds `finetune-icl verify [ID…]`: run the claims ledger, all of it or some rows. */
export function registerVerifyCommand(program: Command): void {
  program
    .command("verify")
    .description(
      "Verify every claim by exact identities, simulation and training, and show that each check can fail.",
    )
    .argument("[ids...]", "claims (default: all of them, and the ledger is saved)")
    .option("--json", "print the ledger as JSON, with the seconds each claim took")
    .option(
      "--quick",
      "the same claims and controls with fewer points and prompts; not saved unless --out is given",
    )
    .option("--seed <number>", "seed of all random numbers", "1")
    .option(
      "--seeds <count>",
      "run with the seeds 1 to this, and save seeds.csv: how many verdicts of each kind",
    )
    .option(
      "--out <folder>",
      "where to save ledger.json, ledger.csv and README.md (default: data/ledger of the package)",
    )
    .option(
      "--shard <i/k>",
      "only the i-th of k parts, into the file --out; `merge` makes the ledger of them",
    )
    .option("--jobs <number>", "worker threads (default: the number of cores)")
    .addHelpText("after", `\nClaims: ${CLAIMS.map(({ id }) => id).join(", ")}.`)
    .action(runCommand);
}

async function runCommand(ids: readonly string[], options: Options): Promise<void> {
  const claims = chooseClaims(ids);
  const profile: Profile = options.quick ? "quick" : "full";
  const seed = readNumberOption(options.seed, "--seed", 0);
  const workers = readWorkers(options.jobs);
  const whole = ids.length === 0;
  if (options.shard !== undefined)
    return runShard(claims, { profile, seed }, readShard(options.shard), { workers, out: options.out });
  const out = options.out === undefined ? undefined : readOutFolder(options.out);
  if (options.seeds !== undefined) {
    const seeds = readNumberOption(options.seeds, "--seeds", 1);
    const where = out ?? resultsFolder("ledger");
    await withFolderLock(where, async () => {
      if (out !== undefined) requireCountsFolder(out, profile, claims.length, seeds);
      await countVerdicts(claims, { profile, seeds, workers, folder: where });
    });
    return;
  }
  const folder = out ?? (whole && profile === "full" ? resultsFolder("ledger") : undefined);
  const run = async (): Promise<LedgerRun> => {
    if (out !== undefined) requireLedgerFolder(out, { profile, seed, claims: claims.map(({ id }) => id) });
    const { clear, ...found } = await runClaims(claims, { profile, seed }, { workers, folder, whole });
    clear();
    return found;
  };
  const { ledger, seconds } = await (folder === undefined ? run() : withFolderLock(folder, run));
  report(ledger, seconds, { folder, json: options.json ?? false });
}

/** Refuses a folder whose counts are of other claims or another profile, of more seeds, or none that verify wrote. @throws InputError */
function requireCountsFolder(folder: string, profile: Profile, claims: number, seeds: number): void {
  requireOwnResults(folder, {
    names: [COUNTS],
    areThere: () => {
      const [head, ...rows] = readFileSync(join(folder, COUNTS), "utf8").trim().split("\n");
      const isOwn = (row: string, k: number) => row.startsWith(`${profile},${k + 1},${claims},`);
      return head!.startsWith("profile,seed,claims,") && rows.length <= seeds && rows.every(isOwn);
    },
    words: "with counts of the same claims and profile, and of no more seeds",
  });
}

const COUNTS = "seeds.csv";

/** The same claims with several seeds: all are printed, counted and saved before any that is not verified ends with an error. */
async function countVerdicts(
  claims: readonly Claim[],
  {
    profile,
    seeds,
    workers,
    folder,
  }: {
    readonly profile: Profile;
    readonly seeds: number;
    readonly workers: number;
    readonly folder: string;
  },
): Promise<void> {
  const rows: Record<string, Cell>[] = [];
  let sound = true;
  // What each seed has found is kept until the counts of all of them are written.
  const clears: (() => void)[] = [];
  for (let seed = 1; seed <= seeds; seed += 1) {
    const { ledger, clear } = await runClaims(
      claims,
      { profile, seed },
      { workers, folder: undefined, whole: false, things: `checks of seed ${seed}` },
    );
    clears.push(clear);
    const summary = summarise(ledger);
    const having = (verdict: Verdict): string =>
      ledger.claims
        .filter((entry) => entry.verdict === verdict)
        .map(({ id }) => id)
        .join(" ");
    const deviations = ledger.claims.flatMap(({ evidence }) =>
      evidence.flatMap((part) =>
        part.kind === "simulation" && "rows" in part ? part.rows.map(({ deviation }) => deviation) : [],
      ),
    );
    rows.push({
      profile,
      seed,
      claims: summary.claims,
      ...summary.verdicts,
      controls: summary.controls,
      survivingControls: summary.survivingControls.length,
      simulatedRows: deviations.length,
      meanSquareDeviation: Number(
        (deviations.reduce((sum, z) => sum + z * z, 0) / Math.max(1, deviations.length)).toPrecision(3),
      ),
      largestDeviation: Number(Math.max(0, ...deviations).toPrecision(3)),
      notVerified: [having("refuted"), having("inconclusive")].filter((ids) => ids !== "").join(" "),
    });
    sound &&= summary.sound;
    answer(`seed ${seed}: ${closing(summary)}`);
  }
  writeAllWhole([[join(folder, COUNTS), toCsv(tableFrom(rows))]]);
  for (const clear of clears) clear();
  say(`The counts are in ${join(folder, COUNTS)}.\n`);
  if (!sound) throw new Error(`not every claim is verified with every seed: see ${join(folder, COUNTS)}`);
}

/** Runs a shard's units of the plan into the file --out, which a later run of the same command goes on from. */
async function runShard(
  claims: readonly Claim[],
  settings: RunOptions,
  shard: Shard,
  { workers, out }: { readonly workers: number; readonly out: string | undefined },
): Promise<void> {
  if (out === undefined) throw new InputError("--out", undefined, "a file for what --shard gives");
  const path = readOutFile(out);
  const units = plan(claims);
  const mine = shardOf(units, shard);
  await withLock(path, async () => {
    const work = { command: "verify", ...settings, claims: claims.map(({ id }) => id) };
    const checkpoint = openPart<FinishedUnit>(path, work, units.map(unitName));
    await withKeptProgress({ total: mine.length, things: "checks", kept: checkpoint.kept }, (step) =>
      runLedgerUnits(mine, settings, { workers, checkpoint, onUnitDone: () => step() }),
    );
  });
  say(`${mine.length} of ${units.length} checks: ${path}\n`);
}

/** Saves the ledger of all parts of a run that was divided, and reports it as `verify` does. @throws Error where it is not sound */
export function saveLedgerParts(folder: string, { work, results }: Part): void {
  const { profile, seed, claims } = work as unknown as RunOptions & { readonly claims: readonly string[] };
  const finished = new Map(results as readonly (readonly [string, FinishedUnit])[]);
  requireLedgerFolder(folder, { profile, seed, claims });
  const ledger = ledgerOf(chooseClaims(claims), { profile, seed }, finished);
  saveLedger(folder, ledger);
  const seconds = new Map<string, number>();
  for (const [name, unit] of finished) {
    const claim = name.split("/")[0]!;
    seconds.set(claim, (seconds.get(claim) ?? 0) + unit.seconds);
  }
  report(ledger, seconds, { folder, json: false });
}

interface ClaimsRun {
  readonly workers: number;
  /** Where the ledger is saved, if it is. */
  readonly folder: string | undefined;
  readonly whole: boolean;
  /** What the parts are called that a bar counts. */
  readonly things?: string;
}

/** @returns also what forgets the finished checks, once nobody needs them to go on from. */
async function runClaims(
  claims: readonly Claim[],
  { profile, seed }: { readonly profile: Profile; readonly seed: number },
  { workers, folder, whole, things = "checks" }: ClaimsRun,
): Promise<LedgerRun & { readonly clear: () => void }> {
  const checkpoint = openCheckpoint<FinishedUnit>(
    folder ?? resultsFolder("ledger"),
    {
      profile,
      seed,
      // Runs that save nothing need no lock, and keep out of the way of one that does.
      ...(whole ? {} : { claims: claims.map(({ id }) => id) }),
    },
    PROGRAM_FOLDERS,
    // What saves nothing needs no folder that can be written to.
    { mayFail: folder === undefined },
  );
  const run = await withKeptProgress({ total: plan(claims).length, things, kept: checkpoint.kept }, (step) =>
    runLedger(claims, { profile, seed }, { workers, checkpoint, onUnitDone: () => step() }),
  );
  if (folder !== undefined) saveLedger(folder, run.ledger);
  return { ...run, clear: checkpoint.clear };
}

function report(
  ledger: Ledger,
  seconds: ReadonlyMap<string, number>,
  { folder, json }: { readonly folder: string | undefined; readonly json: boolean },
): void {
  const summary = summarise(ledger);
  answer(
    json
      ? `${JSON.stringify({ ...ledger, summary, seconds: Object.fromEntries(seconds) })}\n`
      : `${ledger.claims.map((entry) => line(entry, seconds.get(entry.id) ?? 0)).join("")}${closing(summary)}`,
  );
  if (folder !== undefined) say(`The ledger, with every number, is in ${join(folder, "README.md")}.\n`);
  if (!summary.sound) {
    const having = (verdict: Verdict): readonly string[] => {
      const ids = ledger.claims.filter((entry) => entry.verdict === verdict).map(({ id }) => id);
      return ids.length > 0 ? [`${verdict}: ${ids.join(", ")}`] : [];
    };
    const parts = [
      ...having("refuted"),
      ...having("inconclusive"),
      ...summary.survivingControls.map((control) => `control survives: ${control}`),
    ];
    throw new Error(parts.join("; "));
  }
}

function chooseClaims(ids: readonly string[]): readonly Claim[] {
  const unknown = ids.find((id) => !CLAIMS.some((claim) => claim.id === id));
  if (unknown !== undefined)
    throw new InputError("ID", unknown, `one of ${CLAIMS.map(({ id }) => id).join(", ")}`);
  return ids.length === 0 ? CLAIMS : CLAIMS.filter(({ id }) => ids.includes(id));
}

/** `verified  pretrained-risk  identity exact · simulation 1.2 of 4.1 SE · …  5 of 5 controls rejected  3.1 s` */
function line({ id, verdict, evidence }: LedgerEntry, seconds: number): string {
  const parts = evidence.flatMap((part) => {
    if ("notApplicable" in part) return [];
    const worst = part.rows.reduce((a, b) =>
      b.deviation / (b.tolerance || 1) > a.deviation / (a.tolerance || 1) ? b : a,
    );
    if (part.kind === "identity")
      return [
        worst.deviation === 0
          ? `identity exact, ${part.scope?.split(/[:;]/)[0] ?? "d as tried"}`
          : `identity off by ${short(worst.deviation)}`,
      ];
    if (part.kind === "simulation")
      return [`simulation ${worst.deviation.toFixed(1)} of ${worst.tolerance.toFixed(1)} SE`];
    return [`training ${short(worst.deviation)} of ${short(worst.tolerance)}`];
  });
  const controls = evidence.flatMap((part) => ("controls" in part ? part.controls : []));
  const rejected = controls.filter((control) => control.rejected).length;
  return `${verdict.padEnd(12)} ${id.padEnd(34)} ${parts.join(" · ")}; ${rejected} of ${controls.length} controls rejected; ${seconds.toFixed(1)} s\n`;
}

function closing({ claims, verdicts, controls, survivingControls }: LedgerSummary): string {
  return `${claims} claims: ${verdicts.verified} verified, ${verdicts.refuted} refuted, ${verdicts.inconclusive} inconclusive; ${controls - survivingControls.length} of ${controls} controls rejected.\n`;
}

const short = (value: number): string => Number(value.toPrecision(2)).toString();
