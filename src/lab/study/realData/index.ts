import { type Table, tableFrom } from "@finetune-icl/base";
import { RELEASED_MOTION } from "@finetune-icl/core/train";
import { toDigits } from "../digits";
import { FITTED_REGIMES } from "../fittedRegimes";
import { defineStudy, type StudyOptions, type StudyUnit } from "../study";
import { loadRealTable, realTableSources } from "./realTable";
import { repeatedMean, verdictOf } from "./repeated";
import { effectsOf, labelsOf, STATEMENTS } from "./statements";
import { type ErrorRow, REAL_SHOTS, runUnit, type UnitInput, type UnitResult } from "./unit";

type Done = readonly (StudyUnit<UnitInput> & { readonly result: UnitResult })[];

const digits = (value: number): number => toDigits(value, 5);
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** What the examples of each target look like. */
function targetsTable(done: Done): Table {
  return tableFrom(
    done.map(({ input, result }) => {
      const mean = (of: (split: UnitResult["splits"][number]) => number) =>
        digits(average(result.splits.map(of)));
      return {
        table: input.table,
        target: input.target,
        rows: result.rows,
        dimension: mean((split) => split.dimension),
        explained: mean((split) => split.explained[input.target]!),
        fourth: mean((split) => split.fourth),
        sixth: mean((split) => split.sixth),
        others: result.labels.slice(1).join(" "),
      };
    }),
  );
}

function errorsTable(done: Done): Table {
  return tableFrom(
    done.flatMap(({ input, result }) =>
      result.labels.flatMap((label) =>
        FITTED_REGIMES.flatMap((regime) =>
          REAL_SHOTS.map((shots) => {
            const rows = result.splits.map(
              ({ errors }) =>
                errors.find((row) => row.regime === regime && row.label === label && row.shots === shots)!,
            );
            const mean = (column: "measured" | "measuredTheory" | "gaussian" | "moments" | "rows") =>
              digits(average(rows.map((row) => row[column])));
            return {
              table: input.table,
              target: input.target,
              tested: label,
              regime,
              shots,
              measured: mean("measured"),
              standardError: digits(repeatedMean(rows.map((row) => row.measured)).standardError),
              measuredTheory: mean("measuredTheory"),
              gaussian: mean("gaussian"),
              moments: mean("moments"),
              rows: mean("rows"),
            };
          }),
        ),
      ),
    ),
  );
}

/** One statement on one pair of columns: measured effect, its standard error over splits, and what the theory says. */
function effects(done: Done) {
  return STATEMENTS.flatMap((statement) =>
    done.flatMap(({ input, result }) =>
      labelsOf(statement, result).map((tested) => {
        const of = (column: "measured" | "gaussian") => effectsOf(statement, result, tested, column);
        const repeated = repeatedMean(of("measured"));
        return {
          statement,
          table: input.table,
          target: input.target,
          tested,
          ...repeated,
          predicted: average(of("gaussian")),
          alignment: average(result.splits.map((split) => split.alignment[tested]!)),
          verdict: verdictOf(repeated, result.splits.length),
        };
      }),
    ),
  );
}

function effectsTable(done: Done): Table {
  return tableFrom(
    effects(done).map(({ statement, table, target, tested, ...row }) => ({
      statement: statement.id,
      table,
      target,
      tested,
      effect: digits(row.mean),
      standardError: digits(row.standardError),
      gaussian: digits(row.predicted),
      alignment: digits(row.alignment),
      verdict: row.verdict,
    })),
  );
}

function verdictsTable(done: Done): Table {
  const all = effects(done);
  const tables = [...new Set(done.map(({ input }) => input.table))];
  return tableFrom(
    STATEMENTS.flatMap((statement) =>
      [...tables, "all"].flatMap((table) => {
        const rows = all.filter(
          (row) => row.statement === statement && (table === "all" || row.table === table),
        );
        if (rows.length === 0) return [];
        const count = (verdict: string) => rows.filter((row) => row.verdict === verdict).length;
        const byTable = tables.flatMap((name) => {
          const own = rows.filter((row) => row.table === name).map(({ mean }) => mean);
          return own.length === 0 ? [] : [median([...own].sort((a, b) => a - b))];
        });
        const sorted = rows.map(({ mean }) => mean).sort((a, b) => a - b);
        return [
          {
            statement: statement.id,
            table,
            tables: byTable.length,
            tablesPositive: byTable.filter((effect) => effect > 0).length,
            pairs: rows.length,
            holds: count("holds"),
            unclear: count("unclear"),
            fails: count("fails"),
            positive: sorted.filter((effect) => effect > 0).length,
            medianEffect: digits(median(sorted)),
            smallestEffect: digits(sorted[0]!),
            medianGaussian: digits(median(rows.map(({ predicted }) => predicted).sort((a, b) => a - b))),
            says: statement.says,
          },
        ];
      }),
    ),
  );
}

