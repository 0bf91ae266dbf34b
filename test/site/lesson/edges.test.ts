import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type BuiltBook, sharedBook } from "../../book/support";
import { browserProgram, startBrowser } from "../../figures/support/browser";
import { packageRoot } from "../../support/root";
import { type OpenLesson, openLesson, putCode, writeCode } from "./support";

const mustRun = process.env.CI !== undefined;
const LESSON = "01-in-context-learning-in-one-layer";

// Ids of the first cells of the lesson, which the tests fill with code of their own.
const [A, B, C, D] = ["import", "parameters", "opening-draw", "opening-figure"] as const;

describe.skipIf(browserProgram === undefined && !mustRun)("a lesson in its page", () => {
  let browser: Browser;
  let book: BuiltBook;
  /** One page for all tests that do not need one of their own: to start a worker takes seconds. */
  let lesson: OpenLesson;
  beforeAll(async () => {
    [browser, book] = await Promise.all([startBrowser(), sharedBook()]);
    lesson = await openLesson(browser, book, LESSON);
  });
  afterAll(async () => {
    await browser?.close();
  });

  /** Puts these codes into the lesson's cells. */
  const put = (codes: Readonly<Record<string, string>>) => putCode(lesson, book, LESSON, codes);
  /** Runs these codes, one cell after the other, and gives what each shows. */
  async function shown(...codes: readonly string[]): Promise<readonly string[]> {
    const ids = [A, B, C, D].slice(0, codes.length);
    await put(Object.fromEntries(ids.map((id, i) => [id, codes[i]!])));
    for (const [i, id] of ids.entries()) {
      await lesson.press("run", id);
      await lesson.says(new RegExp(`(?:Cell|error in cell) ${i + 1}\\b`));
    }
    const outputs = await Promise.all(ids.map((id) => lesson.outputOf(id)));
    return outputs.map((text) => text.trim());
  }

  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  it("shares names between cells as the kernel does", async () => {
    expect(
      await shown(
        "let count = 1;\nconst read = () => count;\nconst fixed = 1;",
        "count = 5;\nconst fixed = 2;\nconst pair = { count, fixed };\nconsole.log(read(), pair);",
        "const { fixed: renamed } = pair;\nconst later: number = await new Promise((r) => setTimeout(() => r(7), 20));\nconsole.log(renamed, later);",
        "String(read() + later)",
      ),
    ).toEqual(["", "5 { count: 5, fixed: 2 }", "2 7", "12"]);
  });

  it("shows values as Node does, and errors with the cell's own lines", async () => {
    const [value, wrong, thrown, rejected] = await shown(
      'new Map<string, unknown>([["a", [1, 2.5, { b: null }]], ["c", new Float64Array(2)]])',
      'const n: number = "text";',
      'const fail = (): never => {\n  throw new RangeError("too far");\n};\nfail();',
      'setTimeout(() => { throw new Error("late"); }, 0);\nawait new Promise((r) => setTimeout(r, 50));',
    );
    expect(value).toBe("Map(2) {\n  'a' => [ 1, 2.5, { b: null } ],\n  'c' => Float64Array(2) [ 0, 0 ]\n}");
    expect(wrong).toContain("Type 'string' is not assignable to type 'number'. (TS2322)");
    expect(wrong).toContain('   1 | const n: number = "text";');
    expect(thrown).toContain("RangeError: too far");
    expect(thrown).toContain('   2 |   throw new RangeError("too far");');
    expect(thrown).toMatch(/at fail \(cell 3:2:\d+\)\n\s+at cell 3:4:\d+/);
    expect(rejected).toContain("Nobody handled this error:\nError: late");
  });

  it("shows an error that nobody threw with the cell's own lines too, as a value and printed", async () => {
    const made = await shown(
      'const made = new Error("made");\nmade',
      'console.log(1);\nconsole.log(new Error("printed"));',
    );
    expect(made[0]).toMatch(/^Error: made\n\s+at cell 1:1:\d+$/);
    expect(made[1]).toMatch(/^1\nError: printed\n\s+at cell 2:2:\d+$/);
  });

  it("can reach nothing but its page: no request, no storage, no other tab, no evaluation of text", async () => {
    const [names, evaluated, required] = await shown(
      `const all = globalThis as unknown as Record<string, unknown>;
["fetch", "XMLHttpRequest", "WebSocket", "EventSource", "importScripts", "Worker", "BroadcastChannel", "indexedDB", "caches", "navigator", "postMessage", "document", "localStorage", "FontFace", "fonts"].filter((name) => all[name] !== undefined).join()`,
      "try { console.log(new Function('return 1')()); } catch (error) { console.log((error as Error).name); }\ntry { console.log((0, eval)('1')); } catch (error) { console.log((error as Error).name); }",
      'import * as http from "node:http";\nhttp.get("http://127.0.0.1/");',
    );
    expect(names).toBe("");
    expect(evaluated).toBe("EvalError\nEvalError");
    expect(required).toContain("Cannot find module 'node:http'");
  });

  it("ends an endless loop within a second, says what is lost, and runs again", async () => {
    await put({ [A]: "const before = 1;", [B]: "console.log('on its way'); for (;;) {}", [C]: "before" });
    await lesson.press("run-to", B);
    await lesson.says(/Running cell 2/);
    // What was printed is seen while the loop goes on.
    await expect.poll(() => lesson.outputOf(B), { timeout: 30_000 }).toContain("on its way");
    // The page answers while the worker is busy.
    expect(await lesson.page.$eval("body", () => "answers")).toBe("answers");
    const started = Date.now();
    await lesson.press("stop");
    const words = await lesson.says(/Stopped/, 1000);
    expect(Date.now() - started).toBeLessThan(1000);
    expect(words).toBe("Stopped. What the cells had computed is lost: Run all starts anew.");
    await lesson.press("run", C);
    expect(await lesson.says(/error/)).toBe(
      "Stopped at an error in cell 3. Above it cells 1 to 2 had not run: try Run to here.",
    );
    expect(await lesson.outputOf(C)).toContain("Cannot find name 'before'");
    await lesson.press("run", A);
    await lesson.says(/Cell 1 ran/);
    expect(lesson.complaints).toEqual([]);
  });

  it("stops Run all at the first error and says which cells did not run", async () => {
    await put({ [A]: "const first = 1;", [B]: 'throw new Error("here");' });
    await lesson.press("run-all");
    expect(await lesson.says(/error/)).toBe("Stopped at an error in cell 2. Not run: cells 3 to 21.");
  });

  it("takes Reset during a run, and a second Run all, without mixing runs", async () => {
    await put({
      [A]: "await new Promise((r) => setTimeout(r, 600));\nconsole.log('once');",
      [B]: "console.log('twice');",
    });
    const stored = await lesson.outputOf("anatomy");
    await lesson.press("run-to", B);
    await lesson.says(/Running cell 1/);
    await lesson.press("reset");
    await lesson.says(/Reset/);
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(await lesson.says(/./)).toMatch(/^Reset/);
    expect(await lesson.outputOf(A)).toBe("");
    expect(
      await lesson.page.$eval("#cell-import", (cell) => (cell as HTMLElement).dataset.state),
    ).toBeUndefined();
    await lesson.press("run-to", B);
    // The buttons are off while a run goes on: pressed all the same, nothing begins.
    await lesson.says(/Running cell 1/);
    await lesson.press("run-to", B);
    await lesson.says(/2 cells ran/);
    expect([(await lesson.outputOf(A)).trim(), (await lesson.outputOf(B)).trim()]).toEqual(["once", "twice"]);
    expect(await lesson.outputOf("anatomy")).toBe(stored);
    // A reload half-way: the page is as it was built, and runs.
    await lesson.press("run", A);
    await lesson.says(/Running cell 1/);
    await lesson.page.reload();
    expect(await lesson.outputOf("anatomy")).toBe(stored);
    await lesson.press("run", B);
    await lesson.says(/Cell 2 ran/);
  });

  it("cuts 100,000 lines and a huge table, says so, and answers", async () => {
    await put({
      [A]: "for (let i = 0; i < 100_000; i += 1) console.log('line', i);",
      [B]: 'import { showTable } from "@finetune-icl/figures";\nshowTable({ columns: ["a", "b"], rows: Array.from({ length: 60_000 }, (_, i) => [i, i / 7]) });',
    });
    await lesson.press("run-to", B);
    await lesson.says(/2 cells ran/);
    const text = await lesson.outputOf(A);
    expect(text.length).toBeLessThan(110_000);
    expect(text).toContain("line 0\nline 1\n");
    expect(text).toMatch(/… cut here: \d+ more lines \(\d+ characters\) were printed\./);
    expect(await lesson.outputOf(B)).toMatch(/… cut here: this output has \d+ characters/);
  });

  it("reads a data file under the name that it has on the kernel, and keeps what a cell saves", async () => {
    const [rows, saved] = await shown(
      'import { loadTable, saveFigureTable, tableFrom } from "finetune-icl";\nloadTable("../data/experiment/comparison.csv").columns.length > 2',
      'saveFigureTable("a-name", tableFrom([{ a: 1 }]));\nloadTable("../data/figures/a-name.csv").rows',
    );
    expect([rows, saved]).toEqual(["true", "[ [ 1 ] ]"]);
  });

  it("runs to a cell what has not run as it is now: cells whose code has changed since, and no others", async () => {
    const codes = {
      [A]: "console.log('first');",
      [B]: "let times = 0;",
      [C]: "times += 1;\nconsole.log(times);",
    };
    await put(codes);
    await lesson.press("run-to", C);
    await lesson.says(/3 cells ran/);
    await put({ ...codes, [A]: "console.log('changed');" });
    await lesson.press("run-to", C);
    await lesson.says(/2 cells ran/);
    expect([(await lesson.outputOf(A)).trim(), (await lesson.outputOf(C)).trim()]).toEqual(["changed", "2"]);
  });

  it("runs to a cell what depends on a changed cell above, too, or on one that has run again since", async () => {
    const codes = {
      [A]: "let base = 1;",
      [B]: "const double = base * 2;",
      [C]: "console.log('apart');",
      [D]: "console.log(double);",
    };
    await put(codes);
    await lesson.press("run-to", D);
    await lesson.says(/4 cells ran/);
    await put({ ...codes, [A]: "let base = 5;" });
    await lesson.press("run-to", D);
    await lesson.says(/3 cells ran/);
    expect((await lesson.outputOf(D)).trim()).toBe("10");
    await put({ ...codes, [A]: "let base = 7;" });
    expect(await said()).toEqual(["its code has changed since it ran", "", "", ""]);
    await lesson.press("run", A);
    await lesson.says(/Cell 1 ran/);
    // No cell shows what it would not show now without a word.
    const words = "what it uses above has changed since, or has not run";
    await expect.poll(said).toEqual(["", words, "", words]);
    expect(await lesson.page.isHidden(`#cell-${B} .cell-mark`)).toBe(true);
    await lesson.press("run-to", D);
    await lesson.says(/2 cells ran/);
    expect((await lesson.outputOf(D)).trim()).toBe("14");
    expect(await said()).toEqual(["", "", "", ""]);
  });

  /** What the first cells say of outputs that are no longer those of the code that stands there. */
  const said = () =>
    Promise.all(
      [A, B, C, D].map((id) =>
        lesson.page.$eval(`#cell-${id} .cell-since`, (place) => String(place.textContent)),
      ),
    );

  it("takes Reset while the form of constants is made, and a second run, with a word that is true", async () => {
    await lesson.press("reset");
    await lesson.press("parameters", B);
    await lesson.press("reset");
    await pause(500);
    expect(await lesson.says(/./)).toMatch(/^Reset/);
    await put({ [A]: "await new Promise((r) => setTimeout(r, 1500));", [D]: "'other'" });
    await writeCode(lesson, D, "'another'");
    await lesson.press("run", A);
    await lesson.says(/Running cell 1/);
    await lesson.page.keyboard.press("Control+Enter");
    expect(await lesson.says(/^A run is going on/)).toBe(
      "A run is going on, and one is run at a time: wait, or Stop.",
    );
    await lesson.says(/Cell 1 ran/);
    await lesson.press("edit", D);
    expect(lesson.complaints).toEqual([]);
  });

  it("keeps to the sizes that docs/book.md lists", () => {
    const docs = readFileSync(join(packageRoot, "docs", "book.md"), "utf8");
    const listed = [...docs.matchAll(/^\| `([\w.-]+\.(?:js|css))` \|.*\| (\d+) \|$/gm)];
    const files = readdirSync(join(book.folder, "assets")).filter((name) => /\.(?:js|css)$/.test(name));
    expect(listed.map(([, name]) => name).sort()).toEqual(files.sort());
    for (const [, name, kilobytes] of listed) {
      const size = statSync(join(book.folder, "assets", name!)).size / 1000;
      // A tenth either way, and half a kilobyte for rounding.
      expect(Math.abs(size - Number(kilobytes)), `${name}: ${size} kB, listed ${kilobytes}`).toBeLessThan(
        0.1 * Number(kilobytes) + 0.5,
      );
    }
  });

  it("loads a few kilobytes of script at first, under a policy without evaluation; no other page may make a worker", () => {
    const html = readFileSync(join(book.folder, `${LESSON}.html`), "utf8");
    const scripts = [...html.matchAll(/<script src="([^"]+)"/g)].map(([, address]) => address);
    // The last is of the live figure that the lesson holds.
    const small = ["theme", "book", "lesson-start", "explorable-start"];
    expect(scripts).toEqual(small.map((name) => `assets/${name}.js`));
    expect(html).toContain("worker-src blob:");
    // WebAssembly may be compiled, for a tensor library; text is never evaluated.
    expect(html).not.toMatch(/(?<!wasm-)unsafe-eval/);
    const other = readFileSync(join(book.folder, "ledger.html"), "utf8");
    expect(other).not.toContain("worker-src");
    expect(other).toContain("script-src 'self' file:;");
  });

  it("runs in two tabs at once, from a plain static host", async () => {
    const server = createServer((request, response) => {
      const path = join(book.folder, decodeURIComponent(new URL(request.url!, "http://x").pathname));
      if (!existsSync(path)) return response.writeHead(404).end();
      const types = {
        html: "text/html",
        js: "text/javascript",
        css: "text/css",
        svg: "image/svg+xml",
      } as const;
      response.setHeader("content-type", types[path.split(".").at(-1) as keyof typeof types] ?? "");
      createReadStream(path).pipe(response);
      return undefined;
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${LESSON}.html`;
      const context = await browser.newContext();
      const tabs = await Promise.all([1, 2].map(() => openLesson(browser, book, LESSON, { context, url })));
      for (const tab of tabs) await tab.press("run-to", "draw");
      for (const tab of tabs) {
        await tab.says(/6 cells ran|7 cells ran/);
        expect(tab.complaints.filter((text) => !text.includes("favicon"))).toEqual([]);
        expect(await tab.page.evaluate("crossOriginIsolated")).toBe(false);
      }
      await context.close();
    } finally {
      server.close();
    }
  });
});
