import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, relative } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import {
  courseManifest,
  coursePackages,
  type PackageManifest,
  tarballName,
} from "../../../src/notebooks/course/courseManifest";
import { lessonFiles } from "../../../src/notebooks/course/lessonFiles";
import { courseName, newCourseFiles } from "../../../src/notebooks/course/newCourse";
import { courseNotebooks } from "../../../src/notebooks/runner/courseNotebooks";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { packageRoot } from "../../support/root";
import { runMain } from "../../support/runMain";
import { CELLS, notebookOf } from "./support/lesson";

const own: PackageManifest = JSON.parse(
  readFileSync(join(packageRoot, "src", "finetune-icl", "package.json"), "utf8"),
);
const example: PackageManifest = {
  name: "optics",
  version: "1.2.3",
  scripts: { kernel: "kernel install", test: "secret" },
  dependencies: { "@optics/lenses": "1.2.3", lens: "^4.0.0", "@opticsx/other": "1.0.0" },
  overrides: { heavy: { lens: "$lens", light: "npm:@light/light@^2.0.0" }, old: "3.0.0" },
};
const withCode = (...sources: readonly string[]) =>
  notebookOf(
    sources.map((source, index) => ({
      cell_type: "code" as const,
      id: `c${index}`,
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    })),
  );

describe("the package.json of a new course", () => {
  it("asks for the package and its own scope in the version that made the course", () => {
    expect(coursePackages(example)).toEqual(["optics", "@optics/lenses"]);
    expect(courseManifest({ name: "mine", own: example }).dependencies).toEqual({
      optics: "^1.2.3",
      "@optics/lenses": "^1.2.3",
    });
  });

  it("has the overrides of the package, with versions in place of its references", () => {
    expect(courseManifest({ name: "mine", own: example }).overrides).toEqual({
      heavy: { lens: "^4.0.0", light: "npm:@light/light@^2.0.0" },
      old: "3.0.0",
    });
    const real = courseManifest({ name: "mine", own }).overrides;
    expect(JSON.stringify(real)).not.toContain('"$');
    expect(Object.keys(real ?? {})).toEqual(Object.keys(own.overrides ?? {}));
  });

  it("refuses a reference to what the package does not depend on", () => {
    const broken = { ...example, overrides: { heavy: { lens: "$nothing" } } };
    expect(() => courseManifest({ name: "mine", own: broken })).toThrow(
      "lens: $nothing is no dependency of optics",
    );
  });

  it("runs and checks the notebooks of its folder, and registers the kernel as the package does", () => {
    expect(courseManifest({ name: "mine", own: example }).scripts).toEqual({
      start: "optics notebooks notebooks/*.ipynb",
      check: "optics notebooks --check notebooks/*.ipynb",
      kernel: "optics kernel install --user",
    });
  });

  it("takes packed packages by the names that npm pack gives", () => {
    expect(tarballName("@optics/lenses", "1.2.3")).toBe("optics-lenses-1.2.3.tgz");
    const tarballs = new Map(
      ["optics-1.2.3.tgz", "optics-lenses-1.2.3.tgz"].map((file) => [file, new Uint8Array()]),
    );
    expect(courseManifest({ name: "mine", own: example, tarballs }).dependencies).toEqual({
      optics: "file:packages/optics-1.2.3.tgz",
      "@optics/lenses": "file:packages/optics-lenses-1.2.3.tgz",
    });
    // A package that only others ask for, an earlier version, and something else.
    for (const file of ["optics-glass-1.2.3.tgz", "optics-1.2.2.tgz", "other-1.2.3.tgz"])
      tarballs.set(file, new Uint8Array());
    expect(courseManifest({ name: "mine", own: example, tarballs }).dependencies).toEqual({
      optics: "file:packages/optics-1.2.3.tgz",
      "@optics/glass": "file:packages/optics-glass-1.2.3.tgz",
      "@optics/lenses": "file:packages/optics-lenses-1.2.3.tgz",
    });
    tarballs.delete("optics-lenses-1.2.3.tgz");
    expect(() => courseManifest({ name: "mine", own: example, tarballs })).toThrow(
      "allowed: a folder that holds optics-lenses-1.2.3.tgz (npm pack)",
    );
  });

  it.each([
    ["Optics 2027", "optics-2027"],
    ["/a/b/c.d", "c-d"],
    ["...", "course"],
    ["optics", "my-optics"],
  ])("is called, in a folder %s, %s", (folder, name) => {
    expect(courseName(folder, ["optics"])).toBe(name);
  });
});

