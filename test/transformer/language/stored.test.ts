import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TableRecord } from "@finetune-icl/base";
import { describe, expect, it } from "vitest";
import { LEAST_SEEDS, languageCells } from "../../../src/transformer/language/grid";
import { LANGUAGE_SIZES } from "../../../src/transformer/language/settings";
import { TARGETS } from "../../../src/transformer/language/tasks";
import { overSeeds } from "../../../src/transformer/study/tables";
import { packageRoot } from "../../support/root";
import {
  bySeed,
  byTarget,
  LANGUAGE_TARGETS,
  languageRow,
  languageTable,
  pairedDifference,
  rangedThree,
  three,
} from "./storedRows";

const text = (...path: readonly string[]): string => readFileSync(join(packageRoot, ...path), "utf8");
const oneLine = (page: string): string => page.replace(/\n\s*/g, " ");
const page = text("docs", "language-models.md");
const section = oneLine(page.slice(page.indexOf("## What was run")));
const preregistration = oneLine(text("data", "studies", "language-model", "preregistration.md"));
const matched = languageTable("matched");
const primary = matched.filter(({ role, shots }) => role === "unseen" && shots === 8);

const shown = (row: TableRecord, mean: string): string =>
  Number.isNaN(Number(row[mean])) ? "–" : rangedThree(row, mean);
const less = (trainable: string, objective = "zero-shot"): string =>
  byTarget((target) => rangedThree(languageRow(target, trainable, objective), "lessAll"));

const FIRST: readonly (readonly [trainable: string, objective: string])[] = [
  ["nothing", "none"],
  ["all", "zero-shot"],
  ["value", "zero-shot"],
  ["all", "replay-2"],
  ["value, first third", "zero-shot"],
  ["lora-value-8", "zero-shot"],
  ["all", "auxiliary"],
];

