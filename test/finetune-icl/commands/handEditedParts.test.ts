import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTrainingSettings, TrainingRun } from "../../../src/core/train";
import { sealOfNumbers } from "../../../src/files/sealed";
import { runCli } from "../../support/runCli";
import { runMain } from "../../support/runMain";

const folder = mkdtempSync(join(tmpdir(), "parts-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

type Path = readonly (string | number)[];

/** Where something stands in JSON: every field, but of long lists the first and the last item alone. */
function* placesIn(value: unknown, path: Path = []): Generator<Path> {
  if (typeof value !== "object" || value === null) return;
  const keys = Array.isArray(value)
    ? [...new Set([0, value.length - 1])].filter((k) => k >= 0)
    : Object.keys(value);
  for (const key of keys) {
    yield [...path, key];
    yield* placesIn((value as Record<string | number, unknown>)[key], [...path, key]);
  }
}

const CHANGES: Readonly<Record<string, (old: unknown) => unknown>> = {
  dropped: () => undefined,
  null: () => null,
  "a text": (old) => (typeof old === "number" ? String(old) : typeof old === "string" ? 7 : "text"),
  "another number": (old) => (typeof old === "number" ? old + 1 : -1),
  "an empty list": (old) => (Array.isArray(old) && old.length === 0 ? [0] : []),
};

/** The text of the file with the value at a path changed. */
function changed(text: string, path: Path, change: (old: unknown) => unknown): string {
  const whole = JSON.parse(text) as Record<string | number, unknown>;
  let holder = whole;
  for (const key of path.slice(0, -1)) holder = holder[key] as typeof holder;
  const last = path.at(-1)!;
  const value = change(holder[last]);
  if (value === undefined && !Array.isArray(holder)) delete holder[last];
  else holder[last] = value;
  return JSON.stringify(whole);
}

const STUDY = {
  base: { method: "exact", pretraining: { steps: 3 }, fineTuning: { steps: 3 } },
  grid: { seed: [0, 1] },
  shots: [0, 5],
  test: { seeds: 2, prompts: 4 },
};
const TRAIN = { method: "exact", pretraining: { steps: 3 }, fineTuning: { steps: 3 } };

/** What `train` keeps when it is stopped after two steps of pretraining. */
function unfinished(): string {
  const run = new TrainingRun(readTrainingSettings(TRAIN));
  run.advance(2);
  const content = { status: "unfinished", input: TRAIN, run: run.store() };
  return JSON.stringify({ ...content, seal: sealOfNumbers(content) });
}

interface KeptFile {
  readonly name: string;
  /** Writes the file. */
  readonly make: readonly string[];
  /** Reads it. */
  readonly read: (path: string) => readonly string[];
  /** Makes of what it holds what an interruption would have left. */
  readonly turn?: (text: string) => string;
}

const FILES: readonly KeptFile[] = [
  {
    name: "verify",
    make: ["verify", "pretrained-risk-limit", "--quick", "--shard", "1/1"],
    read: (path) => ["merge", path, "--out", at("merged verify")],
  },
  {
    name: "study",
    make: ["study", "low-rank", "--quick", "--shard", "1/40"],
    read: (path) => ["merge", path, "--out", at("merged study")],
  },
  {
    name: "transformer",
    make: ["transformer", "--quick", "--cells", "1", "--shard", "1/1"],
    read: (path) => ["merge", path, "--out", at("merged transformer")],
  },
  {
    name: "sweep",
    make: ["sweep", at("study.json"), "--jobs", "1"],
    read: (path) => ["merge", path, "--out", at("merged sweep")],
  },
  {
    name: "train",
    make: ["train", at("train.json")],
    read: (path) => ["train", at("train.json"), "--out", path],
  },
  {
    name: "unfinished train",
    make: ["train", at("train.json")],
    read: (path) => ["train", at("train.json"), "--out", path],
    turn: unfinished,
  },
];

describe.each(FILES)("a kept file of $name", ({ name, make, read, turn = (whole) => whole }) => {
  let text = "";
  beforeAll(() => {
    writeFileSync(at("study.json"), JSON.stringify(STUDY));
    writeFileSync(at("train.json"), JSON.stringify(TRAIN));
    const { code, err } = runCli([...make, "--out", at(`${name} kept.json`)]);
    expect(code, err).toBe(0);
    text = turn(readFileSync(at(`${name} kept.json`), "utf8"));
  });

  const ask = async (content: string): Promise<{ readonly code: number | null; readonly err: string }> => {
    writeFileSync(at("edited.json"), content);
    rmSync(at(`merged ${name}`), { recursive: true, force: true });
    return runMain(...read(at("edited.json")));
  };

  it("is refused in one line that names the file, whatever was changed", async () => {
    const wrong: string[] = [];
    const places = [...placesIn(JSON.parse(text))];
    // Every place of a small file, and as many of a large one, spread over it.
    const every = Math.max(1, Math.ceil(places.length / 120));
    for (const [k, path] of places.entries()) {
      if (k % every !== 0) continue;
      for (const [what, change] of Object.entries(CHANGES)) {
        const content = changed(text, path, change);
        if (content === JSON.stringify(JSON.parse(text))) continue;
        const { code, err } = await ask(content);
        // What is said of a part as it was, that others are missing, is no answer to a change, but to one that leaves nothing.
        const isEmptied = path.length === 1 && what === "an empty list";
        const isAnswered = isEmptied || !err.includes("missing: ");
        const isLine = code === 2 && isAnswered && /^finetune-icl: [^\n]*edited\.json[^\n]*\n$/.test(err);
        const isJavaScript = /undefined|Cannot read|is not a function|not iterable/.test(err);
        if (isLine && !isJavaScript) continue;
        wrong.push(`${path.join(".")} ${what}: ${code} ${err.slice(0, 200)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it("is taken as it was, whatever spaces are between its parts", async () => {
    const { code, err } = await ask(JSON.stringify(JSON.parse(text)));
    // A part alone need not be the whole.
    if (!err.includes("missing: ")) expect(code, err).toBe(0);
  });

  it.each([
    ["nothing", () => ""],
    ["the half of it", (whole: string) => whole.slice(0, whole.length / 2)],
    ["NaN in the place of a number", (whole: string) => whole.replace(/-?\d+\.\d+(?:e-?\d+)?/, "NaN")],
    ["no object", () => "[]"],
  ])("is refused with %s in it", async (_, edit) => {
    const { code, err } = await ask(edit(text));
    expect(err).toMatch(/^finetune-icl: [^\n]*edited\.json[^\n]*\n$/);
    expect(code).toBe(2);
  });
});
