import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { slimmed, withoutComments } from "../../../src/site/lesson/lessonTypes";
import { packageRoot } from "../../support/root";

const NODE = dirname(createRequire(join(packageRoot, "package.json")).resolve("@types/node/package.json"));

/** What a file declares, as the compiler prints it without comments, and what it refers to. */
function declared(path: string, text: string) {
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const { referencedFiles, libReferenceDirectives, typeReferenceDirectives } = file;
  const references = [referencedFiles, libReferenceDirectives, typeReferenceDirectives].map((all) =>
    all.map(({ fileName }) => fileName),
  );
  return { text: ts.createPrinter({ removeComments: true }).printFile(file), references };
}

describe("declarations without comments", () => {
  it("declare the same, and refer to the same files", () => {
    for (const name of [
      "index.d.ts",
      "ts5.6/index.d.ts",
      "fs.d.ts",
      "util.d.ts",
      "stream.d.ts",
      "test.d.ts",
    ]) {
      const path = join(NODE, name);
      const text = readFileSync(path, "utf8");
      const short = withoutComments(path, text);
      expect(declared(path, short), name).toEqual(declared(path, text));
      expect(short, name).not.toMatch(/\/\*\*/);
    }
  });

  it("leave alone what only looks like a comment", () => {
    const text =
      '/** said */ export declare const a: "/* no */" | "// no"; // gone\n/// kept\nexport type B = { /* gone */ c: 1 };\n';
    expect(withoutComments("a.d.ts", text)).toBe(
      'export declare const a: "/* no */" | "// no";\n/// kept\nexport type B = {  c: 1 };\n',
    );
  });

  it("are those of Node: what lessons call is explained in the page too", () => {
    const text = "/** said */\nexport declare const a: 1;\n";
    expect(slimmed(join(NODE, "a.d.ts"), text)).not.toContain("said");
    expect(slimmed(join(packageRoot, "src", "core", "dist", "a.d.ts"), text)).toContain("said");
    expect(slimmed("/any/node_modules/danfojs-node/dist/a.d.ts", text)).toContain("said");
  });
});
