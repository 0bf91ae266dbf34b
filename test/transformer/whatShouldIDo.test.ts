import { readFileSync } from "node:fs";
import { join } from "node:path";
import { recordsOf, type TableRecord } from "@finetune-icl/base";
import { loadTable } from "@finetune-icl/files";
import { isotropicSetting, loadLedger, predict, unitTask } from "finetune-icl";
import { describe, expect, it } from "vitest";
import { LANGUAGE_SIZES, TRAINABLES } from "../../src/transformer/language/settings";
import { OBJECTIVES, SIZES } from "../../src/transformer/study/settings";
import { expectClose } from "../support/expectClose";
import { packageRoot } from "../support/root";
import {
  APART,
  bySeedOver,
  byTarget,
  LANGUAGE_TARGETS,
  languageRow,
  languageTable,
  paired,
  pairedDifference,
  rangedThree,
  three,
} from "./language/storedRows";
import { ranged, shown, storedTable } from "./storedRows";

/**
 * Every number of docs/what-should-i-do.md, computed here from the rows that it names. A section for another world brings its own list of texts: what
 * is left of the page when all are taken out must hold no decimal number.
 */
const page = readFileSync(join(packageRoot, "docs", "what-should-i-do.md"), "utf8");

const matched = storedTable("matched");
const row = (trainable: string, objective = "zero-shot", left = 0.1, rate = 0.001): TableRecord =>
  matched.find(
    (each) =>
      each.trainable === trainable &&
      each.objective === objective &&
      each.excessLeft === left &&
      each.rate === rate,
  )!;
const [SLOW, FAST] = [0.0003, 0.003].map((rate) => ["zero-shot", 0.1, rate] as const) as [Key, Key];
type Key = readonly [objective: string, left: number, rate: number];
const kept = (...key: Parameters<typeof row>): string => ranged(row(...key), "benefitKept", "benefit");
const lessAll = (trainable: string): string => ranged(row(trainable), "lessAll", "lessAll");
const reached = (trainable: string): string => `${row(trainable).reached} of the ${row(trainable).runs}`;

/** What the table of decisions says. */
const DECISIONS: readonly string[] = [
  `all parameters ${kept("all", "replay")} in place of ${kept("all")}; value matrices ${kept("value", "replay")} in place of ${kept("value")}; MLP ${kept("mlp", "replay")} in place of ${kept("mlp")}`,
  `${kept("own-value")}: ${ranged(row("own-value"), "lessValue", "lessValue")} more than value matrices, ${lessAll("own-value")} more than all parameters; at a third of the rate ${kept("own-value", ...SLOW)}, at three times ${kept("own-value", ...FAST)}`,
  `value matrices ${kept("value")}, all parameters ${kept("all")}: ${lessAll("value")} more, not clear; ${ranged(row("value", ...SLOW), "lessAll", "lessAll")} at a third of the rate, ${ranged(row("value", ...FAST), "lessAll", "lessAll")} at three times the rate; LoRA of rank 4 on values ${kept("lora-value-4")}`,
  `${kept("mlp")}; the target's share in other tasks' answers is ${shown(row("mlp").intrusion)}; less all parameters ${lessAll("mlp")}, clear by a hair`,
  `${kept("layer-norm")}, in ${reached("layer-norm")} runs that got so far`,
  `second of two ${kept("value-layer-2")}, first ${kept("value-layer-1")}, unsteady`,
  `all parameters ${kept("all", "auxiliary")}, value matrices ${kept("value", "auxiliary")}`,
  `all parameters ${kept("all", "zero-shot", 0.2)} where 20 % of the excess is left, ${kept("all")} where 10 %, ${kept("all", "zero-shot", 0.05)} where 5 %`,
  `nothing moves: ${row("query-key").reached} of ${row("query-key").runs} runs reach the level`,
];

/** Of updates kept off what examples use: the whole study, and that of a tiny GPT. */
const CONFINED = "transformer-confined";
const [OFF_EXAMPLES, OFF_LABELS] = ["value-off-examples-95", "value-off-labels-99"] as const;
const confinedRow = (trainable: string, study = CONFINED): TableRecord =>
  storedTable("matched", study).find((each) => each.trainable === trainable && each.excessLeft === 0.1)!;
