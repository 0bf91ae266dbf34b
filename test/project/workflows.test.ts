import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { manifest, readText, readYaml, repository } from "./support";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly "runs-on": string;
  readonly "timeout-minutes": number;
  readonly needs?: string;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly unknown[]>> };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly name: string;
  readonly on: unknown;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const FOLDER = join(".github", "workflows");
const workflows = readdirSync(join(repository, FOLDER)).map(
  (name) => [name, readYaml(FOLDER, name) as Workflow] as const,
);
const ci = workflows.find(([name]) => name === "ci.yml")![1];
const commandsOf = ({ steps }: Job) => steps.flatMap(({ run }) => run?.trim().split("\n") ?? []);
const nodesOf = ({ steps, strategy }: Job): readonly unknown[] =>
  steps
    .filter(({ uses }) => uses?.startsWith("actions/setup-node@"))
    .flatMap((step) => {
      const version = step.with?.["node-version"];
      const named = /^\$\{\{ matrix\.(\w+) \}\}$/.exec(String(version))?.[1];
      return named === undefined ? [version] : (strategy?.matrix[named] ?? []);
    });

/** The npm scripts, files and commands of this package that a shell line runs. */
function missing(line: string): readonly string[] {
  const words = line.split(/\s*&&\s*/).map((command) => command.trim());
  return words.filter((command) => {
    const script = /^npm (?:run )?(?:--silent )?([\w:-]+)/.exec(command)?.[1];
    if (script !== undefined) return !["ci", "install"].includes(script) && !(script in manifest.scripts);
    if (command.startsWith(".ci/")) return !existsSync(join(repository, command));
    return !/^npx finetune-icl \w/.test(command);
  });
}

describe.each(workflows)("the workflow %s", (_name, { name, on, permissions, jobs }) => {
  it("has a name, a cause, few rights, and jobs that end", () => {
    expect(name).toMatch(/\S/);
    expect(on).toBeTypeOf("object");
    expect(permissions).toMatchObject({ contents: "read" });
    for (const job of Object.values(jobs)) {
      expect(job["timeout-minutes"]).toBeGreaterThan(0);
      expect(job.needs === undefined || job.needs in jobs).toBe(true);
      for (const step of job.steps) expect([step.uses, step.run].filter(Boolean)).toHaveLength(1);
      for (const { uses } of job.steps) if (uses) expect(uses).toMatch(/^actions\/[a-z-]+@v\d+$/);
    }
  });

  it("runs only commands that there are", () => {
    for (const job of Object.values(jobs)) expect(commandsOf(job).flatMap(missing)).toEqual([]);
    expect(missing("npm run no-such-script && .ci/nothing")).toHaveLength(2);
  });

  it("uses versions of Node that the package promises", () => {
    const least = Number(/^>=(\d+)/.exec(manifest.engines.node)?.[1]);
    for (const job of Object.values(jobs))
      for (const version of nodesOf(job)) expect(version).toBeGreaterThanOrEqual(least);
  });
});

describe("CI", () => {
  const { matrix } = ci.jobs.whole!.strategy!;

  it("runs .ci/run on the oldest Node that the package promises and on later ones, on Linux and macOS", () => {
    expect(commandsOf(ci.jobs.whole!)).toEqual([".ci/run"]);
    expect(matrix.node).toEqual([20, 22, 24]);
    expect(matrix.node![0]).toBe(Number(/^>=(\d+)/.exec(manifest.engines.node)?.[1]));
    expect(matrix.os).toEqual(["ubuntu-latest", "macos-latest"]);
    expect(nodesOf(ci.jobs.whole!)).toEqual(matrix.node);
  });

  it("answers fast first", () => {
    expect(commandsOf(ci.jobs.fast!)).toContain("npm run test:fast");
    expect(ci.jobs.whole!.needs).toBe("fast");
  });
});

describe(".ci/run", () => {
  const script = readText(".ci", "run");

  it("is a program that bash can read", () => {
    accessSync(join(repository, ".ci", "run"), constants.X_OK);
    execFileSync("bash", ["-n", join(repository, ".ci", "run")]);
  });

  it("runs both commands of the README, whole and in this order", () => {
    const readme = [...readText("README.md").matchAll(/```sh\n([\s\S]*?)```/g)].map(([, text]) =>
      text!.trim(),
    );
    expect(readme).toEqual(expect.arrayContaining(["npm ci && npm start", "npm test"]));
    const commands = [...script.matchAll(/^(npm (?:ci|start|test))\b/gm)].map(([, command]) => command);
    expect(commands).toEqual(["npm ci", "npm start", "npm test"]);
  });
});
