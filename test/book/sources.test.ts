import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { framedPage } from "../../src/book/frame";
import { readSources } from "../../src/book/sources";

const root = mkdtempSync(join(tmpdir(), "sources-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, "notebooks"));
const having = (manifest: string) => {
  writeFileSync(join(root, "package.json"), manifest);
  return readSources(root);
};

it("a project without a version, licence or name is one all the same", () => {
  const { version, licence } = having("{}");
  expect({ version, licence }).toEqual({ version: undefined, licence: undefined });
  expect(having('{"version": "1.2.0", "license": "MIT"}')).toMatchObject({
    version: "1.2.0",
    licence: "MIT",
  });
  const page = {
    file: "a.html",
    title: "A",
    summary: "One page.",
    part: "guides",
    html: "",
    headings: [],
    sections: [],
  } as unknown as Parameters<typeof framedPage>[0];
  const framed = framedPage(page, { title: "Mine", version, licence, generator: "book", pages: [page] });
  expect(framed).toContain("<footer><p>Mine · This page");
});

it.each([
  ["{", /^package\.json: holds ".*"; allowed: JSON/],
  ["[]", /^package\.json: holds ".*"; allowed: an object/],
  ['{"version": 1}', /^package\.json: version: holds 1; allowed: a text, or nothing/],
])("a package.json that is none is named: %s", (manifest, said) => {
  expect(() => having(manifest)).toThrow(said);
});