/** How far predictions are off: the median over columns and splits of |predicted − measured|/measured. */
function predictionsTable(done: Done): Table {
  const tables = [...new Set(done.map(({ input }) => input.table))];
  return tableFrom(
    [...tables, "all"].flatMap((table) =>
      FITTED_REGIMES.flatMap((regime) =>
        REAL_SHOTS.map((shots) => {
          const rows = done
            .filter(({ input }) => table === "all" || input.table === table)
            .flatMap(({ result }) => result.splits.flatMap(({ errors }) => errors))
            .filter((row) => row.regime === regime && row.shots === shots);
          const off = (predicted: (row: ErrorRow) => number, measured: (row: ErrorRow) => number) =>
            digits(
              median(rows.map((row) => Math.abs(predicted(row) / measured(row) - 1)).sort((a, b) => a - b)),
            );
          return {
            table,
            regime,
            shots,
            gaussian: off(
              (row) => row.gaussian,
              (row) => row.measured,
            ),
            gaussianAtTheory: off(
              (row) => row.gaussian,
              (row) => row.measuredTheory,
            ),
            moments: off(
              (row) => row.moments,
              (row) => row.measured,
            ),
            rows: off(
              (row) => row.rows,
              (row) => row.measured,
            ),
          };
        }),
      ),
    ),
  );
}

function median(sorted: readonly number[]): number {
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

export const realDataStudy = defineStudy<UnitInput, UnitResult>({
  name: "real-data",
  title: "Real tables",
  question:
    "Pretrained on synthetic tasks and fine-tuned on one column of a real table: does full fine-tuning forget, does value-only fine-tuning remember, does the auxiliary loss take sides, on held-out rows of this and of other columns, and how good is the theory's number?",
  units: ({ profile, seed }: StudyOptions) => {
    const quick = profile === "quick";
    const targets = quick
      ? [
          { table: "quakes", target: "mag" },
          { table: "diabetes", target: "bmi" },
        ]
      : realTableSources().flatMap(({ name }) =>
          loadRealTable(name).columns.map((target) => ({ table: name, target })),
        );
    return targets.map(({ table, target }) => ({
      name: `${table}: ${target}`,
      input: {
        table,
        target,
        seed,
        splits: quick ? 3 : 5,
        prompts: quick ? 1_000 : 3_000,
        steps: quick ? 2_000 : RELEASED_MOTION.steps,
      },
    }));
  },
  run: runUnit,
  tables: (done) => ({
    targets: {
      table: targetsTable(done),
      description:
        "a target column, averaged over the splits. `dimension`: principal components kept. `explained`: share of its variance that a linear task explains. `fourth`, `sixth`: E‖x‖⁴ and E‖x‖⁶ over their Gaussian values. `others`: the other label columns",
    },
    verdicts: {
      table: verdictsTable(done),
      description:
        "a statement on one table, or on all of them: on how many pairs of target and tested column its effect is clearly positive (holds), clearly negative (fails), or neither, by Student's t at 95 % over the splits. `tables`: how many tables the pairs are of; pairs of one table share rows, tables do not. `tablesPositive`: of how many the median effect is above zero. `positive`: pairs with an effect above zero. `medianGaussian`: what the theory says of the effect. The last two statements are scored where the theory's own effect has their sign",
    },
    effects: {
      table: effectsTable(done),
      description:
        "a statement on one pair of columns: measured effect, standard error over splits, the theory's effect, and `alignment`, ⟨θ₀, θ⟩/‖θ‖²: in the limit of many shots and for Γ = Σ⁻¹ the auxiliary loss helps a column exactly where it is above ½",
    },
    errors: {
      table: errorsTable(done),
      description:
        "an error on held-out rows, mean over the splits. `measured`, `standardError`: the trained model. `measuredTheory`: the parameters that the theory names. `gaussian`: the theory's number. `moments`, `rows`: risk of the trained model from the moments of the training covariates, and of the training rows. The variance of each label is 1. Five digits",
    },
    predictions: {
      table: predictionsTable(done),
      description:
        "how far a prediction is off: median distance of predicted/measured from 1, over columns and splits. `gaussianAtTheory` compares with the parameters that the theory names, all others with the trained model",
    },
  }),
});