describe("the files that go along with a lesson", () => {
  const stored = [
    "data/a.csv",
    "data/b/c.csv",
    "data/b/d.json",
    "data/bc.csv",
    "data/figures/01-x.csv",
    "data/figures/02-x.csv",
  ];

  it("are those that it reads, and the tables that its figures stored", () => {
    const lesson = withCode('load("../data/b"); load("../data/a.csv");', 'saveFigureTable("01-x", table);');
    expect(lessonFiles(lesson, stored)).toEqual([
      "data/a.csv",
      "data/b/c.csv",
      "data/b/d.json",
      "data/figures/01-x.csv",
    ]);
    expect(lessonFiles(notebookOf(CELLS), [])).toEqual([]);
    const text = "See [a](../docs/a.md#part?x=1), [b](../docs/b.md) and [c](https://example.org/docs/c.md).";
    const page = notebookOf([{ cell_type: "markdown", id: "t", metadata: {}, source: text }]);
    expect(lessonFiles(page, ["docs/a.md", "docs/c.md"])).toEqual(["docs/a.md"]);
  });

  it("are there, and named as a text", () => {
    expect(() => lessonFiles(withCode('load("../data/e.csv")'), stored)).toThrow(
      "../data/e.csv: a lesson reads it",
    );
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the code of a cell.
    expect(() => lessonFiles(withCode("load(`../data/${name}.csv`)"), stored)).toThrow(
      "one text between double quotes",
    );
  });

  it("are, over all lessons of the course, all tables in data/figures", () => {
    const figures = readdirSync(join(packageRoot, "data", "figures")).map((name) => `data/figures/${name}`);
    const data = readdirSync(join(packageRoot, "data"), { recursive: true, encoding: "utf8" });
    const all = data.map((name) => `data/${name}`);
    const paths = [...courseNotebooks(), join(packageRoot, "notebooks", "templates", "lesson.ipynb")];
    const found = new Set(paths.flatMap((path) => lessonFiles(readNotebook(path), all)));
    // The picture of the README is of no lesson.
    expect(figures.filter((file) => !found.has(file))).toEqual(["data/figures/readme-message.csv"]);
    for (const path of courseNotebooks()) {
      const foreign = lessonFiles(readNotebook(path), all).filter(
        (file) => file.startsWith("data/figures/") && !basename(file).startsWith(basename(path).slice(0, 3)),
      );
      expect(foreign, path).toEqual([]);
    }
  });
});

describe("a new course", () => {
  it("names nothing of the package's subject by itself", () => {
    const files = newCourseFiles({
      name: "mine",
      own: example,
      notebooks: new Map([["01-a.ipynb", "{}"]]),
      files: new Map([["data/a.csv", "x\n"]]),
    });
    expect([...files.keys()].sort()).toEqual([
      ".devcontainer/devcontainer.json",
      ".gitignore",
      "README.md",
      "binder/environment.yml",
      "binder/postBuild",
      "data/a.csv",
      "notebooks/01-a.ipynb",
      "package.json",
    ]);
    expect([...files.values()].join("\n")).not.toMatch(/finetune|attention|theor/i);
    const commands = /```sh\n([\s\S]*?)```/
      .exec(String(files.get("README.md")))?.[1]
      ?.trim()
      .split("\n");
    expect(commands?.map((line) => line.split("#")[0]?.trim())).toEqual([
      "npm install",
      "npm start",
      "npm run check",
    ]);
  });
});

