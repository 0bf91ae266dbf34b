import { join } from "node:path";
import { recordsOf } from "@finetune-icl/base";
import { loadTable } from "@finetune-icl/files";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../support/root";

const pilot = (name: string) => recordsOf(loadTable(join(packageRoot, "data", "reference", `${name}.csv`)));

describe("the pilot runs of larger GPTs", () => {
  it("are whole, and start from a model that reads examples", () => {
    const large = pilot("gpt-regression-seed0");
    expect(large.length).toBe(720);
    for (const row of large.filter(({ step, task }) => step === 0 && task === "fresh"))
      expect(Number(row.risk_20_shots), JSON.stringify(row)).toBeLessThan(0.2);
  });

  it("bear out that queries and keys alone move nothing on zero-shot prompts", () => {
    const small = pilot("gpt-small-regression-seed0");
    const before = small.filter(({ trainable }) => trainable === "pretrained");
    const after = small.filter(({ trainable, step }) => trainable === "query-key" && step === 300);
    expect(after.length).toBeGreaterThan(0);
    for (const row of after) {
      const start = before.find(({ shots }) => shots === row.shots)!;
      for (const name of ["risk_fresh", "intrusion", "gain"])
        expect(Math.abs(Number(row[name]) - Number(start[name])), `${name} at ${row.shots}`).toBeLessThan(
          2e-3,
        );
    }
  });
});