const confinedLess = (trainable: string, less: string): TableRecord =>
  storedTable("differences", CONFINED).find(
    (each) => each.trainable === trainable && each.less === less && each.excessLeft === 0.1,
  )!;
const lessThan = (...which: Parameters<typeof confinedLess>): string => {
  const { difference, low, high } = confinedLess(...which);
  return `${shown(difference)} [${shown(low)}, ${shown(high)}]`;
};
const tiny = confinedRow(OFF_EXAMPLES, join(CONFINED, "quick"));
const KEPT_OFF: readonly string[] = [
  `off 99 % of what label tokens read ${ranged(confinedRow(OFF_LABELS), "benefitKept", "benefit")}, ${lessThan(OFF_LABELS, "value")} more than value matrices and ${lessThan(OFF_LABELS, "own-value")} than values a token gives itself`,
  `off 95 % of what all tokens of examples read ${ranged(confinedRow(OFF_EXAMPLES), "benefitKept", "benefit")}, ${lessThan(OFF_EXAMPLES, "value")} and ${lessThan(OFF_EXAMPLES, "own-value")} |`,
  `the second reaches the level in ${tiny.reached} of ${tiny.runs} runs`,
];

const FIRST_RISK = 0.125;
const pilot = (name: string): readonly TableRecord[] =>
  recordsOf(loadTable(join(packageRoot, "data", "reference", `${name}.csv`)));
const first = (rows: readonly TableRecord[], targetRisk: (row: TableRecord) => number): TableRecord =>
  [...rows].sort((a, b) => Number(a.step) - Number(b.step)).find((each) => targetRisk(each) <= FIRST_RISK)!;

/** Risk on fresh tasks with ten examples in the pilot of 4 layers, at its first measured step with a low zero-shot risk. */
function small(trainable: string, replay = 0): string {
  const rows = pilot("gpt-small-regression-seed0").filter(
    (each) =>
      each.trainable === trainable &&
      each.auxiliary === "no" &&
      each.replay_prompts === replay &&
      each.interpolation === 1,
  );
  if (trainable === "pretrained") return shown(rows.find(({ shots }) => shots === 10)!.risk_fresh);
  const { step } = first(
    rows.filter(({ shots }) => shots === 0),
    ({ risk_target }) => Number(risk_target),
  );
  return shown(rows.find((each) => each.step === step && each.shots === 10)!.risk_fresh);
}

/** The same in the pilot of 6 layers, with twenty examples; undefined for the model before fine-tuning. */
function large(regime?: string): string {
  const rows = pilot("gpt-regression-seed0").filter(
    (each) => each.regime === (regime ?? "all") && each.auxiliary === "no",
  );
  const step =
    regime === undefined
      ? 0
      : first(
          rows.filter(({ task }) => task === "target"),
          ({ risk_0_shots }) => Number(risk_0_shots),
        ).step;
  return shown(rows.find((each) => each.step === step && each.task === "fresh")!.risk_20_shots);
}

/** What one linear layer keeps with endless examples at the end of fine-tuning. */
function linear(kind: "zero-shot-full" | "zero-shot-value"): string {
  const { problem, pretraining } = isotropicSetting({
    dimension: 5,
    noiseVariance: 0.1,
    pretrainingShots: "infinity",
  });
  const { risk } = predict(problem, pretraining, { kind, targetTask: unitTask(5, 0) });
  const [silence, floor] = [1.1, 0.1];
  return shown((silence - risk(unitTask(5, 1), "infinity")) / (silence - floor));
}

/** Accuracy of the language model on unseen tasks, eight examples, for the three targets. */
const word = (trainable: string, objective?: string): string =>
  LANGUAGE_TARGETS.map((target) => three(languageRow(target, trainable, objective).accuracy)).join(", ");

