import type { TableRecord } from "@finetune-icl/base";
import { describe, expect, it } from "vitest";
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
} from "../../transformer/language/storedRows";
import { cellOf, said } from "./support/storedLesson";

/** What it says is held against the stored rows, read here by other code. */
const LESSON = "17-a-language-model-that-forgets.ipynb";
type Kind = readonly [trainable: string, objective: string];
const ALL: Kind = ["all", "zero-shot"];
const VALUE: Kind = ["value", "zero-shot"];
const THIRD: Kind = ["value, first third", "zero-shot"];
const LORA: Kind = ["lora-value-8", "zero-shot"];
const REPLAY: Kind = ["all", "replay-2"];
const AUXILIARY: Kind = ["all", "auxiliary"];
const BEFORE: Kind = ["nothing", "none"];

const rows = ([trainable, objective]: Kind): readonly TableRecord[] =>
  LANGUAGE_TARGETS.map((target) => languageRow(target, trainable, objective));
const clear = (kind: Kind, side: "Low" | "High", name = "lessAll"): number =>
  rows(kind).filter((row) => Math.sign(Number(row[`${name}${side}`])) === (side === "Low" ? 1 : -1)).length;

describe("lesson 17 says", () => {
  it("what the stored study holds of the primary outcome, and on how many targets it is clear", () => {
    const text = said(LESSON, "opening-read");
    for (const kind of [VALUE, REPLAY, LORA, AUXILIARY]) {
      const numbers = byTarget((target) => rangedThree(languageRow(target, ...kind), "lessAll"));
      expect(text).toContain(
        `${numbers}. Clearly above on ${clear(kind, "Low")} of 3 targets, clearly below on ${clear(kind, "High")} of 3 targets.`,
      );
    }
    expect(clear(VALUE, "Low")).toBe(0);
    expect(text).toContain("**do not protect**");
    expect(text).toContain("category: no run reached the loss");
    expect(text).toContain(byTarget((target) => rangedThree(languageRow(target, ...REPLAY), "fromStart")));
    expect(text).toContain(`clearly above on ${clear(REPLAY, "Low", "fromStart")} of 3 targets.`);
  });

  it("what replay's mean leans on, and what is left on the tasks that share no word with its prompts", () => {
    const text = said(LESSON, "opening-shared");
    const less = (other: Kind) =>
      LANGUAGE_TARGETS.map((target) =>
        paired(bySeedOver(target, APART, { kind: REPLAY }), bySeedOver(target, APART, { kind: other })),
      );
    for (const other of [ALL, BEFORE]) {
      const each = less(other);
      const numbers = each.map(
        (row, t) => `${LANGUAGE_TARGETS[t]!.replace("-", " ")} ${rangedThree(row, "mean")}`,
      );
      const [above, below] = [
        each.filter(({ meanLow }) => meanLow > 0),
        each.filter(({ meanHigh }) => meanHigh < 0),
      ];
      expect(text).toContain(
        `${numbers.join("; ")}: clearly above on ${above.length} of 3 targets, clearly below on ${below.length}`,
      );
    }
    // That about half of the words stand in replay's prompts: test/transformer/language/stored.test.ts.
    expect(less(ALL).map(({ meanLow }) => meanLow > 0)).toEqual([true, false, true]);
    expect(less(BEFORE).filter(({ meanLow }) => meanLow > 0)).toEqual([]);
    expect(said(LESSON, "worlds-table")).toMatch(
      /tasks without a word of its prompts.*more, not clear, more/,
    );
  });

  it("on which unseen tasks true answers in the examples add anything before fine-tuning", () => {
    const text = said(LESSON, "shuffled-read");
    const added = (target: string, task: string) =>
      pairedDifference(target, { kind: BEFORE, task }, { kind: BEFORE, task, labels: "shuffled" });
    const told = (target: string, task: string): string =>
      `*${task.replace("-", " ")}* ${rangedThree(added(target, task), "mean")}`;
    expect(text).toContain(
      `clearly above 0 for ${told("past", "first-letter")}, ${told("first-letter", "past")}, and not for ${told("past", "continent")}, ${told("past", "capital")}, though in nats for *capital*.`,
    );
    expect(text).toContain("is lost under shuffled answers too, clearly on 3 of 3 targets");
    for (const target of LANGUAGE_TARGETS) {
      const [all, before] = [ALL, BEFORE].map((kind) => ({
        kind,
        task: "capital",
        labels: "shuffled" as const,
      }));
      const lost = pairedDifference(target, all!, before!);
      expect(lost.meanHigh).toBeLessThan(0);
      expect(text).toContain(rangedThree(lost, "mean"));
    }
  });

  it("where the compared models stand", () => {
    const points = new Map(
      languageTable("paths")
        .filter(({ at }) => at !== "start" && at !== "end")
        .map((row) => [[row.target, row.trainable, row.objective, row.seed].join(), row]),
    );
    const lower = [...points.values()].filter(
      ({ at, zeroShotLoss }) => Number(zeroShotLoss) < 0.95 * Number(at),
    );
    expect(lower.map(({ at }) => Number(at))).toEqual([0.5, 0.5, 0.5]);
    const losses = lower.map(({ zeroShotLoss }) => three(zeroShotLoss)).sort();
    expect(said(LESSON, "path-table")).toContain(
      `Of all ${points.size} points so found 3 stay lower in spite of eight halvings (${losses.join(", ")}, of a level of 0.5)`,
    );
  });

  it("that one example of the target does harm, and with which intervals", () => {
    const table = said(LESSON, "target-read");
    for (const target of LANGUAGE_TARGETS)
      for (const kind of [ALL, VALUE, AUXILIARY])
        for (const shots of [1, 8, 12]) {
          const point = { kind, task: target };
          const difference = pairedDifference(target, { ...point, shots }, { ...point, shots: 0 });
          // The mean alone: an end that lies half-way between two roundings hangs on the order of summation.
          expect(table).toContain(three(difference.mean));
          if (shots === 1) expect(difference.mean).toBeLessThan(0);
        }
    expect(table).toContain("clearly *worse* on 3 of 3 targets (all weights) and 3 of 3 (value matrices)");
    expect(table).toContain("leaves 0 of 3 worse with eight");
  });

  it("which of the unseen tasks replay helps, and that capital is none of them", () => {
    const table = said(LESSON, "tasks-read");
    for (const target of LANGUAGE_TARGETS)
      for (const task of String(languageRow(target, ...ALL).tasks).split(" "))
        for (const [one, other] of [
          [ALL, BEFORE],
          [REPLAY, ALL],
          [REPLAY, BEFORE],
        ] as const)
          expect(table).toContain(
            rangedThree(pairedDifference(target, { kind: one, task }, { kind: other, task }), "mean"),
          );
    expect(table).toContain("*capital* on 0 of 3 targets");
    expect(table).toContain("*capital* on 3 of 3 targets");
    expect(table).toContain("replay gives nothing back that is clear, on any target");
    const lifted = LANGUAGE_TARGETS.filter(
      (target) =>
        pairedDifference(target, { kind: REPLAY, task: "continent" }, { kind: BEFORE, task: "continent" })
          .meanLow > 0,
    );
    expect(table).toContain(
      `*continent* stands clearly above the model before fine-tuning on ${lifted.length} of 3 targets`,
    );
  });

  it("which share of the gain is kept, in the order that is not the theorem's", () => {
    const text = said(LESSON, "how-read");
    const gains = (target: string, kind: Kind): ReadonlyMap<number, number> => {
      const tasks = String(languageRow(target, ...kind).tasks).split(" ");
      const lists = tasks.flatMap((task) => [
        [bySeed(target, { kind, task, labels: "shuffled" }, "nll"), 1] as const,
        [bySeed(target, { kind, task }, "nll"), -1] as const,
      ]);
      return new Map(
        [...lists[0]![0].keys()].map((seed) => [
          seed,
          lists.reduce((sum, [list, sign]) => sum + (sign * list.get(seed)!) / tasks.length, 0),
        ]),
      );
    };
    const kept = (target: string, kind: Kind): number => {
      const [after, before] = [gains(target, kind), gains(target, BEFORE)];
      return [...after].reduce((sum, [seed, gain]) => sum + gain / before.get(seed)! / after.size, 0);
    };
    for (const target of LANGUAGE_TARGETS) {
      for (const kind of [ALL, VALUE, REPLAY])
        expect(text).toContain(`${target.replace("-", " ")} ${three(kept(target, kind))} [`);
      expect(kept(target, VALUE)).toBeLessThan(kept(target, ALL));
    }
    expect(text).toContain("their means come in the other order");
    expect(text).toContain("a few examples outvote it");
    const lora = [1, 8, 12].map((shots) =>
      three(languageRow("category", "lora-value-8", "zero-shot", { shots }).intrusion),
    );
    expect(text).toContain(`on *category* ${lora.join(", ")} with 1, 8 and 12`);
    // Replay: accuracy up and gain down, each on which targets and beside what.
    expect(text).toContain("accuracy clearly up on *past* and *category*, and its share of the gain");
    expect(text).toContain("is clearly below 1 on *category* and *first letter*:");
    expect(text).toContain(
      "that share is clearly higher on *past* and clearly lower on *category* and *first letter*",
    );
    expect(rows(REPLAY).map(({ fromStartLow }) => Number(fromStartLow) > 0)).toEqual([true, true, false]);
    const moved = (target: string, other: Kind) => {
      const [replay, beside] = [gains(target, REPLAY), gains(target, other)];
      return paired(replay, beside);
    };
    expect(moved("past", ALL).meanLow).toBeGreaterThan(0);
    for (const target of ["category", "first-letter"])
      for (const other of [ALL, BEFORE]) expect(moved(target, other).meanHigh).toBeLessThan(0);
  });

  it("of other trained sets what their rows hold", () => {
    const table = said(LESSON, "layers-table");
    const zeroShot = languageTable("matched").filter(
      ({ role, shots, objective, trainable, reached }) =>
        role === "unseen" &&
        shots === 8 &&
        objective === "zero-shot" &&
        trainable !== "all" &&
        Number(reached) > 1,
    );
    expect(zeroShot.length).toBeGreaterThan(30);
    for (const row of zeroShot)
      expect(table).toContain(`${rangedThree(row, "lessAll")} (${row.reached} of ${row.runs})`);
    expect(said(LESSON, "layers-read")).toContain(
      "reach the level in 9 of 9 runs, in lesson 16's GPT in 0 of 5",
    );
  });

  it("in its last words what the rows bear out", () => {
    const cell = cellOf(LESSON, "take-away");
    expect(cell.source).toContain("on no target clearly more than training all weights, on one clearly less");
    expect([clear(VALUE, "Low"), clear(VALUE, "High")]).toEqual([0, 1]);
    // LoRA has the lowest mean of the first six on every target.
    for (const target of LANGUAGE_TARGETS) {
      const lora = Number(languageRow(target, "lora-value-8").accuracy);
      for (const kind of [ALL, VALUE, REPLAY, THIRD, AUXILIARY]) {
        const row = languageRow(target, ...kind);
        if (Number(row.reached) > 0) expect(lora).toBeLessThan(Number(row.accuracy));
        if (Number(row.reached) > 0) expect(Number(row.intrusion)).toBeLessThan(0.005);
        // Fades more slowly than any other of the first six: the share of what intrudes at one that is there at eight.
        const left = (trainable: string, objective: string): number =>
          Number(languageRow(target, trainable, objective).intrusion) /
          Number(languageRow(target, trainable, objective, { shots: 1 }).intrusion);
        if (Number(row.reached) > 0) expect(left(...kind)).toBeLessThan(left(...LORA));
      }
    }
    expect(clear(REPLAY, "Low")).toBe(3);
    expect(clear(AUXILIARY, "High")).toBe(0);
    expect(clear(AUXILIARY, "Low")).toBe(1);
    expect(clear(AUXILIARY, "High", "fromStart")).toBe(2);
    expect(cell.source).toContain("beside the model before fine-tuning they are clearly down on two targets");
    expect(cell.source).toContain("helps clearly on two targets and not on *category*");
  });
});
