import type { Page } from "@finetune-icl/book";

/**
 * What a reader can do after each lesson, by the lesson's number: the table "What you can do after each lesson" of the guide for the course.
 */
export function readPromises(guide: string): ReadonlyMap<string, string> {
  const [, table = ""] = guide.split(/^## What you can do.*$/m);
  const [own = ""] = table.split(/^## /m);
  return new Map(
    [...own.matchAll(/^\| (\d+[a-z]?) \| (.+?) \|$/gm)].map(([, number, promise]) => [number!, promise!]),
  );
}

/** What a guide is good for, by its page; the others tell their first sentence. */
const GUIDE_PROMISES: Readonly<Record<string, string>> = {
  "theory.html": "Look up the model, its conventions, and every closed form with its derivation.",
  "course.html": "Plan one week or five, hand out exercises, and grade them.",
  "your-own-lesson.html": "Write a lesson with figures and exercises that check themselves.",
  "beyond.html":
    "See what is left when covariates are not Gaussian, labels not linear, and layers not linear or single.",
  "book.html": "Build this site, host it, and add a live figure.",
  "evidence.html": "Find out how a claim is checked, and rerun any of them.",
  "landscape.html": "Read what descent finds where there is no closed form: saddles, plateaus, bounds.",
  "live-figures.html": "Choose a live figure, and link to it in any position of its controls.",
  "models.html": "Compare softmax attention, several heads and several layers, with their limits.",
  "notebooks.html": "Run the notebooks in Jupyter or VS Code, and with other constants.",
  "training.html":
    "Train with any settings, exactly or on sampled prompts, and divide a study among machines.",
  "transformers.html":
    "See which ways of fine-tuning a small GPT keeps reading examples after, and what replay does.",
  "language-models.html":
    "See what fine-tuning on one word task leaves of a language model's use of examples, and run the study.",
  "what-should-i-do.html":
    "Decide how to fine-tune, with the number, its interval and its world beside each advice.",
  "kernel.html": "Install the TypeScript kernel, and know what its cells can do.",
  "install.html": "Install the package into a project of your own, and call its first formula.",
  "releasing.html": "Release a version, and know what is checked on the way.",
  "answers.html": "Ask the command line for risks, and know how sure each number is.",
  "contributing.html": "Add a formula, a claim, a regime or a notebook, and know what a change must pass.",
};

/** What the card of a page promises, by the guide for the course. */
export function promisesOf(guide: string): (page: Page) => string | undefined {
  const lessons = readPromises(guide);
  return ({ file }) => {
    const number = /^0*(\d+[a-z]?)-/.exec(file)?.[1];
    const promise = number === undefined ? undefined : lessons.get(number);
    return promise === undefined ? GUIDE_PROMISES[file] : `Afterwards you can ${promise}.`;
  };
}
