import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createProgress } from "../../src/files/progress";

function run(isTTY: boolean): string {
  const stream = Object.assign(new PassThrough(), { isTTY, columns: 80, rows: 24 });
  const progress = createProgress(2, stream as unknown as NodeJS.WriteStream);
  progress.step();
  progress.step();
  progress.log("a.ipynb: cell 1 failed");
  progress.stop();
  return String(stream.read() ?? "");
}

describe("progress", () => {
  it("off a terminal is silent but for the messages", () =>
    expect(run(false)).toBe("a.ipynb: cell 1 failed\n"));

  it("on a terminal is a bar, and messages still appear, even just before its end", () => {
    const printed = run(true);
    expect(printed).toContain("2 of 2 cells");
    expect(printed).toContain("a.ipynb: cell 1 failed\n");
  });

  it.each([true, false])(
    "prints nothing from a message that a terminal would obey (on a terminal: %s)",
    (isTTY) => {
      const stream = Object.assign(new PassThrough(), { isTTY, columns: 200, rows: 24 });
      const progress = createProgress(1, stream as unknown as NodeJS.WriteStream);
      progress.log("a\u001b]0;title\u0007\tb\nc\u009b31m\u202e");
      progress.stop();
      expect(String(stream.read())).toContain("a\\u001b]0;title\\u0007\tb\nc\\u009b31m\\u202e\n");
    },
  );

  it("on a terminal changes no setting that a killed run would leave behind", () =>
    // Line wrapping (?7) and the cursor (?25).
    expect(run(true)).not.toMatch(/\?(?:7|25)[lh]/));
});
