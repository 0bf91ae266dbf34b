import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openCheckpoint } from "../../src/files/checkpoint";

const folder = mkdtempSync(join(tmpdir(), "checkpoint-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a checkpoint", () => {
  it("gives back what was added, and nothing of a file in which something was changed", () => {
    const first = openCheckpoint<{ readonly x: number }>(folder, { a: 1 }, []);
    first.add("one", { x: 0.1 });
    first.add("two", { x: 2 });
    expect(first.kept()).toBe(2);
    const again = () => [...openCheckpoint(folder, { a: 1 }, []).results];
    expect(again()).toEqual([
      ["one", { x: 0.1 }],
      ["two", { x: 2 }],
    ]);
    const path = join(folder, readdirSync(folder)[0]!);
    const text = readFileSync(path, "utf8");
    for (const edited of [text.replace("0.1", "0.2"), text.replace("0.1", '"a"'), text.slice(0, -5), ""]) {
      writeFileSync(path, edited);
      expect(again(), edited).toEqual([]);
    }
    first.clear();
    expect(existsSync(path)).toBe(false);
  });

  it("takes over nothing that was copied from other work", () => {
    const [from, to] = [join(folder, "from"), join(folder, "to")];
    for (const [where, seed] of [
      [from, 1],
      [to, 2],
    ] as const)
      openCheckpoint(where, { seed }, []).add("one", seed);
    const [mine, theirs] = [to, from].map((where) => join(where, readdirSync(where)[0]!)) as [string, string];
    writeFileSync(mine, readFileSync(theirs));
    expect([...openCheckpoint(to, { seed: 2 }, []).results]).toEqual([]);
  });

  it("that may fail does without a folder that cannot be written to, and says that nothing is kept", () => {
    writeFileSync(join(folder, "file"), "");
    const nowhere = join(folder, "file", "below");
    const tolerant = openCheckpoint<number>(nowhere, {}, [], { mayFail: true });
    tolerant.add("one", 1);
    tolerant.add("two", 2);
    expect([tolerant.results.size, tolerant.kept()]).toEqual([2, 0]);
    tolerant.clear();
    expect(() => openCheckpoint<number>(nowhere, {}, []).add("one", 1)).toThrow(/not written/);
  });
});
