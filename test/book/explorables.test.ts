import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readShownNumber, shownNumber } from "../../src/base/numberText";
import { initialState, readState } from "../../src/site/explore/controls";
import { EXPLORABLES } from "../../src/site/explore/explorables";
import { browserProgram, startBrowser } from "../figures/support/browser";
import { runCli } from "../support/runCli";
import { type BuiltBook, sharedBook } from "./support";

// On a build machine nothing is skipped.
const mustRun = process.env.CI !== undefined;

/** Where an axis stands: its range (of logarithms on a logarithmic one), and pixels. */
interface FittedAxis {
  readonly range: readonly [number, number];
  readonly offset: number;
  readonly length: number;
}

/** Pixels by which an end of the old axis stands elsewhere on the new one. */
function shiftOfEnds(old: FittedAxis, { range: [low, high], offset, length }: FittedAxis): number {
  const shifts = old.range.map((end, k) =>
    Math.abs(offset + ((end - low) / (high - low)) * length - (old.offset + k * old.length)),
  );
  // From below upwards instead of from the left: the panel's own move counts either way.
  return Math.max(...shifts) + Math.abs(offset - old.offset) + Math.abs(length - old.length);
}

describe.skipIf(browserProgram === undefined && !mustRun)("explorables in a real browser", () => {
  let browser: Browser;
  let book: BuiltBook;
  beforeAll(async () => {
    [browser, book] = await Promise.all([startBrowser(), sharedBook()]);
  });
  afterAll(async () => {
    await browser?.close();
  });

  async function open(id: string, state = "", options: BrowserContextOptions = {}) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 1100 }, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => complaints.push(message.text()));
    const file = pathToFileURL(join(book.folder, `explore-${id}.html`)).href;
    await page.goto(state === "" ? file : `${file}#${state}`);
    await page.waitForSelector(".explorable[data-state=live]");
    return { page, complaints, close: () => context.close() };
  }

  /** What the figure shows, as plotly holds it. */
  const drawn = (page: Page) =>
    page.evaluate(
      "JSON.stringify(document.querySelector('.js-plotly-plot').data.map(({ x, y, z }) => [x, y, z]))",
    ) as Promise<string>;
  const words = (page: Page) => page.innerText(".words");
  const cells = (page: Page) =>
    page.$$eval(".numbers tbody tr", (rows) =>
      rows.map((row) => [...row.querySelectorAll("td")].map((cell) => String(cell.textContent))),
    );

  it.each(EXPLORABLES.map((explorable) => [explorable.id, explorable] as const))(
    "%s answers to the keyboard, in figure, words, numbers and address, as Node computes it",
    async (id, explorable) => {
      const { page, complaints, close } = await open(id);
      const before = [await drawn(page), await words(page), await page.innerText(".numbers")];
      await page.focus("[name=noiseVariance]");
      for (let press = 0; press < 4; press += 1) await page.keyboard.press("ArrowRight");
      await page.waitForURL(/#noiseVariance=0\.3$/);
      const after = [await drawn(page), await words(page), await page.innerText(".numbers")];
      after.forEach((text, i) => {
        expect(text).not.toBe(before[i]);
      });
      expect(await page.innerText(`label[for=${id}-noiseVariance] output`)).toBe("0.3");

      // Whoever follows an address sees what Node computes for it.
      const state = "noiseVariance=0.55&pretrainingShots=7&dimension=4";
      await page.evaluate(`location.hash = ${JSON.stringify(state)}`);
      expect(await page.inputValue("[name=noiseVariance]")).toBe("0.55");
      if (explorable.kind === "direct") {
        const answer = explorable.answer(readState(explorable.controls, state).state);
        expect(await words(page)).toBe(answer.words.join("\n\n"));
        await page.click(".reset");
        await page.waitForURL((url) => url.hash === "");
        expect(await words(page)).toBe(before[1]);
      }
      expect(complaints).toEqual([]);
      await close();
    },
  );

  it("moves what is drawn while a hand moves a control, to where it is drawn anew when the hand rests", async () => {
    const moves: Readonly<Record<string, string>> = {
      "risk-curves": "labelWeight",
      "gradient-flow": "progress",
      "prompt-anatomy": "noiseVariance",
    };
    for (const [id, name] of Object.entries(moves)) {
      const { page, complaints, close } = await open(id);
      const shown = () =>
        page.evaluate(`(() => {
          const live = document.querySelector(".live");
          const box = (e) => { const { x, y, width, height } = e.getBoundingClientRect(); return [x, y, width, height].map(Math.round); };
          return {
            drawnAnew: live.querySelector(".main-svg").dataset.marked === undefined,
            title: live.querySelector(".gtitle").textContent,
            places: [...live.querySelectorAll(".js-line, path.point, .barlayer .point > path, .shapelayer path, .annotation")].map(box),
          };
        })()`) as Promise<{ title: string; places: number[][] }>;
      const fitted = () =>
        page.evaluate(`Object.fromEntries(Object.entries(document.querySelector(".live")._fullLayout)
          .filter(([name]) => /^[xy]axis\\d*$/.test(name))
          .map(([name, { range, _offset, _length }]) => [name, { range: range.map(Number), offset: _offset, length: _length }]))`) as Promise<
          Record<string, FittedAxis>
        >;
      await page.waitForTimeout(300);
      const before = await shown();
      const axes = await fitted();
      // In one turn of the page: the answer of the next frame, and nothing of what comes after it.
      const moved = (await page.evaluate(`(async () => {
        const input = document.querySelector("[name=${name}]");
        input.stepUp();
        const live = document.querySelector(".live");
        live.querySelectorAll(".xtick, .ytick, .legend").forEach((each) => { each.dataset.old = "yes"; });
        input.dispatchEvent(new Event("input", { bubbles: true }));
        await new Promise((done) => requestAnimationFrame(done));
        return live.querySelectorAll("[data-old]").length > 0;
      })()`)) as boolean;
      expect(moved, `${id}: moved, not drawn anew`).toBe(true);
      const after = await shown();
      await page.waitForTimeout(600);
      const anew = await shown();
      expect(after.places, id).not.toEqual(before.places);
      expect(after.title, id).toBe(anew.title);
      expect(after.places.length, id).toBe(anew.places.length);
      // Nothing jumps when the hand rests but by what the axes are fitted anew: a place moves by no more than the ends of its axis do, a
      // width by twice that; two pixels for the rounding of both.
      const ends = await fitted();
      const refit = Math.max(...Object.keys(ends).map((axis) => shiftOfEnds(axes[axis]!, ends[axis]!)));
      const jump = Math.max(
        ...after.places.flatMap((place, i) => place.map((value, k) => Math.abs(value - anew.places[i]![k]!))),
      );
      expect(jump, `${id}: pixels by which something jumps when the hand rests`).toBeLessThanOrEqual(
        2 * refit + 2,
      );
      expect(complaints).toEqual([]);
      await close();
    }
  });

  it("answers to touch", async () => {
    const { page, close } = await open("risk-curves", "", {
      hasTouch: true,
      viewport: { width: 390, height: 844 },
    });
    const before = await words(page);
    const slider = (await page.$("[name=angle]"))!;
    // A finger reaches what is in the window.
    await slider.scrollIntoViewIfNeeded();
    const box = (await slider.boundingBox())!;
    expect(box.height, "large enough for a finger").toBeGreaterThanOrEqual(24);
    await page.touchscreen.tap(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForURL(/#angle=90$/);
    expect(await words(page)).not.toBe(before);
    await close();
  });

  it("says what is wrong with an address, and shows the numbers of finetune-icl predict for a right one", async () => {
    const state = "dimension=7&noiseVariance=0.4&pretrainingShots=infinity&shots=9&angle=65";
    const { page, close } = await open("risk-curves", "dimension=1000");
    expect(await page.innerText(".complaint")).toBe(
      "In the address, dimension: holds 1000; allowed: 2 to 20",
    );
    const { dimension } = initialState(EXPLORABLES[0]!.controls);
    expect(await page.inputValue("[name=dimension]")).toBe(String(dimension));
    await page.evaluate(`location.hash = ${JSON.stringify(state)}`);
    await page.waitForSelector(".complaint", { state: "hidden" });
    await page.click(".question summary");
    // The browser tells of the opening after the click, in a task of its own.
    await page.waitForSelector(".command");
    const commands = await page.$$eval(".command", (all) => all.map((each) => String(each.textContent)));
    const shown = await cells(page);
    expect(commands).toHaveLength(shown.length);
    for (const [row, command] of commands.entries()) {
      const [, input, args] = /^echo '(.*)' \| npx finetune-icl (.*)$/.exec(command)!;
      const { risks } = JSON.parse(runCli(args!.split(" "), input!).out) as { risks: { risk: number }[] };
      expect(shown[row]!.slice(1), command).toEqual(risks.map(({ risk }) => shownNumber(risk)));
    }
    await close();
  });

  it("runs the Monte Carlo to its end, pauses, and goes on", async () => {
    const { page, complaints, close } = await open("monte-carlo", "shots=0");
    await page.click(".run");
    expect(await page.innerText(".run")).toBe("Go on");
    const paused = await cells(page);
    await page.waitForTimeout(100);
    expect(await cells(page)).toEqual(paused);
    await page.click(".run");
    await page.waitForSelector(".explorable[data-running=false]", { timeout: 30_000 });
    const [[prompts, simulated, error, exact, apart] = []] = (await cells(page)).map((row) =>
      row.map(readShownNumber),
    );
    expect(prompts).toBe(1_000_000);
    // Zero-shot risk of the value-only optimum; the exact value is tested against the command line elsewhere.
    expect(Math.abs(simulated! - exact!) / error!).toBeLessThan(4.5);
    expect(Math.abs(Math.abs(simulated! - exact!) / error! - Math.abs(apart!))).toBeLessThan(0.2);
    expect(complaints).toEqual([]);
    await close();
  });

  it("prints the state shown: figure, words, and where the controls stand", async () => {
    const { page, complaints, close } = await open("risk-curves", "angle=180&noiseVariance=0.5");
    const title = await page.textContent(".live .gtitle");
    await page.emulateMedia({ media: "print" });
    await page.evaluate("dispatchEvent(new Event('beforeprint'))");
    const picture = (await page.$("div.print-state svg"))!;
    expect(await picture.isVisible()).toBe(true);
    expect(title).toContain("180°");
    expect(await picture.textContent()).toContain(title);
    expect((await picture.$$(".scatterlayer .trace")).length).toBe(5);
    // The picture at rest would show another state.
    expect(await page.isVisible(".canvas img")).toBe(false);
    expect(await page.innerText("p.print-state")).toContain("noise σ²: 0.5");
    expect(await page.innerText("p.print-state")).toContain("angle to the target: 180°");
    expect((await picture.boundingBox())!.width).toBeLessThanOrEqual(1280);
    await page.evaluate("dispatchEvent(new Event('afterprint'))");
    expect(await page.$$(".print-state")).toHaveLength(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it.each(EXPLORABLES.map(({ id }) => id))(
    "%s at 390 px: the figure fits or scrolls, title and legend do not meet, and it stays in sight of every control",
    async (id) => {
      const { page, close } = await open(id, "", { viewport: { width: 390, height: 844 }, hasTouch: true });
      const boxes = (await page.evaluate(`(() => {
        const box = (e) => { const { left, right, top, bottom } = e.getBoundingClientRect(); return { left, right, top, bottom }; };
        const find = (s) => { const e = document.querySelector(s); return e === null ? null : box(e); };
        const canvas = document.querySelector(".canvas");
        return { title: find(".live .gtitle"), legend: find(".live g.legend"), plot: find(".live .cartesianlayer .bg, .live .bglayer"),
          inside: canvas.scrollWidth <= canvas.clientWidth || canvas.dataset.more !== undefined };
      })()`)) as Record<string, { top: number; bottom: number } | boolean | null>;
      const [title, legend] = [boxes.title, boxes.legend] as ({ top: number; bottom: number } | null)[];
      if (title !== null && legend != null) expect(title!.bottom).toBeLessThanOrEqual(legend.top + 1);
      expect(boxes.inside).toBe(true);
      // Back again, too: whoever goes up would find a control under the figure.
      const controls = await page.$$(".control :is(input, select)");
      for (const control of [...controls, ...[...controls].reverse()]) {
        await control.scrollIntoViewIfNeeded();
        await control.focus();
        const boxOf = async (selector: string) => (await (await page.$(selector))!.boundingBox())!;
        const [bar, figure, label, own] = [
          await boxOf("header.bar"),
          await boxOf(".canvas"),
          await boxOf(`label[for="${await control.getAttribute("id")}"]`),
          (await control.boundingBox())!,
        ];
        const name = await control.getAttribute("name");
        // The whole figure and the control with its label are in the window, and nothing covers them.
        expect(figure.y, `${name}: top of the figure`).toBeGreaterThanOrEqual(bar.y + bar.height - 1);
        expect(figure.y + figure.height, `${name}: bottom of the figure`).toBeLessThanOrEqual(844);
        expect(own.y + own.height, String(name)).toBeLessThanOrEqual(844);
        expect(label.y, `${name} below the figure`).toBeGreaterThanOrEqual(figure.y + figure.height - 1);
      }
      await close();
    },
  );

  it("tells a screen reader what is seen, once the hand rests", async () => {
    const { page, close } = await open("task-map");
    await page.focus("[name=shots]");
    await page.keyboard.press("ArrowRight");
    await page.waitForSelector(".status:not(:empty)", { state: "attached" });
    expect(await page.textContent(".status")).toContain("With 21 examples in the prompt");
    expect(await page.getAttribute("[name=pretrainingShots]", "aria-valuetext")).toBe("20");
    await close();
  });

  it("stands in the page without JavaScript: picture, words, numbers, no dead controls", async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(join(book.folder, "explore-gradient-flow.html")).href);
    for (const selector of [".canvas img", ".words p", ".numbers table"]) {
      expect(await page.isVisible(selector), selector).toBe(true);
    }
    expect(await page.isVisible("form.controls")).toBe(false);
    await context.close();
  });
});
