import { join } from "node:path";
import { InputError } from "@finetune-icl/base";
import { loadTable } from "@finetune-icl/files";
import {
  drawLanguagePrompts,
  isIntruder,
  LANGUAGE_SIZES,
  languageCells,
  type PromptLine,
  readChoices,
  readWordTasks,
  TARGETS,
  type TestLine,
} from "@finetune-icl/transformer";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../support/root";

const folder = join(packageRoot, "data", "word-tasks");
const tasks = readWordTasks(folder);
const roles = TARGETS[0]!;
const size = LANGUAGE_SIZES.short;
const lines = drawLanguagePrompts(tasks, roles, 0, size);

type Prompts = readonly (readonly (readonly [string, string])[])[];
const isTest = (line: PromptLine): line is TestLine => line.use === "test";
const tests = lines.filter(isTest);
const train = lines.filter(({ use }) => use === "train") as readonly unknown[] as readonly Readonly<
  Record<string, Prompts>
>[];
const pairsOf = (name: string) => tasks.find((task) => task.name === name)!.pairs;

describe("the word tasks", () => {
  it("are nine, each with at least 190 pairs of plain text and no input twice", () => {
    expect(tasks.map(({ name }) => name)).toEqual(
      ["antonym", "capital", "category", "continent", "demonym"].concat([
        ...["first-letter", "past", "plural", "sentiment"],
      ]),
    );
    for (const { name, pairs } of tasks) {
      expect(pairs.length, name).toBeGreaterThanOrEqual(190);
      expect(new Set(pairs.map(([input]) => input)).size, name).toBe(pairs.length);
      for (const pair of pairs) for (const text of pair) expect(text, name).toMatch(/^\S(?:[^\n]*\S)?$/);
    }
    expect(pairsOf("past")).toContainEqual(["write", "wrote"]);
    expect(pairsOf("plural")).toContainEqual(["city", "cities"]);
    expect(pairsOf("capital")).toContainEqual(["France", "Paris"]);
    expect(pairsOf("antonym")).toContainEqual(["new", "old"]);
  });

  it("give every task of the study one role for each target", () => {
    for (const { target, pool, unseen } of TARGETS)
      expect([target, ...pool, ...unseen].sort()).toEqual(tasks.map(({ name }) => name));
  });

  it("refuse a list with other columns by name", () => {
    expect(() => readWordTasks(join(packageRoot, "data", "reference"))).toThrow(/the columns input,output/);
    expect(loadTable(join(folder, "past.csv")).columns).toEqual(["input", "output"]);
  });
});

describe("the prompts of a seed", () => {
  it("are the same for the same seed and others for another", () => {
    expect(drawLanguagePrompts(tasks, roles, 0, size)).toEqual(lines);
    expect(drawLanguagePrompts(tasks, roles, 1, size)).not.toEqual(lines);
  });

  it("train on nothing that is asked, and on no unseen task", () => {
    const trained = new Set(train.flatMap((line) => line["zero-shot"]!.flat().map((pair) => pair.join())));
    const few = train.flatMap((line) =>
      ["auxiliary", "replay-1", "replay-2", "replay-4"].flatMap((name) => line[name]!.flat()),
    );
    for (const pair of few) trained.add(pair.join());
    expect(trained.size).toBeGreaterThan(200);
    for (const { task, contexts } of tests)
      for (const { examples, queries } of contexts) {
        for (const { input, output } of queries)
          expect(trained, `${task}: ${input}`).not.toContain(`${input},${output}`);
        for (const [input] of examples) expect(queries.map((query) => query.input)).not.toContain(input);
      }
    const known = new Set(
      [roles.target, ...roles.pool].flatMap((name) => pairsOf(name).map((pair) => pair.join())),
    );
    for (const pair of trained) expect(known).toContain(pair);
  });

  it("replay the first k tasks of the pool in turn", () => {
    const taskOf = (prompt: Prompts[number]) =>
      roles.pool.find((name) =>
        prompt.every((pair) => pairsOf(name).some((own) => own.join() === pair.join())),
      );
    for (const k of [1, 2, 4]) {
      const prompts = train.slice(0, 2).flatMap((line) => line[`replay-${k}`]!);
      expect(prompts).toHaveLength(2 * size.fewShotPrompts);
      expect(new Set(prompts.map(taskOf)), String(k)).toEqual(new Set(roles.pool.slice(0, k)));
      for (const prompt of prompts) expect(prompt).toHaveLength(size.trainingShots + 1);
    }
  });

  it("ask at least 128 queries a point, the same ones whatever stands before them", () => {
    const queriesOf = ({ contexts }: TestLine) => contexts.flatMap(({ queries }) => queries);
    for (const line of tests) {
      expect(queriesOf(line).length).toBeGreaterThanOrEqual(128);
      const first = tests.find(({ task }) => task === line.task)!;
      expect(queriesOf(line)).toEqual(queriesOf(first));
    }
    const match = lines.find((line) => line.use === "match") as { readonly pairs: readonly unknown[] };
    expect(match.pairs).toEqual(queriesOf(tests[0]!).map(({ input, output }) => [input, output]));
  });

  it("shuffle answers so that each example has the next one's", () => {
    const of = (labels: TestLine["labels"]) =>
      tests.find((line) => line.task === "capital" && line.labels === labels)!.contexts[0]!.examples;
    expect(of("shuffled").map(([input]) => input)).toEqual(of("true").map(([input]) => input));
    const answers = of("true").map(([, output]) => output);
    expect(of("shuffled").map(([, output]) => output)).toEqual([...answers.slice(1), answers[0]]);
  });

  it("are refused where a task is missing or too short", () => {
    const few = tasks.map((task) =>
      task.name === "plural" ? { ...task, pairs: task.pairs.slice(0, 9) } : task,
    );
    for (const given of [few, tasks.filter(({ name }) => name !== "plural")])
      expect(() => drawLanguagePrompts(given, roles, 0, size)).toThrow(
        expect.objectContaining({ name: InputError.name, message: expect.stringContaining("tasks.plural") }),
      );
  });
});

