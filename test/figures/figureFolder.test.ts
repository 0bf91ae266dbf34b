import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FIGURE_FOLDER_VARIABLE, figureFolder, figureFolderOf } from "../../src/files/figureFolder";
import { packageRoot } from "../support/root";

describe("the tables behind figures", () => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), "figures-")));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("stay with the lessons of the package", () => {
    expect(figureFolderOf(join(packageRoot, "notebooks", "templates"))).toBe(
      join(packageRoot, "data", "figures"),
    );
    expect(figureFolder()).toBe(join(packageRoot, "data", "figures"));
  });

  it("stay with a course elsewhere, which has a package.json of its own", () => {
    const course = join(directory, "course");
    const notebooks = join(course, "notebooks", "week 1");
    mkdirSync(notebooks, { recursive: true });
    writeFileSync(join(course, "package.json"), "{}");
    expect(figureFolderOf(notebooks)).toBe(join(course, "data", "figures"));
    expect(figureFolderOf(course)).toBe(join(course, "data", "figures"));
  });

  it("go to the package where a notebook belongs to nothing", () => {
    expect(figureFolderOf("/")).toBe(join(packageRoot, "data", "figures"));
  });

  it("go where the environment says, whatever the folder", () => {
    process.env[FIGURE_FOLDER_VARIABLE] = directory;
    try {
      expect(figureFolder()).toBe(directory);
    } finally {
      delete process.env[FIGURE_FOLDER_VARIABLE];
    }
  });
});
