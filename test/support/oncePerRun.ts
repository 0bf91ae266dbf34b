import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { writeWhole } from "../../src/files";

const LOOK_MS = 100;

/**
 * What some work returns, done once in a whole run of the tests, by the first file that asks: the others, in other processes,
 * wait for it. What it returns must be JSON; what it makes it puts into the folder that it is given.
 * @throws in every file when the work fails.
 */
export async function oncePerRun<Value>(
  name: string,
  work: (folder: string) => Promise<Value>,
): Promise<{ readonly value: Value; readonly folder: string }> {
  const folder = join(inject("runFolder"), name);
  const outcome = `${folder}.json`;
  if (isFirst(folder)) {
    const said = await work(folder).then(
      (value) => ({ value }),
      (error: unknown) => ({ error: String(error) }),
    );
    writeWhole(outcome, JSON.stringify(said));
  }
  while (!existsSync(outcome)) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  const { value, error } = JSON.parse(readFileSync(outcome, "utf8")) as { value: Value; error?: string };
  if (error !== undefined) throw new Error(`${name}: ${error}`);
  return { value, folder };
}

/** Of all processes one makes the folder. */
function isFirst(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch {
    return false;
  }
}
