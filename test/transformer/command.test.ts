import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder } from "@finetune-icl/files";
import { describe, expect, it } from "vitest";
import { runCli } from "../support/runCli";

describe("finetune-icl transformer --quick", () => {
  it("runs live, goes on from what was finished, and gives the same bytes whatever came before", () => {
    const { path, remove } = makeTemporaryFolder("transformer");
    const run = (cells: string, out: string) => {
      const {
        code,
        out: printed,
        err,
      } = runCli([
        ...["transformer", "--quick", "--jobs", "2", "--cells", cells],
        ...["--out", join(path, out)],
      ]);
      expect(code, err).toBe(0);
      return JSON.parse(printed) as { readonly units: number };
    };
    const table = (out: string, name: string) => readFileSync(join(path, out, `${name}.csv`), "utf8");

    const first = run("2", "here");
    expect(first.units).toBe(4);
    const before = table("here", "paths");
    run("3", "here");
    expect(table("here", "paths").startsWith(before)).toBe(true);
    expect(table("here", "paths").length).toBeGreaterThan(before.length);

    expect(readFileSync(join(path, "here", "README.md"), "utf8")).toContain(
      "npx finetune-icl transformer --quick --cells 3",
    );

    // From nothing, in two parts, each with the pretrainings that it starts from, and put together.
    const parts = [1, 2].map((i) => join(path, `part-${i}.json`));
    for (const [i, part] of parts.entries()) {
      const { code, err } = runCli([
        ...["transformer", "--quick", "--jobs", "2", "--cells", "3"],
        ...["--shard", `${i + 1}/2`, "--out", part],
      ]);
      expect(code, err).toBe(0);
    }
    const merged = runCli(["merge", ...parts, "--out", join(path, "merged")]);
    expect(merged.code, merged.err).toBe(0);
    for (const name of ["pretraining", "paths", "matched"])
      expect(table("merged", name), name).toBe(table("here", name));
    remove();
  });
});