const WORLDS: readonly string[] = [
  `| nothing | 1.00 | 1.00 | ${small("pretrained")} | ${large()} | ${word("nothing", "none")} |`,
  `| all parameters | ${linear("zero-shot-full")} | ${kept("all")} | ${small("all")} | ${large("all")} | ${word("all")} |`,
  `| value matrices | ${linear("zero-shot-value")} | ${kept("value")} | ${small("value")} | ${large("value")} | ${word("value")} |`,
  `| attention | – | ${kept("attention")} | ${small("attention")} | ${large("attention")} | ${word("attention")} |`,
  `| MLP | – | ${kept("mlp")} | ${small("mlp")} | ${large("mlp")} | ${word("mlp")} |`,
  `| LoRA on value | – | ${kept("lora-value-4")} | – | ${large("lora-value")} | ${word("lora-value-8")} |`,
  `| all, with replay | – | ${kept("all", "replay")} | ${small("all", 16)} | – | ${word("all", "replay-2")} |`,
];

type Kind = readonly [trainable: string, objective: string];
const ALL: Kind = ["all", "zero-shot"];
const REPLAY: Kind = ["all", "replay-2"];
const AUXILIARY: Kind = ["all", "auxiliary"];
const BEFORE: Kind = ["nothing", "none"];
const wordLess = (trainable: string, objective?: string, shots = 8): string =>
  byTarget((target) => rangedThree(languageRow(target, trainable, objective, { shots }), "lessAll"));
const wordLessBefore = (trainable: string, objective?: string, shots = 8): string =>
  byTarget((target) => rangedThree(languageRow(target, trainable, objective, { shots }), "fromStart"));
const capital = (other: Kind): string =>
  byTarget((target) =>
    rangedThree(
      pairedDifference(target, { kind: REPLAY, task: "capital" }, { kind: other, task: "capital" }),
      "mean",
    ),
  );
/** Replay less another kind on the tasks that share no word with any prompt of training. */
const apart = (target: string, other: Kind) =>
  paired(bySeedOver(target, APART, { kind: REPLAY }), bySeedOver(target, APART, { kind: other }));
const replayApart = (other: Kind): string => byTarget((target) => rangedThree(apart(target, other), "mean"));
/** On the target itself, less without examples. */
const onTarget = (kind: Kind, shots: number): string =>
  byTarget((target) =>
    rangedThree(
      pairedDifference(target, { kind, task: target, shots }, { kind, task: target, shots: 0 }),
      "mean",
    ),
  );
const firstThird = (target: string) => languageRow(target, "value, first third");

/** What the section on the language model says. */
const LANGUAGE: readonly string[] = [
  `costs ${wordLessBefore("all")} beside the model before`,
  `${wordLess(...REPLAY)}; beside the model *before* fine-tuning ${wordLessBefore(...REPLAY)}`,
  `replay less all, *capital* alone: ${capital(ALL)}; less before: ${capital(BEFORE)}`,
  `do not count on the value matrices | ${wordLess("value")}`,
  `rank 8: ${wordLess("lora-value-8")}`,
  `nothing clear in three seeds | ${wordLess("mlp")}`,
  `and other tasks pay | ${wordLess("query-key")}`,
  `last third ${wordLess("value, last third")}; middle ${wordLess("value, middle third")}; first past ${rangedThree(firstThird("past"), "lessAll")}; category: ${firstThird("category").reached} of ${firstThird("category").runs} runs reach the loss; first letter ${rangedThree(firstThird("first-letter"), "lessAll")} in ${firstThird("first-letter").reached} of ${firstThird("first-letter").runs}`,
  `share no word with any prompt of training: ${replayApart(ALL)}; beside the model *before* ${replayApart(BEFORE)} |`,
  `attention ${wordLess("attention")}; values and outputs ${wordLess("value-output")}; all weights of the first third ${wordLess("all, first third")}; of the middle third ${wordLess("all, middle third")}; of the last third past ${rangedThree(languageRow("past", "all, last third"), "lessAll")}, too few seeds on the others`,
  `with 8 examples ${wordLess(...AUXILIARY)}, with 2 ${wordLess(...AUXILIARY, 2)}; beside the model *before*, with 8, ${wordLessBefore(...AUXILIARY)} |`,
  `with 2 examples ${wordLessBefore("all", "zero-shot", 2)}; with 12 ${wordLessBefore("all", "zero-shot", 12)}`,
  `all weights with 1 ${onTarget(ALL, 1)}; with 12 ${onTarget(ALL, 12)}; with the auxiliary loss with 1 ${onTarget(AUXILIARY, 1)}; with 2 ${onTarget(AUXILIARY, 2)}; with 4 ${onTarget(AUXILIARY, 4)}; with 12 ${onTarget(AUXILIARY, 12)}`,
  `goes from ${three(languageRow("past", ...BEFORE).nll)} to ${three(languageRow("past", "all").nll)} nats (past) and to ${three(languageRow("category", "all").nll)} (category), *down*`,
];

