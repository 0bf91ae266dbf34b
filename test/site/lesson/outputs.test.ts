import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type BuiltBook, sharedBook } from "../../book/support";
import { browserProgram, startBrowser } from "../../figures/support/browser";
import { type OpenLesson, openLesson, putCode } from "./support";

const mustRun = process.env.CI !== undefined;
const LESSON = "01-in-context-learning-in-one-layer";

// Ids of the first cells of the lesson, which the tests fill with code of their own.
const [A, B, C, D] = ["import", "parameters", "opening-draw", "opening-figure"] as const;

const FIGURES =
  'import { showTable } from "@finetune-icl/figures";\n// @ts-ignore\nimport * as tslab from "tslab";';

describe.skipIf(browserProgram === undefined && !mustRun)("what a cell of a lesson's page shows", () => {
  let browser: Browser;
  let book: BuiltBook;
  let lesson: OpenLesson;
  beforeAll(async () => {
    [browser, book] = await Promise.all([startBrowser(), sharedBook()]);
    lesson = await openLesson(browser, book, LESSON);
  });
  afterAll(async () => {
    await browser?.close();
  });
  // A test that fails leaves no loop to the next.
  afterEach(() => lesson.press("reset"));
  const put = (codes: Readonly<Record<string, string>>) => putCode(lesson, book, LESSON, codes);
  const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

  /** The longest time, in milliseconds, for which the page did not answer while it was asked again and again. */
  async function longestSilence(milliseconds: number): Promise<number> {
    const started = Date.now();
    let longest = 0;
    while (Date.now() - started < milliseconds) {
      const asked = Date.now();
      await lesson.page.evaluate("1 + 1");
      longest = Math.max(longest, Date.now() - asked);
    }
    return longest;
  }

  it.each([
    ["displays", 'for (let i = 0; ; i += 1) tslab.display.html("<p>" + i + "</p>");'],
    [
      "prints to both streams in turn",
      'for (let i = 0; ; i += 1) { console.log("out " + i); console.error("err " + i); }',
    ],
    [
      "displays large tables",
      'for (;;) showTable({ columns: ["a", "b"], rows: Array.from({ length: 4000 }, (_, i) => [i, i]) });',
    ],
    [
      "displays and takes back",
      'for (let i = 0; ; i += 1) { clearOutput(true); tslab.display.html("<p>" + i + "</p>"); }',
    ],
    [
      "updates one display",
      'const shown = tslab.newDisplay();\nfor (let i = 0; ; i += 1) shown.html("<p>" + i + "</p>");',
    ],
  ])("is bounded where a loop without end %s, and the page answers", async (what, loop) => {
    await put({ [A]: FIGURES, [B]: loop });
    await lesson.press("run-to", B);
    await lesson.says(/Running cell 2/);
    await expect.poll(() => lesson.outputOf(B), { timeout: 30_000 }).not.toBe("");
    // Other people use the machine too: a page that is flooded does not answer for many seconds, or ever.
    expect(await longestSilence(3000), what).toBeLessThan(2000);
    const outputs = await lesson.page.$$eval(`#cell-${B} .outputs > *`, (all) => all.length);
    // A hundred, and what says how many more there were.
    expect(outputs, what).toBeLessThanOrEqual(101);
    if (/take|update/.test(what)) expect(outputs).toBe(1);
    else await expect.poll(() => lesson.outputOf(B), { timeout: 60_000 }).toMatch(/… cut here: \d+ more /);
    const started = Date.now();
    await lesson.press("stop");
    await lesson.says(/Stopped/, 1000);
    expect(Date.now() - started, `${what}: milliseconds from Stop to its words`).toBeLessThan(1000);
    expect(lesson.complaints).toEqual([]);
  });

  it("is cut in a table of 40,000 rows, with how much that is", async () => {
    await put({
      [A]: FIGURES,
      [B]: 'tslab.display.html("<table>" + Array.from({ length: 40_000 }, (_, i) => "<tr><td>" + i + "</td><td>x</td></tr>").join("") + "</table>");',
      [C]: "'after'",
    });
    await lesson.press("run-to", B);
    await lesson.says(/2 cells ran/);
    expect(await lesson.outputOf(B)).toMatch(
      /^\s*0x1x2x.*… cut here: this output has 1\d{6} characters, more than a page can show\.\s*$/,
    );
    expect(await longestSilence(500)).toBeLessThan(2000);
  });

  it("belongs to the cell that caused it, however late, as on the kernel", async () => {
    await put({
      [A]: '// @ts-ignore\nimport * as tslab from "tslab";\nconst sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));\nsetTimeout(() => console.log("timer"), 1500);\nvoid setTimeout(() => tslab.display.html("<b>shown</b>"), 1550);',
      [B]: 'const talk = async (word: string) => {\n  await sleep(1000);\n  console.log(word);\n  try {\n    await Promise.reject(new Error("no"));\n  } catch (error) {\n    await sleep(600);\n    console.log((error as Error).message, word);\n  }\n};\nvoid talk("one");',
      [C]: 'sleep(1600).then(() => console.log("then"));\nsetTimeout(() => { throw new RangeError("late"); }, 1700);\nvoid (async () => { await sleep(1750); throw new TypeError("later"); })();',
      [D]: 'for (let i = 0; i < 30; i += 1) {\n  await sleep(100);\n  console.log("own", i);\n}',
    });
    await lesson.press("run-to", D);
    await lesson.says(/4 cells ran/);
    await pause(500);
    expect((await lesson.outputOf(A)).trim()).toMatch(/^timer\s*shown$/);
    expect((await lesson.outputOf(B)).trim()).toBe("one\nno one");
    const late = await lesson.outputOf(C);
    expect(late).toMatch(/^\s*then\s+Nobody handled this error:\s*RangeError: late/);
    expect(late).toContain("TypeError: later");
    expect((await lesson.outputOf(D)).trim()).toBe(
      Array.from({ length: 30 }, (_, i) => `own ${i}`).join("\n"),
    );
    // After all cells have ended, and of the last run of a cell alone.
    await put({ [A]: 'let times = 0;\nvoid setTimeout(() => console.log("run", (times += 1)), 700);' });
    await lesson.press("run", A);
    await lesson.says(/Cell 1 ran/);
    expect((await lesson.outputOf(A)).trim()).toBe("");
    await expect.poll(async () => (await lesson.outputOf(A)).trim(), { timeout: 20_000 }).toBe("run 1");
    // Reset takes along what has not come yet.
    await lesson.press("run", A);
    await lesson.says(/Cell 1 ran/);
    await lesson.press("reset");
    await lesson.says(/Reset/);
    await pause(1000);
    expect((await lesson.outputOf(A)).trim()).toBe("");
    expect(lesson.complaints).toEqual([]);
  });

  it("belongs to the cell that caused it behind a package's own await, and in the steps of a for await", async () => {
    await put({
      [A]: 'import { showFigure } from "@finetune-icl/figures";\nconst sleep = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));\nconst steps = async function* () { for (let i = 0; i < 2; i += 1) { await sleep(300); yield i; } };',
      [B]: `void (async () => { for await (const i of steps()) console.log("step", i); console.log("behind"); })();
void (async () => { for await (const i of [1, sleep(800).then(() => 2)]) console.log("entry", i); })();
void (async () => { await sleep(1000); await showFigure({ title: "late", description: "one", width: 300, height: 200, data: [], layout: { width: 300, height: 200 } } as never); console.log("shown"); })();
void (async () => { await sleep(1100); for await (const i of 5 as any) console.log(i); })();`,
      [C]: 'await sleep(1500);\nconsole.log("own");',
      [D]: 'const words = async () => { try { for await (const x of [Promise.reject(new Error("no"))]) console.log(x); } catch (error) { return String(error); } };\nawait words()',
    });
    await lesson.press("run-to", D);
    expect(await lesson.says(/cells ran|error/)).toContain("4 cells ran");
    await pause(300);
    const late = await lesson.outputOf(B);
    for (const words of ["step 0", "step 1", "behind", "entry 1", "entry 2", "shown"])
      expect(late, `«${words}» belongs to cell 2`).toContain(words);
    expect(await lesson.page.$$(`#cell-${B} .outputs figure`)).toHaveLength(1);
    expect(late).toContain("TypeError: what is iterated is not async iterable");
    expect((await lesson.outputOf(C)).trim()).toBe("own");
    expect((await lesson.outputOf(D)).trim()).toBe("Error: no");
    expect(lesson.complaints).toEqual([]);
  });

  it("asks nobody for a picture, not the page's own host either", async () => {
    const dot = "data:image/gif;base64,R0lGODlhAQABAAAAACw=";
    await put({
      [A]: '// @ts-ignore\nimport * as tslab from "tslab";\nimport { showFigure } from "@finetune-icl/figures";',
      [B]: `tslab.display.html('<img src="here.png"><img src="/x.png" srcset="y.png 2x"><p>html</p>');
tslab.display.markdown('![a word](there.png) ![](//far.example/z.png) <img src="raw.png" alt="raw"> text ![dot](${dot})');
await showFigure({ title: "a figure", description: "one", width: 300, height: 200, data: [], layout: { width: 300, height: 200, images: [{ source: "figure.png", xref: "paper", yref: "paper", sizex: 1, sizey: 1 }] } } as never);`,
    });
    const before = lesson.asked.length;
    await lesson.press("run-to", B);
    expect(await lesson.says(/cells ran|error/)).toContain("2 cells ran");
    await pause(2000);
    const outside = lesson.asked.slice(before).filter((url) => /\.png|far\.example/.test(url));
    expect(outside).toEqual([]);
    expect(await lesson.outputOf(B)).toContain("text");
    const addresses = await lesson.page.$$eval(`#cell-${B} .outputs img`, (all) =>
      all.map((each) => String(each.getAttribute("src") ?? "")),
    );
    expect(addresses).toContain(dot);
    expect(addresses.filter((address) => !/^(?:data:|$)/.test(address))).toEqual([]);
    expect(lesson.complaints).toEqual([]);
  });
});
