import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Page } from "../../src/book";
import { promisesOf } from "../../src/site/promises";
import { packageRoot } from "../support/root";

const promiseOf = promisesOf(readFileSync(join(packageRoot, "docs", "course.md"), "utf8"));
const pageOf = (file: string): Page => ({ file }) as Page;

describe("the card of a page", () => {
  it("promises something for every guide", () => {
    const guides = readdirSync(join(packageRoot, "docs")).filter((file) => file.endsWith(".md"));
    expect(guides.length).toBeGreaterThan(10);
    for (const guide of guides)
      expect(promiseOf(pageOf(guide.replace(/\.md$/, ".html"))), guide).toMatch(/^[A-Z].+\.$/);
  });

  it("promises something for every lesson", () => {
    const lessons = readdirSync(join(packageRoot, "notebooks")).filter((file) => file.endsWith(".ipynb"));
    for (const lesson of lessons)
      expect(promiseOf(pageOf(lesson.replace(/\.ipynb$/, ".html"))), lesson).toMatch(/^Afterwards you can /);
  });
});
