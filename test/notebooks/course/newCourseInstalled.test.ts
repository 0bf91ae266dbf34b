import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { compareNotebooks, describeDifference } from "../../../src/notebooks/runner/compareNotebooks";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { packageRoot } from "../../support/root";
import { runCli } from "../../support/runCli";

const works = (command: string, ...args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: "ignore" }).status === 0;
const hasRegistry = works("npm", "ping");
const hasJupyter = works("jupyter", "nbconvert", "--version");

const directory = mkdtempSync(join(tmpdir(), "installed-"));
const [tarballs, home, programs, folder] = ["tarballs", "home", "bin", "My course"].map((name) =>
  join(directory, name),
) as [string, string, string, string];

/** What an outer npm tells its scripts is not for an npm in another folder; its settings and its cache are. */
const env: NodeJS.ProcessEnv = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(package|lifecycle|config_local_prefix)|INIT_CWD|JUPYTER)/.test(name),
    ),
  ),
  npm_config_userconfig: process.env.npm_config_userconfig ?? join(homedir(), ".npmrc"),
  npm_config_cache: process.env.npm_config_cache ?? join(homedir(), ".npm"),
  npm_config_prefer_offline: "true",
  HOME: home,
  PATH: `${programs}${delimiter}${process.env.PATH}`,
};

/** The Python that Jupyter itself runs on, which is python3 in a container and on Binder, and may be another here. */
function jupyterPython(): string {
  const jupyter = execFileSync("sh", ["-c", "command -v jupyter"], { encoding: "utf8" }).trim();
  return /^#!(\S*python\S*)/.exec(readFileSync(jupyter, "utf8"))?.[1] ?? "/usr/bin/python3";
}

function run(command: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, env, encoding: "utf8" });
  expect(status, `${command} ${args.join(" ")}: ${stdout}${stderr}`).toBe(0);
}

describe.skipIf(process.env.CI === undefined && !hasRegistry)("a new course, really installed", () => {
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  // One test: installing takes a minute, and everything after it builds on what came before.
  it("installs from packed packages outside the clone, registers its kernel, runs, and agrees with itself", {
    timeout: 1_800_000,
  }, () => {
    for (const each of [tarballs, home, programs]) mkdirSync(each);
    if (hasJupyter) symlinkSync(jupyterPython(), join(programs, "python3"));
    const { workspaces } = JSON.parse(readFileSync(join(packageRoot, "package.json"), "utf8"));
    const all = workspaces ? ["--workspaces"] : [];
    execFileSync("npm", ["pack", "--ignore-scripts", "--pack-destination", tarballs, ...all], {
      cwd: packageRoot,
      env,
      stdio: "ignore",
    });
    const made = runCli(["new", folder, "--template", "--packages", tarballs]);
    expect(made.code, made.err).toBe(0);
    const notebook = join("notebooks", "lesson.ipynb");
    const table = join("data", "figures", "template-lesson.csv");
    const before = new Map([notebook, table].map((file) => [file, readFileSync(join(folder, file), "utf8")]));

    // What a container and Binder run: with Jupyter there, the kernel is registered in the user's home.
    if (hasJupyter) run("bash", "binder/postBuild");
    else run("npm", "install", "--no-audit", "--no-fund");
    const installed = join(folder, "node_modules", "@finetune-icl", "data");
    const tables = () => readdirSync(join(installed, "figures")).sort();
    const stored = tables();

    rmSync(join(folder, table));
    run("npm", "start");
    for (const [file, text] of before) expect(readFileSync(join(folder, file), "utf8"), file).toBe(text);
    expect(tables()).toEqual(stored);
    run("npm", "run", "check");

    // Its book: the lesson, which runs in its page, and no reference of sources that are not there.
    run("npx", "--no-install", "finetune-icl", "book");
    const book = join(folder, "book");
    expect(readdirSync(book)).toContain("lesson.html");
    expect(readdirSync(book).filter((name) => name.startsWith("reference-"))).toEqual([]);
    expect(readFileSync(join(book, "assets", "lessons", "lesson.js"), "utf8")).toContain(
      "finetuneIclLesson(",
    );

    if (!hasJupyter) return;
    const kernels = join(home, ".local", "share", "jupyter", "kernels");
    expect(existsSync(join(kernels, "tslab", "kernel.json"))).toBe(true);
    const execute = ["nbconvert", "--to", "notebook", "--execute", "--ExecutePreprocessor.timeout=600"];
    run("jupyter", ...execute, "--output-dir", directory, notebook);
    const [expected, got] = [join(folder, notebook), join(directory, "lesson.ipynb")].map((path) =>
      readNotebook(path),
    );
    const differences = compareNotebooks(expected!, got!).map((each) => describeDifference("lesson", each));
    expect(differences, differences.join("\n")).toEqual([]);
  });
});
