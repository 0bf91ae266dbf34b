import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { DoneElsewhere, runFetched } from "../../../src/finetune-icl/fetchedCommand";

const folder = mkdtempSync(join(tmpdir(), "fetched-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const called = join(folder, "called");

/** An npm that writes down how it was called, and ends with 7. */
writeFileSync(
  join(folder, "npm"),
  `#!/bin/sh\nprintf '%s\\n' "$@" "fetched: $FINETUNE_ICL_FETCHED" > '${called}'\nexit 7\n`,
);
chmodSync(join(folder, "npm"), 0o755);
const { version } = require("finetune-icl/package.json") as { version: string };
const withNpm = { PATH: [folder, "/usr/bin", "/bin"].join(delimiter) };

describe("a command that is called once and needs what is not installed", () => {
  it("is run once more by npm, with the package of the same version and every argument, and ends as that does", () => {
    let end: unknown;
    try {
      runFetched("@finetune-icl/notebooks", ["new", "my course", "--lessons", "1,4"], withNpm);
    } catch (error) {
      end = error;
    }
    expect(end).toBeInstanceOf(DoneElsewhere);
    expect((end as DoneElsewhere).exitCode).toBe(7);
    expect(readFileSync(called, "utf8").trim().split("\n")).toEqual([
      "exec",
      "--yes",
      `--package=finetune-icl@${version}`,
      `--package=@finetune-icl/notebooks@${version}`,
      "--",
      "finetune-icl",
      ...["new", "my course", "--lessons", "1,4"],
      "fetched: 1",
    ]);
  });

  it("is left to its message where there is no npm, and where npm has brought it already", () => {
    rmSync(called, { force: true });
    runFetched("@finetune-icl/notebooks", ["new"], { PATH: "" });
    runFetched("@finetune-icl/notebooks", ["new"], { ...withNpm, FINETUNE_ICL_FETCHED: "1" });
    expect(() => readFileSync(called)).toThrow("ENOENT");
  });
});