/** Half the intervals of differences from training all weights, over so many seeds whose runs reached the level: their median and the widest. */
function halfWidths(seeds: number): string {
  const halves = languageTable("matched")
    .filter(
      (each) =>
        each.shots === 8 &&
        each.role === "unseen" &&
        each.reached === seeds &&
        each.trainable !== "nothing" &&
        !(each.trainable === "all" && each.objective === "zero-shot"),
    )
    .map((each) => (Number(each.lessAllHigh) - Number(each.lessAllLow)) / 2)
    .sort((a, b) => a - b);
  return `${three(halves[Math.floor(halves.length / 2)])}|${three(halves.at(-1))}`;
}
const [fiveSeeds, threeSeeds] = [5, 3].map((seeds) => halfWidths(seeds).split("|")) as [string[], string[]];

const SETTINGS: readonly string[] = [
  `half an interval was here ${fiveSeeds[0]} wide in the median with five seeds, at most ${fiveSeeds[1]}, and ${threeSeeds[0]} with three, at most ${threeSeeds[1]}: a smaller`,
  `the value matrix then still has ${shown(2 / 9)} of its zero-shot`,
  `a zero-shot risk on the target of at most ${FIRST_RISK}, where σ² = 0.1`,
];

describe("What should I do?", () => {
  it.each([...DECISIONS, ...KEPT_OFF, ...LANGUAGE, ...WORLDS, ...SETTINGS])("says: %s", (text) => {
    expect(page.replaceAll("\n", " ")).toContain(text);
  });

  it("holds no other decimal number", () => {
    const known = [...DECISIONS, ...KEPT_OFF, ...LANGUAGE, ...WORLDS, ...SETTINGS];
    const rest = known.reduce((text, each) => text.replaceAll(each, ""), page.replaceAll("\n", " "));
    expect(rest.match(/\d+\.\d+/g) ?? []).toEqual([]);
  });

  it("calls lines of its tables by how they begin, which no new line makes wrong", () => {
    const lines = [...page.matchAll(/^\| ([^|]+) \|/gm)].map(([, begin]) => begin!);
    const named = [...page.matchAll(/\*((?:have|think) [^*]+)\*/g)].map(([, begin]) => begin!);
    expect(named.length).toBeGreaterThan(4);
    for (const begin of named)
      expect(lines.filter((line) => line.startsWith(begin)).length, begin).toBeGreaterThan(0);
    expect(page).not.toMatch(/(?:second|third|fourth|fifth) line|line and the/);
  });

  it("draws conclusions that its numbers bear out", () => {
    // "More", and not by chance; and what it calls not clear is not.
    expect(Number(row("own-value").lessValueLow)).toBeGreaterThan(0);
    expect(Number(row("own-value").lessAllLow)).toBeGreaterThan(0);
    expect(Number(row("value").lessAllLow)).toBeLessThan(0);
    expect(Number(row("value").lessAllHigh)).toBeGreaterThan(0);
    for (const set of [OFF_LABELS, OFF_EXAMPLES]) {
      expect(Number(confinedLess(set, "value").low)).toBeLessThan(0);
      expect(Number(confinedLess(set, "value").high)).toBeGreaterThan(0);
    }
    // By a hair.
    expect(Number(row("mlp").lessAllHigh)).toBeLessThan(0);
    expect(Number(row("mlp").lessAllHigh)).toBeGreaterThan(-0.01);
    // With replay some sets no longer learn the target.
    for (const trainable of ["layer-norm", "readout"]) {
      expect(Number(row(trainable).reached)).toBeGreaterThan(2);
      expect(row(trainable, "replay").reached).toBe(0);
    }
    // The pilots' rates: three and ten times that of all parameters for the value matrices.
    const rateOf = (regime: string): number =>
      Number(pilot("gpt-regression-seed0").find((each) => each.regime === regime)!.learning_rate);
    expectClose(rateOf("value") / rateOf("all"), 10, {
      tolerance: 1e-9,
      reason: "a quotient of two floats",
      input: "rates",
    });
    for (const key of [SLOW, FAST]) expect(Number(row("own-value", ...key).lessValueLow)).toBeGreaterThan(0);
    // All parameters keep the less the larger the rate.
    const byRate = [0.0003, 0.001, 0.003].map((rate) =>
      Number(row("all", "zero-shot", 0.1, rate).benefitKept),
    );
    expect([...byRate].sort((a, b) => b - a)).toEqual(byRate);
    expect(Number(row("value", ...FAST).lessAllLow)).toBeGreaterThan(0);
    for (const trainable of ["all", "value", "mlp"])
      expect(Number(row(trainable, "replay").benefitLow), trainable).toBeGreaterThan(
        Number(row(trainable).benefitKept),
      );
    expect(Number(row("value-layer-2").benefitKept)).toBeGreaterThan(
      Number(row("value-layer-1").benefitKept),
    );
    expect(Number(row("all", "auxiliary").benefitHigh)).toBeLessThan(
      Number(row("value", "auxiliary").benefitLow),
    );
    // Value-only is best in one linear layer and in the pilot of 4 layers, and worse than all in that of 6.
    expect(Number(linear("zero-shot-value"))).toBeGreaterThan(Number(linear("zero-shot-full")));
    for (const other of ["all", "attention", "mlp"])
      expect(Number(small("value")), other).toBeLessThan(Number(small(other)));
    expect(Number(large("value"))).toBeGreaterThan(Number(large("all")));
  });

  it("draws conclusions on the language model that its numbers bear out", () => {
    const rows = (trainable: string, objective?: string) =>
      LANGUAGE_TARGETS.map((target) => languageRow(target, trainable, objective));
    // Replay helps on every target, LoRA harms; the values, the MLP and the auxiliary loss are as the page says. The rest: language/stored.test.ts.
    for (const { lessAllLow } of rows(...REPLAY)) expect(Number(lessAllLow)).toBeGreaterThan(0);
    for (const { lessAllHigh } of rows("lora-value-8")) expect(Number(lessAllHigh)).toBeLessThan(0);
    for (const { lessAllLow, lessAllHigh } of rows("mlp"))
      expect(Number(lessAllLow) * Number(lessAllHigh)).toBeLessThan(0);
    for (const { lessAllHigh } of rows(...AUXILIARY)) expect(Number(lessAllHigh)).toBeGreaterThan(0);
    expect(rows("value").filter(({ lessAllHigh }) => Number(lessAllHigh) < 0)).toHaveLength(1);
    expect(rows("value").filter(({ lessAllLow }) => Number(lessAllLow) > 0)).toHaveLength(0);
    // Of all weights of a third and of parts of attention none is clearly above on two targets; the first third is clearly below on two.
    for (const trainable of ["attention", "value-output", "all, first third", "all, middle third"]) {
      const clearlyAbove = rows(trainable).filter(({ lessAllLow }) => Number(lessAllLow) > 0);
      expect(clearlyAbove.length, trainable).toBeLessThan(2);
    }
    expect(rows("all, first third").map(({ lessAllHigh }) => Number(lessAllHigh) < 0)).toEqual([
      false,
      true,
      true,
    ]);
    // On past two examples lose most.
    const lost = (target: string, shots: number) =>
      Number(languageRow(target, "all", "zero-shot", { shots }).fromStart);
    for (const target of LANGUAGE_TARGETS)
      for (const shots of [1, 2, 4, 8, 12]) expect(lost("past", 2)).toBeLessThanOrEqual(lost(target, shots));
    // Twelve lose least on past, and on the others no less than two.
    for (const shots of [1, 2, 4, 8, 12])
      expect(lost("past", 12)).toBeGreaterThanOrEqual(lost("past", shots));
    for (const target of ["category", "first-letter"])
      expect(lost(target, 12)).toBeLessThanOrEqual(lost(target, 2));
    // Without the task whose words are replayed: clearly above all weights on two, nowhere above the model before.
    expect(LANGUAGE_TARGETS.map((target) => apart(target, ALL).meanLow > 0)).toEqual([true, false, true]);
    for (const target of LANGUAGE_TARGETS) expect(apart(target, BEFORE).meanLow).toBeLessThan(0);
    // The auxiliary loss: with eight and more nothing clear lost beside all weights, with two on category, beside the model before on two.
    for (const target of LANGUAGE_TARGETS)
      for (const shots of [8, 12])
        expect(Number(languageRow(target, ...AUXILIARY, { shots }).lessAllHigh)).toBeGreaterThan(0);
    expect(Number(languageRow("category", ...AUXILIARY, { shots: 2 }).lessAllHigh)).toBeLessThan(0);
    expect(rows(...AUXILIARY).map(({ fromStartHigh }) => Number(fromStartHigh) < 0)).toEqual([
      false,
      true,
      true,
    ]);
    expect(rows(...AUXILIARY).map(({ lessAllLow }) => Number(lessAllLow) > 0)).toEqual([true, false, false]);
    // One example of the target misleads on every target; on none does it with the auxiliary loss and twelve.
    for (const target of LANGUAGE_TARGETS) {
      const less = (kind: Kind, shots: number) =>
        pairedDifference(target, { kind, task: target, shots }, { kind, task: target, shots: 0 });
      expect(less(ALL, 1).meanHigh).toBeLessThan(0);
      expect(less(AUXILIARY, 12).mean).toBeGreaterThan(0);
      // Mended from four examples on; with one by about half, where it is clear.
      for (const shots of [4, 8, 12]) expect(less(AUXILIARY, shots).meanHigh).toBeGreaterThan(0);
      const atOne = less(AUXILIARY, 1);
      if (target !== "past") {
        expect(atOne.meanHigh).toBeLessThan(0);
        expect(Math.abs(atOne.mean / less(ALL, 1).mean - 0.5)).toBeLessThan(0.05);
      }
    }
  });

  it("says at which rates sets were compared, and what replay costs in tokens", () => {
    const rate = (name: string): number => TRAINABLES.find((each) => each.name === name)!.rate;
    for (const [name, times, word] of [
      ["value", 10, "ten"],
      ["lora-value-8", 50, "fifty"],
    ] as const) {
      expectClose(rate(name) / rate("all"), times, {
        tolerance: 1e-9,
        reason: "a quotient of two floats",
        input: name,
      });
      expect(page).toContain(`at ${word} times`);
    }
    const { shape, fineTuning } = SIZES.full;
    const small = fineTuning.prompts + OBJECTIVES.replay!.replayPrompts * (2 * shape.maxShots + 1);
    const { prompts, fewShotPrompts, trainingShots } = LANGUAGE_SIZES.full;
    const language = prompts + fewShotPrompts * (trainingShots + 1);
    expect(page).toContain(
      `a step of the small GPT reads ${small} in place of ${fineTuning.prompts}, one of the language model ${language} word pairs in place of ${prompts}`,
    );
    const document = readFileSync(join(packageRoot, "docs", "language-models.md"), "utf8");
    const section = document.slice(
      document.indexOf("### What the rates leave open"),
      document.indexOf("### Faults of the design"),
    );
    const spelled = TRAINABLES.map((each) => each.rate.toExponential());
    for (const each of new Set(spelled.slice(0, 13))) expect(section).toContain(each);
  });

  it("names claims that the ledger holds, verified", () => {
    const verified = loadLedger()
      .claims.filter(({ verdict }) => verdict === "verified")
      .map(({ id }) => id);
    const named = [...page.matchAll(/\[([^\]]+)\]\(\.\.\/data\/ledger\/README\.md\)/g)].flatMap(([, text]) =>
      [...text!.matchAll(/`([^`]+)`/g)].map(([, id]) => id!),
    );
    expect(named.length).toBeGreaterThan(3);
    for (const id of named) expect(verified).toContain(id);
  });
});