const lines = (): readonly string[] =>
  LANGUAGE_TARGETS.flatMap((target) =>
    FIRST.map(([trainable, objective]) => {
      const row = languageRow(target, trainable, objective);
      const cells = [
        target,
        trainable,
        objective,
        `${row.reached} of ${row.runs}`,
        shown(row, "accuracy"),
        trainable === "nothing" ? "–" : shown(row, "fromStart"),
        trainable === "all" && objective === "zero-shot" ? "–" : shown(row, "lessAll"),
        shown(row, "gain"),
        Number.isNaN(Number(row.intrusion)) ? "–" : three(row.intrusion),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  );

const otherLines = (): readonly string[] => {
  const sets = [...new Set(primary.map(({ trainable }) => String(trainable)))];
  return sets
    .filter((trainable) => !FIRST.some(([first]) => first === trainable))
    .map((trainable) => {
      const cells = LANGUAGE_TARGETS.map((target) => {
        const row = languageRow(target, trainable);
        return row === undefined
          ? `fewer than ${LEAST_SEEDS} seeds`
          : `${shown(row, "lessAll")} (${row.reached} of ${row.runs})`;
      });
      return `| ${trainable} | ${cells.join(" | ")} |`;
    });
};

const REPLAY = ["all", "replay-2"] as const;
const ALL = ["all", "zero-shot"] as const;
const BEFORE = ["nothing", "none"] as const;
const onTask = (
  task: string,
  one: readonly [string, string],
  other: readonly [string, string],
): readonly string[] =>
  LANGUAGE_TARGETS.filter((target) => target !== task).map((target) => {
    const difference = pairedDifference(target, { kind: one, task }, { kind: other, task });
    return `${target.replace("-", " ")} ${rangedThree(difference, "mean")}`;
  });
const threes = (of: (target: string) => unknown): string =>
  LANGUAGE_TARGETS.map((target) => three(of(target))).join(", ");

const CONCLUSIONS = (): readonly string[] => [
  `keeps clearly less than all weights on category: ${less("value")}.`,
  `keeps clearly more on all three: ${less(...REPLAY)}; less the *pretrained* model it is ${byTarget((target) => rangedThree(languageRow(target, ...REPLAY), "fromStart"))}, clearly more on two`,
  `*first letter* gains, replay less all ${onTask("first-letter", REPLAY, ALL).join("; ")}; on *capital* nothing clear comes back, ${onTask("capital", REPLAY, ALL).join("; ")}, and the model stays clearly below the pretrained one, ${onTask("capital", REPLAY, BEFORE).join("; ")}.`,
  `clearly more on past, ${rangedThree(languageRow("past", "value, first third"), "lessAll")}; on category no run reached the level, on first-letter three of five`,
  `is clearly worse on all three: ${less("lora-value-8")}`,
  `harms unseen tasks on no target clearly, and helps on past: ${less("all", "auxiliary")}`,
  `${threes((target) => languageRow(target, "all", "zero-shot", { shots: 1 }).intrusion)} are the target's with one example (past, category, first-letter; all weights), ${threes((target) => languageRow(target, "all").intrusion)} with eight`,
  `goes from ${threes((target) => languageRow(target, ...BEFORE).gain)} to ${threes((target) => languageRow(target, "all").gain)} nats after training all weights and to ${threes((target) => languageRow(target, "value").gain)} after the values alone`,
  `is ${threes((target) => languageRow(target, ...BEFORE).nll)} before and ${threes((target) => languageRow(target, "all").nll)} after, lower on two targets`,
  `on all three targets, by ${LANGUAGE_TARGETS.map((target) => {
    const point = { kind: ALL, task: target };
    const difference = pairedDifference(target, { ...point, shots: 1 }, { ...point, shots: 0 });
    return rangedThree(difference, "mean");
  }).join(", ")} (all weights)`,
];

/** Times of this machine's CPU, and the versions in names of models: not of the study. */
const MEASURED_ELSEWHERE = [
  "3.1 s in float32 and 1.5 s with products in bfloat16",
  "1.4 s and 1.0 to 1.2 s, without the optimiser",
];
const LEVELS = "(0.5 nats for past and first-letter, 1 for category)";

describe("the stored study of a language model", () => {
  it.each([...lines(), ...otherLines(), ...CONCLUSIONS()])(
    "bears out docs/language-models.md: %s",
    (said) => {
      expect(section).toContain(said);
    },
  );

  it("leaves no other decimal number there than the pilot's, which the preregistration quotes", () => {
    const known = [...lines(), ...otherLines(), ...CONCLUSIONS(), ...MEASURED_ELSEWHERE, LEVELS];
    const rest = known.reduce((left, said) => left.replaceAll(said, ""), section);
    const quoted = new Set(preregistration.match(/\d+\.\d+/g));
    expect((rest.match(/\d+\.\d+/g) ?? []).filter((number) => !quoted.has(number))).toEqual([]);
    expect(section).toContain(LEVELS);
    expect(TARGETS.map(({ level }) => level)).toEqual([0.5, 1, 0.5]);
  });

  it("has as many cells as is told, and no kind of fewer seeds than are told in its statistics", () => {
    const keys = new Set(
      languageTable("paths").map(({ trainable, objective, target, seed }) =>
        [trainable, objective, target, seed].join("|"),
      ),
    );
    const whole = languageCells(TARGETS, LANGUAGE_SIZES.full).length;
    expect(section).toContain(`${keys.size} of the ${whole.toLocaleString("en")} cells`);
    expect(section).toContain(`the other ${(whole - keys.size).toLocaleString("en")} cells`);
    for (const row of primary)
      expect(Number(row.runs), JSON.stringify(row)).toBeGreaterThanOrEqual(LEAST_SEEDS);
    for (const [trainable, objective] of FIRST)
      for (const target of LANGUAGE_TARGETS) expect(languageRow(target, trainable, objective).runs).toBe(5);
  });

  it("bears out the numbers in the README", () => {
    const readme = oneLine(text("README.md"));
    const told = (trainable: string, objective?: string) => {
      const [first, second, third] = LANGUAGE_TARGETS.map((target) =>
        three(languageRow(target, trainable, objective).lessAll),
      );
      return `${first}, ${second} and ${third}`;
    };
    expect(readme).toContain(`changed by ${told("value")}, clearly on the second;`);
    expect(readme).toContain(`raised it by ${told(...REPLAY)}, all clear`);
  });

  it("has matched.csv follow from paths.csv: accuracy on unseen tasks, averaged over tasks and then over seeds", () => {
    for (const row of primary.filter(({ reached }) => Number(reached) > 1)) {
      const { target, trainable, objective, tasks, reached } = row;
      const kind = [String(trainable), String(objective)] as const;
      const lists = String(tasks)
        .split(" ")
        .map((task) => bySeed(String(target), { kind, task }));
      const means = [...lists[0]!.keys()].map(
        (seed) => lists.reduce((sum, list) => sum + list.get(seed)!, 0) / lists.length,
      );
      expect(means).toHaveLength(Number(reached));
      const { mean, low, high } = overSeeds(means);
      // Both tables have five digits.
      for (const [name, value] of Object.entries({ accuracy: mean, accuracyLow: low, accuracyHigh: high }))
        expect(Math.abs(Number(row[name]) - value), `${name} of ${JSON.stringify(row)}`).toBeLessThan(5e-5);
    }
  });

  it("bears out what is called clear", () => {
    const clear = (name: "lessAll" | "fromStart", trainable: string, objective = "zero-shot"): string =>
      LANGUAGE_TARGETS.map((target) => {
        const row = languageRow(target, trainable, objective);
        return Number(row[`${name}Low`]) > 0 ? "+" : Number(row[`${name}High`]) < 0 ? "-" : "0";
      }).join("");
    expect({
      value: clear("lessAll", "value"),
      replay: clear("lessAll", ...REPLAY),
      replayBeforeFineTuning: clear("fromStart", ...REPLAY),
      lora: clear("lessAll", "lora-value-8"),
      auxiliary: clear("lessAll", "all", "auxiliary"),
      mlp: clear("lessAll", "mlp"),
      queryKey: clear("lessAll", "query-key"),
      middle: clear("lessAll", "value, middle third"),
      last: clear("lessAll", "value, last third"),
      all: clear("fromStart", "all"),
    }).toEqual({
      value: "0-0",
      replay: "+++",
      replayBeforeFineTuning: "++0",
      lora: "---",
      auxiliary: "+00",
      mlp: "000",
      queryKey: "--0",
      middle: "--0",
      last: "000",
      all: "---",
    });
    expect(
      ["past", "category", "first-letter"].map((t) => languageRow(t, "value, first third").reached),
    ).toEqual([5, 0, 3]);
    for (const target of LANGUAGE_TARGETS) {
      const capital = (other: readonly [string, string]) =>
        pairedDifference(target, { kind: REPLAY, task: "capital" }, { kind: other, task: "capital" });
      expect(capital(ALL).meanLow, target).toBeLessThan(0);
      expect(capital(BEFORE).meanHigh, target).toBeLessThan(0);
      expect(languageRow(target, "query-key").reached).toBe(languageRow(target, "query-key").runs);
    }
  });
});
