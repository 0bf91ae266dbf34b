import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mapInOrder } from "../../../src/base/mapInOrder";
import { type BuiltBook, lessonsOf, sharedBook } from "../../book/support";
import { browserProgram, startBrowser } from "../../figures/support/browser";
import { everyThird } from "../../support/everyThird";
import { packageRoot } from "../../support/root";
import { openLesson } from "./support";

const mustRun = process.env.CI !== undefined;

/** Tests among which the lessons are dealt out, so that each has its own limit against hanging. */
const SHARES = 3;
/** A reader's two cores are these lessons' alone; here other tests run beside them. */
const LIMIT_SECONDS = 180;

/** Where the seconds of every lesson can be read. */
const REPORT = join(packageRoot, "tmp");

describe.skipIf(browserProgram === undefined && !mustRun)(
  "every lesson, run in its page from the file system",
  () => {
    let browser: Browser;
    let book: BuiltBook;
    const seconds = new Map<string, number>();
    beforeAll(async () => {
      [browser, book] = await Promise.all([startBrowser(), sharedBook()]);
    });
    afterAll(async () => {
      await browser?.close();
      mkdirSync(REPORT, { recursive: true });
      const rows = [...seconds].sort().map(([name, took]) => `${name},${took}`);
      writeFileSync(join(REPORT, "lesson-seconds.csv"), `lesson,seconds\n${rows.join("\n")}\n`);
      console.log(rows.join("\n"));
    });

    it.each(Array.from({ length: SHARES }, (_, i) => i + 1))(
      `gives what is stored (share %i of ${SHARES})`,
      async (share) => {
        const own = everyThird(lessonsOf(book)).filter((_, i) => i % SHARES === share - 1);
        const run = async (name: string) => {
          const lesson = await openLesson(browser, book, name);
          await lesson.press("check");
          const verdict = await lesson.says(/holds|give another|error|cannot/, LIMIT_SECONDS * 1000);
          const marks = await lesson.page.$$eval(".cell-mark", (all) =>
            all.map(({ textContent }) => String(textContent)).filter((text) => text !== "✓ as stored"),
          );
          const shown = await lesson.page.$$eval("pre.error", (all) =>
            all.map(({ textContent }) => textContent),
          );
          expect([verdict.replace(/\(.*/, ""), marks, shown], name).toEqual([
            expect.stringMatching(/^It holds: all \d+ cells give what is stored $/),
            [],
            [],
          ]);
          seconds.set(name, Number(/\(([\d.]+) s\)/.exec(verdict)?.[1]));
          expect(lesson.complaints, name).toEqual([]);
          const strange = lesson.asked.filter((url) => !url.startsWith(pathToFileURL(book.folder).href));
          expect(strange, name).toEqual([]);
          await lesson.close();
        };
        await mapInOrder(own, 2, run, () => {});
      },
      // Against hanging.
      600_000,
    );
  },
);
