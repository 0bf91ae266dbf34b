import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { startNode } from "../notebooks/runner/support/processes";
import { PROGRAM, packageRoot } from "../support/root";

const base = mkdtempSync(join(tmpdir(), "kernel-install-"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("the installer", () => {
  let home: string;
  let kernels: string;
  beforeEach(() => {
    home = mkdtempSync(join(base, "home with spåce "));
    kernels = join(home, ".local", "share", "jupyter", "kernels");
  });

  const kernel = (root: string, ...args: readonly string[]) => {
    const env = {
      HOME: home,
      JUPYTER_DATA_DIR: "",
      XDG_DATA_HOME: "",
      JUPYTER_PATH: "",
      VIRTUAL_ENV: "",
      CONDA_PREFIX: "",
      // Neither is needed.
      PATH: "/nowhere",
    };
    return startNode([programOf(root), "kernel", ...args], env).ended;
  };
  const programOf = (root: string) =>
    root === packageRoot ? PROGRAM : join(root, "node_modules", "finetune-icl", "bin", "finetune-icl.js");
  const specOf = (folder: string) =>
    JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as {
      argv: string[];
      display_name: string;
      env: object;
    };

  it("leaves the kernel that is there where a file of the new one cannot be written, and takes away what killed ones left", async () => {
    expect((await kernel(packageRoot, "install")).code).toBe(0);
    const folder = join(kernels, "tslab");
    const before = readFileSync(join(folder, "kernel.json"), "utf8");
    const abandoned = join(kernels, ".tslab-abcdef");
    mkdirSync(abandoned);
    utimesSync(abandoned, 1, 1);
    // What stands in the way of one file: the folder used to be removed before the new one took its name.
    rmSync(join(folder, "logo-svg.svg"));
    mkdirSync(join(folder, "logo-svg.svg", "mine"), { recursive: true });
    const { code, stderr } = await kernel(packageRoot, "install");
    expect(stderr).toMatch(/^finetune-icl: .*tslab: not written \(.*\)\n$/);
    expect(code).toBe(1);
    expect(readFileSync(join(folder, "kernel.json"), "utf8")).toBe(before);
    expect(existsSync(join(folder, "logo-svg.svg", "mine"))).toBe(true);
    expect(readdirSync(kernels)).toEqual(["tslab"]);
  });

  it("writes full paths and pictures, says where, and takes all of it back", async () => {
    const { code, stdout, stderr } = await kernel(packageRoot, "install", "--user");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const folder = join(kernels, "tslab");
    expect(stdout).toContain(folder);
    expect(readdirSync(folder).sort()).toEqual(["kernel.json", "logo-64x64.png", "logo-svg.svg"]);
    const { argv, env } = specOf(folder);
    expect([realpathSync(argv[1]!), argv[2]]).toEqual([
      join(packageRoot, "src", "kernel", "dist", "main.js"),
      "{connection_file}",
    ]);
    expect(existsSync(argv[0]!)).toBe(true);
    expect(env).toEqual({});
    const again = await kernel(packageRoot, "install");
    expect([again.code, readdirSync(kernels)]).toEqual([0, ["tslab"]]);
    const removed = await kernel(packageRoot, "uninstall");
    expect(removed.stdout).toContain(folder);
    expect(readdirSync(kernels)).toEqual([]);
  });

  it("leaves another kernel of that name alone, and a prefix apart from the user's folder", async () => {
    const stock = join(kernels, "tslab");
    mkdirSync(stock, { recursive: true });
    const text = JSON.stringify({
      argv: ["tslab", "kernel", "--config-path", "{connection_file}"],
      display_name: "TypeScript",
      language: "typescript",
    });
    writeFileSync(join(stock, "kernel.json"), text);
    const { code, stdout, stderr } = await kernel(packageRoot, "install");
    expect({ code, stdout }).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("the kernel finetune-icl in "),
    });
    expect(stderr).toContain(`${stock} is another kernel and stays`);
    expect(readFileSync(join(stock, "kernel.json"), "utf8")).toBe(text);
    expect(specOf(join(kernels, "finetune-icl")).display_name).toBe("TypeScript (finetune-icl)");
    const refused = await kernel(packageRoot, "install", "--name", "tslab");
    expect(refused.code).not.toBe(0);
    expect(refused.stderr).toContain("is another kernel: give another --name");
    const prefix = join(home, "préfix");
    await kernel(packageRoot, "install", "--prefix", prefix, "--name", "own.name");
    expect(existsSync(join(prefix, "share", "jupyter", "kernels", "own.name", "kernel.json"))).toBe(true);
  });

  it("keeps two copies of the package side by side, and takes the place of one that is gone", async () => {
    const other = join(home, "ein anderes Paket");
    mkdirSync(other);
    const modules = join(other, "node_modules");
    mkdirSync(join(modules, "@finetune-icl"), { recursive: true });
    // The command line and the kernel are copies; what they use is that of this project.
    for (const name of readdirSync(join(packageRoot, "node_modules")).filter(
      (each) => !/finetune-icl$/.test(each),
    ))
      symlinkSync(join(packageRoot, "node_modules", name), join(modules, name));
    for (const name of readdirSync(join(packageRoot, "src")).filter((each) => !each.includes(".")))
      if (!["kernel", "finetune-icl"].includes(name))
        symlinkSync(join(packageRoot, "src", name), join(modules, "@finetune-icl", name));
    symlinkSync(join(packageRoot, "data"), join(modules, "@finetune-icl", "data"));
    for (const [name, as] of [
      ["kernel", join("@finetune-icl", "kernel")],
      ["finetune-icl", "finetune-icl"],
    ] as const)
      for (const part of ["bin", "dist", "node_modules", "package.json"]) {
        const from = join(packageRoot, "src", name, part);
        if (existsSync(from)) cpSync(from, join(modules, as, part), { recursive: true });
      }
    await kernel(packageRoot, "install");
    const second = await kernel(other, "install");
    expect(second.stderr).toContain("is another installation of this kernel and stays");
    const programs = () =>
      readdirSync(kernels)
        .sort()
        .map((name) => [name, realpathSync(specOf(join(kernels, name)).argv[1]!)]);
    expect(programs()).toEqual([
      ["finetune-icl", join(other, "node_modules", "@finetune-icl", "kernel", "dist", "main.js")],
      ["tslab", join(packageRoot, "src", "kernel", "dist", "main.js")],
    ]);
    const healthy = await kernel(packageRoot, "doctor");
    expect(healthy.stdout, healthy.stderr).toMatch(
      /ok: .*finetune-icl: starts and answers[\s\S]*ok: .*tslab: starts and answers/,
    );
    rmSync(other, { recursive: true });
    const sick = await kernel(packageRoot, "doctor");
    expect(sick.code).toBe(1);
    expect(sick.stdout).toMatch(
      /wrong: .*finetune-icl: its program, .* is gone; cure: npx finetune-icl kernel install --name finetune-icl\n/,
    );
  });

  it("the doctor says what to do where nothing is installed", async () => {
    const { code, stdout } = await kernel(packageRoot, "doctor");
    expect(code).toBe(1);
    expect(stdout).toBe(
      "wrong: the kernel is not installed where Jupyter looks; cure: npx finetune-icl kernel install\n",
    );
  });
});
