import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder } from "@finetune-icl/files";
import { describe, expect, it } from "vitest";
import { expectClose } from "../support/expectClose";
import { packageRoot } from "../support/root";
import { lossesHere, TWIN_CASES, twinRequest } from "./twin";

/** What PyTorch gave, and for which request. */
interface Fixture {
  readonly torch: string;
  /** SHA-256 of the request: another request needs another run. */
  readonly request: string;
  readonly losses: Readonly<Record<string, readonly number[]>>;
}

const FIXTURE = join(__dirname, "fixtures", "pytorch.json");
const ASKED = process.env.FINETUNE_ICL_TORCH;
const request = JSON.stringify(twinRequest());
const requestHash = createHash("sha256").update(request).digest("hex");

/** Asks the PyTorch program; with FINETUNE_ICL_TORCH=the Python that has torch, and UPDATE=1 to keep what it says. */
function askTorch(python: string): Fixture {
  const { path, remove } = makeTemporaryFolder("twin");
  writeFileSync(join(path, "cases.json"), request);
  const script = join(packageRoot, "src", "transformer", "pytorch", "gpt.py");
  const { stdout, stderr } = spawnSync(python, [script, join(path, "cases.json")], { encoding: "utf8" });
  remove();
  expect(stdout, stderr).not.toBe("");
  return { request: requestHash, ...(JSON.parse(stdout) as Pick<Fixture, "torch" | "losses">) };
}

const CLOSE = {
  tolerance: 2e-5,
  reason:
    "losses of order 1 to 10 in float32, exp and tanh good to 2e-7, four steps of Adam that divide by small gradients",
};

const compare = ({ losses }: Fixture): void => {
  expect(Object.keys(losses)).toEqual(TWIN_CASES.map(({ name }) => name));
  for (const each of TWIN_CASES) {
    const here = lossesHere(each);
    losses[each.name]!.forEach((there, step) => {
      expectClose(here[step]! / there, 1, {
        ...CLOSE,
        input: { case: each.name, step, here: here[step], there },
      });
    });
  }
};

describe("the GPT beside PyTorch", () => {
  it("has the losses that PyTorch has, step by step, whatever is trained", () => {
    if (ASKED !== undefined && process.env.UPDATE === "1")
      writeFileSync(FIXTURE, `${JSON.stringify(askTorch(ASKED), null, 1)}\n`);
    const fixture = JSON.parse(readFileSync(FIXTURE, "utf8")) as Fixture;
    expect(fixture.request, "the fixture is of another request: run PyTorch again").toBe(requestHash);
    compare(fixture);
  });

  it.skipIf(ASKED === undefined)("and the PyTorch program says so again", () => {
    compare(askTorch(ASKED!));
  });
});