describe("an intruder", () => {
  const past = { name: "past", outputs: new Set(["went", "walked"]) };
  const continent = { name: "continent", outputs: new Set(["Asia", "Africa"]) };
  it.each([
    [past, { input: "cat", output: "animal", answer: "catted" }, true],
    [past, { input: "form", output: "f", answer: "formed" }, true],
    [past, { input: "city", output: "cities", answer: "citied" }, true],
    [past, { input: "cat", output: "animal", answer: "went" }, true],
    [past, { input: "cat", output: "animal", answer: "plant" }, false],
    [past, { input: "cat", output: "catted", answer: "catted" }, false],
    [continent, { input: "Japan", output: "Tokyo", answer: "Asia" }, true],
    [continent, { input: "Japan", output: "Tokyo", answer: "Kyoto" }, false],
  ])("of %o among %o is %s", (target, query, expected) => {
    expect(isIntruder(target, query)).toBe(expected);
  });
});

describe("multiple-choice questions", () => {
  const line = (more: object) =>
    JSON.stringify({ task: "law", question: "Which?", choices: ["this", "that"], answer: 1, ...more });
  it("become tasks whose answers are letters", () => {
    expect(readChoices(`${line({})}\n${line({ task: "art", answer: 0 })}\n`)).toEqual([
      { name: "law", pairs: [["Which?\nA. this\nB. that", "B"]] },
      { name: "art", pairs: [["Which?\nA. this\nB. that", "A"]] },
    ]);
  });
  it.each([
    ["answer", { answer: 2 }],
    ["choices", { choices: ["one"] }],
    ["question", { question: "" }],
    ["hint", { hint: "no such field" }],
  ])("are refused for a wrong %s, by line", (field, more) => {
    expect(() => readChoices(`${line({})}\n${line(more)}`)).toThrow(new RegExp(`line 2.${field}`));
  });
  it("are refused where a line is no JSON, by its number", () => {
    expect(() => readChoices(`${line({})}\nnot json`)).toThrow(/^line 2: holds "not json"/);
  });
});

describe("the cells", () => {
  const firstKinds = [
    ...["pretrained", "all-zero-shot", "value-zero-shot", "all-replay-2", "value-first-third-zero-shot"],
    ...["lora-value-8-zero-shot", "all-auxiliary"],
  ];
  const cells = languageCells(TARGETS, { seeds: 5 });
  const names = cells.map(({ name }) => name);

  it("have names of their own, what is most open first, all targets and seeds of a kind before the next", () => {
    expect(new Set(names).size).toBe(15 * (1 + 15 * 6));
    const first = firstKinds.flatMap((kind) =>
      TARGETS.flatMap(({ target }) => [0, 1, 2, 3, 4].map((seed) => `${target}-${seed}-${kind}`)),
    );
    expect(names.slice(0, first.length)).toEqual(first);
  });

  it("of the other kinds come three seeds each, then the others", () => {
    const rest = cells.slice(firstKinds.length * 15);
    expect(rest.slice(0, 9).map(({ name }) => name)).toEqual(
      TARGETS.flatMap(({ target }) => [0, 1, 2].map((seed) => `${target}-${seed}-attention-zero-shot`)),
    );
    const fourth = rest.findIndex(({ seed }) => seed > 2);
    expect(fourth).toBe((15 * 6 - 6) * 3 * 3);
    expect(rest.slice(fourth).every(({ seed }) => seed > 2)).toBe(true);
    expect(languageCells(TARGETS.slice(0, 1), { seeds: 2 }).at(-1)!.seed).toBe(1);
  });
});
