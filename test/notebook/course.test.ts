import { describe, expect, it } from "vitest";
import { runCli } from "../support/runCli";

describe("the course", () => {
  it("gives the stored outputs again on a fresh kernel each", { timeout: 300_000 }, () => {
    const { code, out, err } = runCli(["notebooks", "--check"]);
    expect({ code, err }).toMatchObject({ code: 0 });
    const { notebooks } = JSON.parse(out) as {
      notebooks: { notebook: string; status: string; seconds: number }[];
    };
    expect(notebooks.map(({ status }) => status)).toEqual(notebooks.map(() => "ok"));
    expect(notebooks.length).toBeGreaterThanOrEqual(3);
  });
});
