import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type BookReport,
  buildBook,
  type OwnPages,
  type PageScript,
  readLessons,
  type Workshop,
} from "@finetune-icl/book";
import { askedEdition } from "./askedEdition";
import { explorableElement, explorablePage } from "./explorablePage";
import { EXPLORABLES } from "./explore/explorables";
import { HeldFigures } from "./heldFigures";
import { LEDGER_FILE, ledgerPage } from "./ledgerPage";
import { LESSON_SCRIPTS, lessonFiles } from "./lesson/lessonFiles";
import { LIVE_GUIDE, liveAddress, readLiveLink } from "./liveLink";
import { otherWords } from "./otherWords";
import { promisesOf } from "./promises";
import { readLedger } from "./readLedger";
import { REFERENCE_ENTRY, readReference } from "./reference";
import { readRooms, referencePages } from "./referencePages";
import { SITE_PACKAGE } from "./sitePackage";
import { smallMathematics } from "./smallMathematics";

/** What goes into the book of this project. */
export interface ProjectBookOptions {
  /** The ledger of claims; its page is left out when there is no such file. */
  readonly ledgerFile?: string;
  /** Whether the reference of the modules is made, which takes some seconds; unless told, where their sources are: not in a course elsewhere. */
  readonly reference?: boolean;
  /**
   * A folder that `finetune-icl course --student` wrote: the pages of the lessons ask their exercises, and hold no answer. Without it
   * they show the solutions.
   */
  readonly exercises?: string;
  /** A file that the whole book is printed into as one PDF, by a browser of this machine. */
  readonly pdf?: string;
  /** Whether lessons run in their pages, for which a compiler is bundled; true unless told. */
  readonly running?: boolean;
}

/** Scripts of the pages that this project adds. */
export const SITE_SCRIPTS: readonly PageScript[] = Object.entries({
  "explorable-start": "explorableStart",
  explorable: "explorable",
  ledger: "ledger",
}).map(([name, source]) => ({
  name,
  source: join(SITE_PACKAGE, "browser", `${source}.ts`),
  plugins: [smallMathematics],
}));

/**
 * Builds the book of this project into `out`: the lessons and documents in `root`, the live figures, the ledger, the reference
 * of the modules.
 * @throws InputError when `out` holds something else than an earlier book, or a source is not what it should be.
 */
export async function buildProjectBook(
  root: string,
  out: string,
  {
    ledgerFile = join(root, "data", "ledger", "ledger.json"),
    reference = existsSync(join(root, REFERENCE_ENTRY)),
    running = true,
    exercises,
    pdf,
  }: ProjectBookOptions = {},
): Promise<BookReport> {
  const claims = readLedger(ledgerFile);
  const edition = exercises === undefined ? undefined : askedEdition(readLessons(root), exercises);
  const ownPages = async ({ markdown, pictures }: Workshop): Promise<OwnPages> => {
    const live = await Promise.all(
      EXPLORABLES.map(async (explorable) => {
        const element = await explorableElement(explorable, pictures);
        return { element, page: explorablePage(explorable, element, markdown(`docs/${explorable.id}`)) };
      }),
    );
    const evidence = claims.length === 0 ? [] : [ledgerPage(claims, markdown("data/ledger/ledger.json"))];
    const api = reference
      ? referencePages(
          await readReference(root),
          readRooms(textOf(root, "README.md")),
          markdown(REFERENCE_ENTRY),
        )
      : [];
    return {
      front: {
        ...FRONT,
        lead: `${LEAD}\n${live[0]!.element}`,
        promise: promisesOf(textOf(root, "docs/course.md")),
      },
      pages: [...live.map(({ page }) => page), ...evidence, ...api],
    };
  };
  return buildBook(root, out, {
    generator: "finetune-icl book",
    specialLink: (target, fragment) =>
      target === LIVE_GUIDE && fragment !== undefined ? liveAddress(readLiveLink(fragment)) : undefined,
    inText: new HeldFigures(),
    alsoCalled: otherWords,
    addresses: new Map(claims.length === 0 ? [] : [["data/ledger/README.md", LEDGER_FILE]]),
    scripts: SITE_SCRIPTS,
    ...(edition && { edition }),
    ...(pdf !== undefined && { pdf }),
    ...(running && {
      running: { scripts: LESSON_SCRIPTS, files: (notebooks) => lessonFiles(root, notebooks) },
    }),
    ownPages,
  });
}

/** What a file of the project says; nothing where there is none, as in a course that holds its notebooks alone. */
function textOf(root: string, path: string): string {
  const file = join(root, path);
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

const LEAD = `<p class="lead">A layer of linear attention that was pretrained on many regression tasks learns a new one from the examples in
its prompt. Fine-tune <strong>all</strong> its parameters on prompts without examples, and that gift is gone: examples teach it nothing, whatever the
task. Fine-tune the <strong>value matrix only</strong>, and it stays, though on that one task itself short prompts are then worse than none.</p>
<p>Both statements are theorems about closed forms
(<a href="bibliography.html#lee2026">Lee, Sohn and Lee, ICML 2026, PMLR 306, arXiv 2602.23197</a>). This book derives the formulas, checks them against an exact risk
computed without sampling, and sets simulations beside them. Turn the controls: the curves are computed as you drag.</p>`;

const FRONT = {
  title: "Fine-tuning and in-context learning",
  summary: "How fine-tuning hurts in-context learning in linear attention, and how to avoid it.",
  scripts: ["assets/explorable-start.js"],
} as const;
