import * as base from "@finetune-icl/base";
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
import { loadTable, saveFigureTable, saveTable } from "@finetune-icl/files";
import * as experiment from "@finetune-icl/lab/experiment";
import * as ledger from "@finetune-icl/lab/ledger";
import * as study from "@finetune-icl/lab/study";
import * as sweep from "@finetune-icl/lab/sweep";
import * as units from "@finetune-icl/lab/units";
import * as plot from "@finetune-icl/plot";
import * as library from "finetune-icl";
import { expect, it, vi } from "vitest";
import { CORE_ROWS } from "./coreRows";
import { BASE_ROWS, FIGURES_ROWS, LAB_ROWS, PLOT_ROWS } from "./otherRows";
import { tryDoors } from "./tryDoors";

// Tables and figures are shown by printing, where there is no kernel.
vi.spyOn(process.stdout, "write").mockImplementation(() => true);

const core = { algebra, problem, model, exact, theory, predict, simulate, train, evidence };
const lab = { units, ledger, experiment, study, sweep };

tryDoors("base", { ".": base }, { ".": BASE_ROWS });
tryDoors("core", core, CORE_ROWS);
tryDoors("lab", lab, LAB_ROWS);
tryDoors("plot", { ".": plot }, { ".": PLOT_ROWS });
tryDoors("figures", { ".": figures }, { ".": FIGURES_ROWS });

it("the library exports nothing but what stands behind these doors", () => {
  const known = new Set<unknown>(
    [base, ...Object.values(core), ...Object.values(lab), { loadTable, saveFigureTable, saveTable }].flatMap(
      (room) => Object.values(room),
    ),
  );
  const strangers = Object.entries(library)
    .filter(([, value]) => typeof value === "function" && !known.has(value))
    .map(([name]) => name);
  expect(strangers).toEqual([]);
});
