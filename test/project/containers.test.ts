import { execFileSync, spawnSync } from "node:child_process";
import { accessSync, chmodSync, constants, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it } from "vitest";
import { containerFiles } from "../../src/notebooks/course/containerFiles";
import { manifest, readText, readYaml, repository } from "./support";

const files = containerFiles({
  name: "finetune-icl",
  install: ["npm ci --no-audit --no-fund", "npm run build"],
  extensions: ["biomejs.biome"],
});

describe("containers and Binder", () => {
  it.each([...files])("find %s in the repository as in a course made from it", (path, text) => {
    // The formatter of this repository lays JSON out in its own way.
    if (path.endsWith(".json")) expect(JSON.parse(readText(path))).toEqual(JSON.parse(text));
    else expect(readText(path)).toBe(text);
  });

  it("find a development container in the form of its specification", () => {
    const container = JSON.parse(files.get(".devcontainer/devcontainer.json")!);
    expect(container).toMatchObject({
      name: expect.stringMatching(/\S/),
      image: expect.stringMatching(/^mcr\.microsoft\.com\/devcontainers\/[a-z-]+:[\w.-]+$/),
      postCreateCommand: expect.stringContaining("bash binder/postBuild"),
      customizations: { vscode: { extensions: expect.arrayContaining(["ms-toolsai.jupyter"]) } },
    });
    for (const [feature, options] of Object.entries(container.features)) {
      expect(feature).toMatch(/^ghcr\.io\/devcontainers\/features\/[a-z-]+:\d+$/);
      expect(options).toBeTypeOf("object");
    }
    for (const port of container.forwardPorts) expect(Number.isInteger(port)).toBe(true);
  });

  it("find an environment that conda can read, with a Node that the package promises", () => {
    const environment = readYaml("binder", "environment.yml") as {
      channels: string[];
      dependencies: string[];
    };
    expect(environment.channels).toEqual(["conda-forge"]);
    const node = environment.dependencies.map((each) => /^nodejs=(\d+)$/.exec(each)?.[1]).find(Boolean);
    const least = Number(/^>=(\d+)/.exec(manifest.engines.node)?.[1]);
    expect(Number(node)).toBeGreaterThanOrEqual(least);
    const { features } = JSON.parse(files.get(".devcontainer/devcontainer.json")!);
    expect(features["ghcr.io/devcontainers/features/node:1"]).toEqual({ version: node });
  });

  // The same script with a real installation runs for a course: test/notebooks/course/newCourseInstalled.test.ts.
  it("run postBuild, which installs, builds and registers the kernel, and stops at what fails", () => {
    const home = mkdtempSync(join(tmpdir(), "home-"));
    const script = join(repository, "binder", "postBuild");
    accessSync(script, constants.X_OK);
    // Installing here would take away the packages that these tests run on.
    writeFileSync(
      join(home, "npm"),
      `#!/bin/sh\necho "$PWD: npm $*" >>"${home}/calls"\n[ "$2" != "$FAILS" ]\n`,
    );
    chmodSync(join(home, "npm"), 0o755);
    const run = (fails: string) => {
      rmSync(join(home, "calls"), { force: true });
      const env = {
        ...process.env,
        HOME: home,
        FAILS: fails,
        PATH: `${home}${delimiter}${process.env.PATH}`,
      };
      const { status } = spawnSync(script, { cwd: home, env, stdio: "ignore" });
      return { status, calls: readFileSync(join(home, "calls"), "utf8").trim().split("\n") };
    };
    const here = execFileSync("pwd", ["-P"], { cwd: repository, encoding: "utf8" }).trim();
    const calls = ["ci --no-audit --no-fund", "run build", "run kernel"].map(
      (each) => `${here}: npm ${each}`,
    );
    expect(run("nothing")).toEqual({ status: 0, calls });
    expect(run("--no-audit")).toEqual({ status: 1, calls: calls.slice(0, 1) });
    rmSync(home, { recursive: true });
  });
});
