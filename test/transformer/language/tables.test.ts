import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordsOf } from "@finetune-icl/base";
import { loadTable, makeTemporaryFolder } from "@finetune-icl/files";
import {
  type LanguageCell,
  type LanguagePlan,
  prepareLanguageStudy,
  readLanguagePlan,
  readWordTasks,
  summariseLanguageStudy,
  type TestLine,
} from "@finetune-icl/transformer";
import { describe, expect, it } from "vitest";
import { expectClose } from "../../support/expectClose";
import { packageRoot } from "../../support/root";

const tasks = readWordTasks(join(packageRoot, "data", "word-tasks"));

/** A folder of the tiny plan, 2 seeds, and a way to finish cells with chosen shares of right answers on the unseen task. */
function makeStudy() {
  const { path, remove } = makeTemporaryFolder("language");
  prepareLanguageStudy(path, { profile: "tiny", tasks });
  const plan: LanguagePlan = readLanguagePlan(path);
  mkdirSync(join(path, "results"));
  const testsOf = ({ prompts }: LanguageCell): readonly TestLine[] =>
    readFileSync(join(path, "prompts", prompts), "utf8")
      .split("\n")
      .filter((line) => line.startsWith('{"use":"test"'))
      .map((line) => JSON.parse(line) as TestLine);
  const finish = (
    name: string,
    right: number,
    change: (stored: Record<string, unknown>) => void = () => {},
  ) => {
    const cell = plan.cells.find((each) => each.name === name)!;
    const measures = testsOf(cell).map(({ task, shots, labels, contexts }) => {
      const queries = contexts.flatMap((context) => context.queries);
      return {
        task,
        shots,
        labels,
        nll: queries.map(() => (labels === "true" ? 1 : 3)),
        // Of four answers the first `right` are right; the next is the target's, a past tense; what is left is neither.
        answers: queries.map(({ input, output }, i) =>
          i < right ? output : i === right ? `${input}ed` : "neither",
        ),
      };
    });
    const at = cell.trainable === null ? "start" : "1000";
    const stored = {
      cell,
      model: "none",
      versions: { torch: "0" },
      device: "cpu",
      precision: "float32",
      seconds: 2,
      processorSeconds: 1,
      points: [{ at, share: 0.5, zeroShotLoss: 0.5, measures }],
    };
    change(stored);
    writeFileSync(join(path, "results", `${name}.json`), JSON.stringify(stored));
  };
  return { path, remove, finish };
}

describe("the tables of a language model's study", () => {
  it("hold means, paired differences and Student's intervals that a hand can follow", () => {
    const { path, remove, finish } = makeStudy();
    const right = { pretrained: [4, 4], "all-zero-shot": [1, 2], "value-zero-shot": [3, 3] };
    for (const [kind, shares] of Object.entries(right))
      shares.forEach((share, seed) => {
        finish(`past-${seed}-${kind}`, share);
      });
    // Only one of its two seeds: in no statistic.
    finish("past-0-all-replay-2", 4);
    expect(summariseLanguageStudy(path, path)).toEqual({ finished: 7, cells: 182 });
    const matched = recordsOf(loadTable(join(path, "matched.csv")));
    expect(new Set(matched.map(({ objective }) => objective))).toEqual(new Set(["none", "zero-shot"]));
    const row = (trainable: string) =>
      matched.find((each) => each.trainable === trainable && each.role === "unseen" && each.shots === 2)!;
    const close = (got: unknown, expected: number, input: string) => {
      expectClose(Number(got), expected, { tolerance: 1e-4, reason: "tables have five digits", input });
    };
    // Two seeds: t = 12.7062, standard error of (0.25, 0.5) is 0.125.
    close(row("all").accuracy, 0.375, "accuracy of all");
    close(row("all").accuracyHigh, 0.375 + 12.7062 * 0.125, "its interval");
    close(row("value").fromStart, -0.25, "value less the start");
    close(row("value").lessAll, 0.375, "value less all: 0.5 and 0.25");
    close(row("value").lessAllLow, 0.375 - 12.7062 * 0.125, "its interval");
    close(row("value").gain, 2, "shuffled less true");
    close(row("value").intrusion, 0.25, "one of four answers is the target's");
    expect(row("nothing").level).toBe("start");
    // Nobody reached the lower of the two levels: said, not left out.
    const missed = matched.filter(
      ({ level, trainable }) => String(level) === "0.001" && trainable === "value",
    );
    expect(missed.length).toBeGreaterThan(0);
    for (const { runs, reached, accuracy } of missed)
      expect([runs, reached, Number.isFinite(accuracy)]).toEqual([2, 0, false]);

    const paths = recordsOf(loadTable(join(path, "paths.csv")));
    expect(paths.filter(({ objective }) => objective === "replay-2").length).toBeGreaterThan(0);
    expect(paths.find(({ objective, task }) => objective === "replay-2" && task === "plural")!.role).toBe(
      "replayed",
    );
    expect(readFileSync(join(path, "README.md"), "utf8")).toContain("7 of the\n182 cells");
    remove();
  });

  it("are refused where nothing is finished, where no plan stands, and where answers do not fit the prompts", () => {
    const { path, remove, finish } = makeStudy();
    expect(() => summariseLanguageStudy(path, path)).toThrow(/finished cells/);
    expect(() => summariseLanguageStudy(join(path, "prompts"), path)).toThrow(/language-model prepare/);
    finish("past-0-pretrained", 4, (stored) => {
      const [point] = stored.points as { measures: { answers: string[] }[] }[];
      point!.measures[0]!.answers.pop();
    });
    expect(() => summariseLanguageStudy(path, path)).toThrow(/4 answers/);
    remove();
  });
});
