import * as base from "@finetune-icl/base";
import * as book from "@finetune-icl/book";
import * as bookOutput from "@finetune-icl/book/output";
import * as algebra from "@finetune-icl/core/algebra";
import * as evidence from "@finetune-icl/core/evidence";
import * as exact from "@finetune-icl/core/exact";
import * as model from "@finetune-icl/core/model";
import * as predict from "@finetune-icl/core/predict";
import * as problem from "@finetune-icl/core/problem";
import * as simulate from "@finetune-icl/core/simulate";
import * as theory from "@finetune-icl/core/theory";
import * as train from "@finetune-icl/core/train";
import * as figures from "@finetune-icl/figures";
import * as regimes from "@finetune-icl/figures/regimes";
import * as files from "@finetune-icl/files";
import * as kernel from "@finetune-icl/kernel";
import * as cells from "@finetune-icl/kernel/cells";
import * as claims from "@finetune-icl/lab/claims";
import * as experiment from "@finetune-icl/lab/experiment";
import * as ledger from "@finetune-icl/lab/ledger";
import * as study from "@finetune-icl/lab/study";
import * as sweep from "@finetune-icl/lab/sweep";
import * as units from "@finetune-icl/lab/units";
import * as notebooks from "@finetune-icl/notebooks";
import * as compare from "@finetune-icl/notebooks/compare";
import * as course from "@finetune-icl/notebooks/course";
import * as parameters from "@finetune-icl/notebooks/parameters";
import * as runner from "@finetune-icl/notebooks/runner";
import * as plot from "@finetune-icl/plot";
import * as site from "@finetune-icl/site";
import * as library from "finetune-icl";
import { expect, it, vi } from "vitest";
import { CORE_ROWS } from "./coreRows";
import { BASE_ROWS, FIGURES_ROWS, LAB_ROWS, PLOT_ROWS } from "./otherRows";
import { BOOK_ROWS, FILES_ROWS, KERNEL_ROWS, NOTEBOOKS_ROWS, SITE_ROWS } from "./programRows";
import { doors } from "./publicApi";
import { tryDoors } from "./tryDoors";

// Tables and figures are shown by printing, where there is no kernel.
vi.spyOn(process.stdout, "write").mockImplementation(() => true);

const core = { algebra, problem, model, exact, theory, predict, simulate, train, evidence };
const lab = { units, claims, ledger, experiment, study, sweep };

/** Every door of every package, by its room, with the rows of its functions. */
const TRIED: Readonly<
  Record<string, readonly [Parameters<typeof tryDoors>[1], Parameters<typeof tryDoors>[2]]>
> = {
  base: [{ ".": base }, { ".": BASE_ROWS }],
  files: [{ ".": files }, { ".": FILES_ROWS }],
  core: [core, CORE_ROWS],
  lab: [lab, { claims: {}, ...LAB_ROWS }],
  plot: [{ ".": plot }, { ".": PLOT_ROWS }],
  figures: [
    { ".": figures, regimes },
    { ".": FIGURES_ROWS, regimes: {} },
  ],
  kernel: [{ ".": kernel, cells }, KERNEL_ROWS],
  notebooks: [{ ".": notebooks, runner, course, compare, parameters }, NOTEBOOKS_ROWS],
  book: [{ ".": book, output: bookOutput }, BOOK_ROWS],
  site: [{ ".": site }, { ".": SITE_ROWS }],
};

for (const [name, [rooms, tables]] of Object.entries(TRIED)) tryDoors(name, rooms, tables);

/** Doors that have no rows of their own, and why. */
const WITHOUT_ROWS: Readonly<Record<string, string>> = {
  "finetune-icl": "exports what stands behind other doors, as is tested below",
  "@finetune-icl/core": "is all of its rooms together",
};

it("no door of any package is left out", () => {
  const tried = Object.entries(TRIED).flatMap(([name, [rooms]]) =>
    Object.keys(rooms).map((room) => `@finetune-icl/${name}${room === "." ? "" : `/${room}`}`),
  );
  expect([...tried, ...Object.keys(WITHOUT_ROWS)].sort()).toEqual(
    doors.map(({ specifier }) => specifier).sort(),
  );
});

it("the library exports nothing but what stands behind these doors", () => {
  const known = new Set<unknown>(
    [base, ...Object.values(core), ...Object.values(lab), files].flatMap((room) => Object.values(room)),
  );
  const strangers = Object.entries(library)
    .filter(([, value]) => typeof value === "function" && !known.has(value))
    .map(([name]) => name);
  expect(strangers).toEqual([]);
});
