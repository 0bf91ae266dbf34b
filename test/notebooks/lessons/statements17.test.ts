import type { TableRecord } from "@finetune-icl/base";
import { describe, expect, it } from "vitest";
import {
  bySeed,
  byTarget,
  LANGUAGE_TARGETS,
  languageRow,
  languageTable,
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
      }
    }
    expect(clear(REPLAY, "Low")).toBe(3);
    expect(clear(AUXILIARY, "High")).toBe(0);
  });
});