describe("finetune-icl new", () => {
  const directory = mkdtempSync(join(tmpdir(), "new-"));
  const folder = join(directory, "course");
  const tree = () =>
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
      .sort();
  beforeEach(() => {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("takes lessons by number, as they are stored, with what they read", async () => {
    const { code, out, err } = await runMain("new", folder, "--lessons", "7b,1");
    expect({ code }, err).toEqual({ code: 0 });
    const [first, seventh] = ["01-", "07b-"].map((start) =>
      courseNotebooks().find((path) => basename(path).startsWith(start)),
    );
    expect(JSON.parse(out)).toMatchObject({
      folder,
      notebooks: [first, seventh].map((path) => `notebooks/${basename(path!)}`),
    });
    for (const path of [first!, seventh!])
      expect(readFileSync(join(folder, "notebooks", basename(path)), "utf8")).toBe(
        readFileSync(path, "utf8"),
      );
    const comparison = join("data", "experiment", "comparison.csv");
    expect(readFileSync(join(folder, comparison), "utf8")).toBe(
      readFileSync(join(packageRoot, comparison), "utf8"),
    );
    expect(tree()).toEqual(JSON.parse(out).files.map((file: string) => join("course", file)));
  });

  it.each([
    ["no option", [], ["lesson.ipynb"]],
    [
      "--template and a lesson",
      ["--template", "--lessons", "1"],
      ["01-in-context-learning-in-one-layer.ipynb", "lesson.ipynb"],
    ],
    ["all lessons", ["--lessons", "all"], courseNotebooks().map((path) => basename(path))],
  ])("with %s has these notebooks", async (_name, args, notebooks) => {
    const { code, err } = await runMain("new", folder, ...args);
    expect({ code }, err).toEqual({ code: 0 });
    expect(readdirSync(join(folder, "notebooks")).sort()).toEqual(notebooks);
  });

  it("gives the same bytes every time", async () => {
    const bytes = () => tree().map((file) => [file, readFileSync(join(directory, file), "utf8")]);
    await runMain("new", folder, "--template");
    const before = bytes();
    rmSync(folder, { recursive: true });
    await runMain("new", folder, "--template");
    expect(bytes()).toEqual(before);
  });

  it.each<[string, () => readonly string[], string]>([
    [
      "a folder that holds something",
      () => {
        mkdirSync(folder);
        writeFileSync(join(folder, "thesis.txt"), "x");
        return [folder];
      },
      `folder: holds "${folder}"; allowed: a new or empty folder`,
    ],
    [
      "a file",
      () => {
        writeFileSync(folder, "x");
        return [folder];
      },
      `folder: holds "${folder}"; allowed: a new or empty folder`,
    ],
    ["no name", () => [""], 'folder: holds ""; allowed: a new or empty folder'],
    [
      "a lesson there is not",
      () => [folder, "--lessons", "1,99"],
      '--lessons: holds "1,99"; allowed: all, or numbers out of 1, 2, 3',
    ],
    [
      "words for numbers",
      () => [folder, "--lessons", "1,two"],
      '--lessons: holds "1,two"; allowed: all, or numbers',
    ],
    [
      "a folder of packages that is not there",
      () => [folder, "--packages", join(directory, "none")],
      "allowed: a folder of packed packages (npm pack)",
    ],
    [
      "packages that are not there",
      () => [folder, "--packages", directory],
      `--packages: holds []; allowed: a folder that holds ${tarballName(own.name, own.version)} (npm pack)`,
    ],
  ])("refuses %s: exit code 2, one line, nothing changed", async (_name, args, message) => {
    const words = args();
    const before = tree();
    const { code, out, err } = await runMain("new", ...words);
    expect({ code, out }, err).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(tree()).toEqual(before);
    expect(existsSync(join(folder, "package.json"))).toBe(false);
  });
});
