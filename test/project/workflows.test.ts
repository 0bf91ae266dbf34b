import { execFileSync, spawnSync } from "node:child_process";
import {
  accessSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
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

describe(".ci/browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "browsers-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What it finds among these programs, and nowhere else. */
  function found(programs: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
    const path = mkdtempSync(join(folder, "path-"));
    for (const tool of ["bash", "env"]) symlinkSync(realpathSync(`/usr/bin/${tool}`), join(path, tool));
    for (const [name, text] of Object.entries(programs))
      writeFileSync(join(path, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const { status, stdout } = spawnSync("/bin/bash", [join(repository, ".ci", "browser")], {
      encoding: "utf8",
      env: { PATH: path, ...env },
    });
    return status === 0 ? basename(stdout.trim()) : status;
  }

  it.skipIf(process.platform === "darwin")(
    "finds a browser by any of its names, and no program that only bears one",
    () => {
      for (const name of ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"])
        expect(found({ [name]: "exit 0" })).toBe(name);
      expect(found({ chromium: "exit 0", "google-chrome": "exit 0" })).toBe("chromium");
      // Ubuntu's stand-in for a snap that is not installed.
      const stub = "echo 'requires the chromium snap to be installed'; exit 1";
      expect(found({ "chromium-browser": stub, "google-chrome": "exit 0" })).toBe("google-chrome");
      expect(found({ "chromium-browser": stub })).toBe(1);
      expect(found({})).toBe(1);
    },
  );

  it("takes the one that CHROME_PATH names, or none", () => {
    expect(found({ mine: "exit 0", chromium: "exit 0" }, { CHROME_PATH: "mine" })).toBe("mine");
    expect(found({ chromium: "exit 0" }, { CHROME_PATH: "nothing" })).toBe(1);
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

  /** Runs the script in a small tree, with stand-ins for npm and for the clients that it looks for. */
  function runIn(tree: string, npm: string, stands: Readonly<Record<string, string>> = {}) {
    mkdirSync(join(tree, ".ci"), { recursive: true });
    for (const name of ["run", "browser"])
      copyFileSync(join(repository, ".ci", name), join(tree, ".ci", name));
    writeFileSync(join(tree, "table.csv"), "a\n1\n");
    mkdirSync(join(tree, "test", "peers"), { recursive: true });
    writeFileSync(join(tree, "test", "peers", "setup.sh"), "#!/bin/sh\n", { mode: 0o755 });
    const programs = join(tree, "node_modules", "programs");
    mkdirSync(programs, { recursive: true });
    for (const [name, text] of [
      ["npm", npm],
      ["jupyter", "true"],
      ["chromium", "true"],
      ["parallel", "true"],
      // No SymPy, and none to be had.
      ["python3", "exit 1"],
      ["apt-get", "exit 1"],
      ...Object.entries(stands),
    ] as const)
      writeFileSync(join(programs, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const env = { ...process.env, PATH: `${programs}${delimiter}${process.env.PATH}` };
    return spawnSync("bash", [join(tree, ".ci", "run")], { encoding: "utf8", env });
  }

  it("installs a browser only where there is none by any name", () => {
    const tree = mkdtempSync(join(tmpdir(), "ci-"));
    const installed = join(tree, "node_modules", "installed");
    try {
      const apt = `[ "$1" = install ] && echo "$@" >>${installed}; exit 0`;
      const run = (browsers: Readonly<Record<string, string>>) => {
        rmSync(installed, { force: true });
        const env = { sudo: 'exec "$@"', "apt-get": apt, ...browsers };
        const { status, stderr } = runIn(tree, "exit 0", env);
        expect(status, stderr).toBe(1);
        return existsSync(installed) ? readFileSync(installed, "utf8") : "";
      };
      const none = Object.fromEntries(
        ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].map((name) => [
          name,
          "exit 1",
        ]),
      );
      expect(run(none)).toMatch(/chromium fonts-dejavu-core/);
      expect(run({ ...none, "google-chrome": "exit 0" })).not.toContain("chromium");
    } finally {
      rmSync(tree, { recursive: true, force: true });
    }
  });

  it.each([
    ["says how long each took, and ends as the tests end", "", 0, "3 passed, 0 failed, 0 skipped"],
    ["fails when the tests fail", "[ $1 = test ] && exit 1", 1, "3 passed, 0 failed, 0 skipped"],
    ["fails when npm start changes a stored byte", "[ $1 = start ] && echo 2 >>table.csv", 1, undefined],
    ["fails when npm start leaves a new file", "[ $1 = start ] && touch new.csv", 1, undefined],
    [
      "lets the build and the book be",
      "[ $1 = start ] && mkdir -p dist book && touch dist/a book/b",
      0,
      "3 passed",
    ],
    ["fails when the installation fails", "[ $1 = ci ] && exit 1", 1, undefined],
  ])("%s", (_name, does, code, last) => {
    const tree = mkdtempSync(join(tmpdir(), "ci-"));
    try {
      const closing = '[ $1 = test ] && echo "3 passed, 0 failed, 0 skipped"';
      const { status, stdout, stderr } = runIn(tree, `${closing}\n${does}\nexit 0`);
      expect(status, stdout + stderr).toBe(code);
      const lines = stdout.trim().split("\n");
      if (last === undefined) expect(stdout).not.toContain("passed");
      else {
        expect(lines.at(-1)).toContain(last);
        expect(lines.at(-2)).toMatch(/npm ci && npm start took \d+ s; npm test took \d+ s$/);
      }
      if (does.includes(".csv")) expect(stderr).toMatch(/npm start changed these files[\s\S]*\.csv/);
    } finally {
      rmSync(tree, { recursive: true, force: true });
    }
  });
});
