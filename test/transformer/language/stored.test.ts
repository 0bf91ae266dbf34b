import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { TableRecord } from "@finetune-icl/base";
import { describe, expect, it } from "vitest";
import { LEAST_SEEDS, languageCells } from "../../../src/transformer/language/grid";
import { drawLanguagePrompts } from "../../../src/transformer/language/prompts";
import { LANGUAGE_SIZES, TRAINABLES } from "../../../src/transformer/language/settings";
import { readWordTasks, TARGETS } from "../../../src/transformer/language/tasks";
import { overSeeds } from "../../../src/transformer/study/tables";
import { packageRoot } from "../../support/root";
import {
  APART,
  bySeed,
  bySeedOver,
  byTarget,
  LANGUAGE_TARGETS,
  languageRow,
  languageTable,
  paired,
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

const FIRST_SETS = new Set(FIRST.map(([trainable]) => trainable).filter((name) => name !== "nothing")).size;
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
const AUXILIARY = ["all", "auxiliary"] as const;
/** Replay less another kind, on the mean of the tasks that share no word with any prompt of training. */
const replayApart = (other: readonly [string, string]) =>
  LANGUAGE_TARGETS.map((target) =>
    paired(bySeedOver(target, APART, { kind: REPLAY }), bySeedOver(target, APART, { kind: other })),
  );
const listed = (each: ReturnType<typeof replayApart>): string =>
  each.map((less, t) => `${LANGUAGE_TARGETS[t]!.replace("-", " ")} ${rangedThree(less, "mean")}`).join("; ");
/** What true answers in the examples add to shuffled ones before fine-tuning. */
const trueLessShuffled = (target: string, task: string) =>
  pairedDifference(target, { kind: BEFORE, task }, { kind: BEFORE, task, labels: "shuffled" });
const underShuffled = (target: string, task: string) =>
  pairedDifference(
    target,
    { kind: ALL, task, labels: "shuffled" },
    { kind: BEFORE, task, labels: "shuffled" },
  );

/** The gain after over that before, seed by seed. */
function gainKept(target: string, kind: readonly [string, string]) {
  const tasks = String(languageRow(target, ...kind).tasks).split(" ");
  const gain = (of: readonly [string, string]): ReadonlyMap<number, number> => {
    const lists = tasks.map((task) => [
      bySeed(target, { kind: of, task, labels: "shuffled" }, "nll"),
      bySeed(target, { kind: of, task }, "nll"),
    ]);
    const seeds = [...lists[0]![0]!.keys()];
    return new Map(
      seeds.map((seed) => [seed, lists.reduce((sum, [a, b]) => sum + a!.get(seed)! - b!.get(seed)!, 0)]),
    );
  };
  const [after, before] = [gain(kind), gain(BEFORE)];
  return overSeeds([...after].map(([seed, value]) => value / before.get(seed)!));
}
const rangedOver = ({ mean, low, high }: ReturnType<typeof overSeeds>): string =>
  `${three(mean)} [${three(low)}, ${three(high)}]`;

const tasks = readWordTasks(join(packageRoot, "data", "word-tasks"));
const inputsOf = (name: string): ReadonlySet<string> =>
  new Set(tasks.find((task) => task.name === name)!.pairs.map(([input]) => input));
const sharedBy = (one: string, other: string): number =>
  [...inputsOf(one)].filter((word) => inputsOf(other).has(word)).length;
/** Of all words that a target's unseen task is asked, the share that stands in a prompt of training of this kind, seeds together. */
function shownShare(target: string, task: string, uses: readonly string[]): number {
  const roles = TARGETS.find((each) => each.target === target)!;
  const [known, all] = [0, 1, 2, 3, 4]
    .map((seed) => {
      const lines = drawLanguagePrompts(tasks, roles, seed, LANGUAGE_SIZES.full);
      const shownWords = new Set(
        lines.flatMap((line) =>
          line.use === "train"
            ? uses.flatMap((use) =>
                (line[use] as readonly (readonly (readonly string[])[])[]).flat().map(([input]) => input!),
              )
            : [],
        ),
      );
      const asked = lines.flatMap((line) =>
        line.use === "test" && line.task === task && line.shots === 8 && line.labels === "true"
          ? line.contexts.flatMap(({ queries }) => queries.map(({ input }) => input))
          : [],
      );
      return [asked.filter((input) => shownWords.has(input)).length, asked.length] as const;
    })
    .reduce(([k, a], [known, all]) => [k + known, a + all], [0, 0]);
  return known! / all!;
}
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const sharesShown = (): string =>
  TARGETS.map(
    ({ target, unseen }) =>
      `target ${target.replace("-", " ")}: ${unseen
        .slice(0, LANGUAGE_SIZES.full.unseenTasks)
        .map((task) => `${task.replace("-", " ")} ${percent(shownShare(target, task, ["replay-2"]))}`)
        .join(", ")}`,
  ).join("; ");

const threes = (of: (target: string) => unknown): string =>
  LANGUAGE_TARGETS.map((target) => three(of(target))).join(", ");

const CONCLUSIONS = (): readonly string[] => [
  `keeps clearly less than all weights on category: ${less("value")}.`,
  `leads: ${less(...REPLAY)}; less the *pretrained* model it is ${byTarget((target) => rangedThree(languageRow(target, ...REPLAY), "fromStart"))}, clearly more on two`,
  `*first letter* gains, replay less all ${onTask("first-letter", REPLAY, ALL).join("; ")}; on *capital* nothing clear comes back, ${onTask("capital", REPLAY, ALL).join("; ")}, and the model stays clearly below the pretrained one, ${onTask("capital", REPLAY, BEFORE).join("; ")}.`,
  `clearly more on past, ${rangedThree(languageRow("past", "value, first third"), "lessAll")}; on category no run reached the level, on first-letter three of five`,
  `is clearly worse on all three: ${less("lora-value-8")}`,
  `harms unseen tasks on no target clearly, and helps on past: ${less("all", "auxiliary")}`,
  `clearly below all weights on category, ${rangedThree(languageRow("category", ...AUXILIARY, { shots: 2 }), "lessAll")}`,
  `clearly down on two targets, all weights on three: ${byTarget((target) => rangedThree(languageRow(target, ...AUXILIARY), "fromStart"))}`,
  `the values alone keep ${byTarget((target) => rangedOver(gainKept(target, ["value", "zero-shot"])))}, so that the second is not refuted on category`,
  `have ${sharedBy("plural", "first-letter")} of ${inputsOf("plural").size} input words in common`,
  `stand in replay's prompts, with another answer (seeds 0 to 4): ${sharesShown()}.`,
  `replay less all is ${listed(replayApart(ALL))}, less the pretrained model ${listed(replayApart(BEFORE))}: clearly more than all weights on two targets of three, clearly less than the pretrained model on one, clearly more than that on none`,
  `first letter ${rangedThree(trueLessShuffled("past", "first-letter"), "mean")}, past ${rangedThree(trueLessShuffled("first-letter", "past"), "mean")}, but continent ${rangedThree(trueLessShuffled("past", "continent"), "mean")} and capital ${rangedThree(trueLessShuffled("past", "capital"), "mean")}, nothing clear`,
  `(all weights less pretrained ${onTask("capital", ALL, BEFORE).join("; ")}) is lost under shuffled answers as well, ${byTarget((target) => rangedThree(underShuffled(target, "capital"), "mean"))}.`,
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
    const rates = TRAINABLES.map(({ rate }) => rate.toExponential()).join();
    const quoted = new Set(`${preregistration} ${rates}`.match(/\d+\.\d+/g));
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
    const apart = replayApart(ALL).map(({ mean }) => three(mean));
    expect(readme).toContain(
      `on the two that share none it is ${apart[0]}, ${apart[1]} and ${apart[2]}, the second not clear`,
    );
  });

  it("shares words with what is replayed as is told, in the preregistration too", () => {
    expect(preregistration).toContain(
      `share ${sharedBy("plural", "first-letter")} of their ${inputsOf("plural").size} input words`,
    );
    expect(inputsOf("first-letter").size).toBe(inputsOf("plural").size);
    const list = text("data", "word-tasks", "README.md");
    expect(list).toContain(
      `have ${sharedBy("plural", "first-letter")} of ${inputsOf("plural").size} inputs in common, the three lists of countries all ${sharedBy("capital", "continent")}`,
    );
    expect(sharedBy("capital", "demonym")).toBe(sharedBy("capital", "continent"));
    const [past, category, first] = [
      ["past", "first-letter"],
      ["category", "first-letter"],
      ["first-letter", "past"],
    ].map(([target, task]) => percent(shownShare(target!, task!, ["replay-2"])));
    expect(preregistration).toContain(
      `(${past} for the target *past*, ${category} for *category*; of *past* after *first-letter* ${first}; of *continent* and *capital* none)`,
    );
    // Of the tasks apart no word that is asked stands in any prompt of any training that was run.
    for (const target of LANGUAGE_TARGETS)
      for (const task of APART)
        expect(shownShare(target, task, ["zero-shot", "auxiliary", "replay-2"]), task).toBe(0);
    // Plural is replayed for every target, and no list of countries for any.
    for (const { pool } of TARGETS) {
      expect(pool[0]).toBe("plural");
      for (const replayed of pool.slice(0, 2))
        for (const task of APART) expect(sharedBy(replayed, task)).toBe(0);
    }
  });

  it("says how many trained sets had how many seeds", () => {
    const seeds = new Map<string, Set<string>>();
    for (const { trainable, objective, target, seed } of languageTable("paths"))
      if (objective === "zero-shot" && !FIRST.some(([first]) => first === trainable))
        seeds.set(
          `${trainable} ${target}`,
          (seeds.get(`${trainable} ${target}`) ?? new Set()).add(String(seed)),
        );
    const others = TRAINABLES.length - FIRST_SETS;
    const whole = [...new Set(TRAINABLES.map(({ name }) => name))].filter((name) =>
      LANGUAGE_TARGETS.every((target) => seeds.get(`${name} ${target}`)?.size === LEAST_SEEDS),
    );
    expect([whole.length, others]).toEqual([8, 11]);
    expect(section).toContain("eight of the eleven other trained sets");
    expect(preregistration).toContain("three seeds of eight of the eleven other trained sets");
    expect(LANGUAGE_TARGETS.map((target) => seeds.get(`all, last third ${target}`)?.size ?? 0)).toEqual([
      3, 2, 0,
    ]);
    expect(preregistration).toContain("three seeds of *past* and two of *category*");
  });

  it("has no point above its level, and three that eight halvings left more than 5 % below", () => {
    const points = new Map(
      languageTable("paths")
        .filter(({ at }) => at !== "start" && at !== "end")
        .map(({ trainable, objective, target, seed, at, zeroShotLoss }) => [
          [trainable, objective, target, seed].join(),
          Number(zeroShotLoss) / Number(at),
        ]),
    );
    const shares = [...points.values()];
    expect(Math.max(...shares)).toBeLessThanOrEqual(1);
    expect(shares.filter((share) => share < 0.95)).toHaveLength(3);
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
    const signs = (each: readonly { readonly meanLow: number; readonly meanHigh: number }[]): string =>
      each.map(({ meanLow, meanHigh }) => (meanLow > 0 ? "+" : meanHigh < 0 ? "-" : "0")).join("");
    expect({
      replayApart: signs(replayApart(ALL)),
      replayApartBeforeFineTuning: signs(replayApart(BEFORE)),
      auxiliaryBeforeFineTuning: clear("fromStart", ...AUXILIARY),
      trueOnContinentAndCapital: signs(APART.map((task) => trueLessShuffled("past", task))),
      trueOnFirstLetterAndPast: signs([
        trueLessShuffled("past", "first-letter"),
        trueLessShuffled("first-letter", "past"),
      ]),
    }).toEqual({
      replayApart: "+0+",
      replayApartBeforeFineTuning: "0-0",
      auxiliaryBeforeFineTuning: "0--",
      trueOnContinentAndCapital: "00",
      trueOnFirstLetterAndPast: "++",
    });
    expect(Number(languageRow("category", ...AUXILIARY, { shots: 2 }).lessAllHigh)).toBeLessThan(0);
    for (const target of LANGUAGE_TARGETS) {
      const [value, all] = [gainKept(target, ["value", "zero-shot"]), gainKept(target, ALL)];
      expect(value.mean, target).toBeLessThan(all.mean);
      expect(value.high > 1, target).toBe(target === "category");
      // What true answers are worth before fine-tuning does not hang on the target.
      for (const task of APART)
        expect(trueLessShuffled(target, task).mean).toBe(trueLessShuffled("past", task).mean);
    }
    expect(
      ["past", "category", "first-letter"].map((t) => languageRow(t, "value, first third").reached),
    ).toEqual([5, 0, 3]);
    for (const target of LANGUAGE_TARGETS) {
      const capital = (other: readonly [string, string]) =>
        pairedDifference(target, { kind: REPLAY, task: "capital" }, { kind: other, task: "capital" });
      expect(capital(ALL).meanLow, target).toBeLessThan(0);
      expect(capital(BEFORE).meanHigh, target).toBeLessThan(0);
      // What is lost on capital is lost under shuffled answers too.
      expect(underShuffled(target, "capital").meanHigh, target).toBeLessThan(0);
      expect(languageRow(target, "query-key").reached).toBe(languageRow(target, "query-key").runs);
    }
  });
});
