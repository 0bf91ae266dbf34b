import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recordsOf } from "../../../src/base/plainTable";
import { messageTable } from "../../../src/site/explore/messageFigure";
import { packageRoot } from "../../support/root";

describe("the picture of the README", () => {
  const rows = recordsOf(messageTable());
  const curve = (model: string, task: RegExp): readonly number[] =>
    rows.filter((row) => row.model === model && task.test(String(row.task))).map((row) => Number(row.risk));
  const firstGain = (curveOf: readonly number[]): number =>
    curveOf.findIndex((risk, n) => n > 0 && risk < curveOf[0]!);

  it("shows value-only fine-tuning with the caveat that the README makes: on the target short prompts are worse than none", () => {
    const readme = readFileSync(join(packageRoot, "README.md"), "utf8");
    const target = curve("zero-shot-value", /fine-tuned for/);
    expect(readme).toContain(`it takes ${firstGain(target)} examples to gain`);
    expect(
      firstGain(curve("zero-shot-value", /unrelated/)),
      "the alternative text: from the first one on",
    ).toBe(1);
  });

  it("shows full fine-tuning as the alternative text says", () => {
    expect(firstGain(curve("zero-shot-full", /fine-tuned for/)), "examples make the target worse").toBe(-1);
    const silent = curve("pretrained", /unrelated/)[0]!;
    expect(Math.min(...curve("zero-shot-full", /unrelated/))).toBeGreaterThan(silent);
  });
});
