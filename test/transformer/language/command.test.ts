import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder } from "@finetune-icl/files";
import { describe, expect, it } from "vitest";
import { runCli } from "../../support/runCli";

describe("finetune-icl language-model", () => {
  it("prepares a plan and says the one command of Python; says what is missing before it has run", () => {
    const { path, remove } = makeTemporaryFolder("language");
    const out = join(path, "tiny");
    const prepared = runCli(["language-model", "prepare", "--tiny", "--out", out]);
    expect(prepared.code, prepared.err).toBe(0);
    expect(JSON.parse(prepared.out)).toEqual({ cells: 182, files: 2 });
    expect(prepared.err).toMatch(/python \S+language_model\.py \S+ --tiny/);
    const early = runCli(["language-model", "summarise", out]);
    expect([early.code, early.out]).toEqual([2, ""]);
    expect(early.err).toContain("finished cells");
    remove();
  });

  it("takes multiple-choice questions in place of words", () => {
    const { path, remove } = makeTemporaryFolder("language");
    const file = join(path, "questions.jsonl");
    const subjects = ["law", "art", "sea", "war", "sky", "zoo"];
    const lines = subjects.flatMap((task) =>
      Array.from({ length: 12 }, (_, i) =>
        JSON.stringify({ task, question: `Is it ${i}?`, choices: ["yes", "no"], answer: i % 2 }),
      ),
    );
    writeFileSync(file, lines.join("\n"));
    const prepare = () =>
      runCli(["language-model", "prepare", "--tiny", "--choices", file, "--out", join(path, "out")]);
    const run = prepare();
    expect(run.code, run.err).toBe(0);
    const prompts = readFileSync(join(path, "out", "prompts", "law-0.jsonl"), "utf8");
    expect(prompts).toContain("\\nA. yes\\nB. no");

    writeFileSync(file, lines.slice(0, 24).join("\n"));
    const few = prepare();
    expect(few.code).toBe(2);
    expect(few.err).toContain("at least 6 subjects");
    remove();
  });
});
