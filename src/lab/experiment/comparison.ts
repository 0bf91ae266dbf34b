import { recordsOf, type Table, tableFrom } from "@finetune-icl/base";

/** Errors of one regime, task and number of shots, beside those of the reference run. */
export interface Comparison {
  readonly regime: string;
  readonly task: string;
  readonly shots: number;
  /** The error of the PyTorch run. */
  readonly reference: number;
  /** Mean and standard deviation of the sampled trainer's exact risks over its training seeds. */
  readonly sampledMean: number;
  readonly sampledSpread: number;
  /** (reference − sampledMean) over what the difference of one more seed from that mean would spread, test noise included. */
  readonly z: number;
  /** The mean over seeds of the exact trainer. */
  readonly exactMean: number;
  /** (exactMean − sampledMean) over the sampled spread. */
  readonly exactZ: number;
}

/**
 * Sets the sampled and the exact trainer beside the reference run: for k seeds with standard deviation s, one more seed
 * differs from their mean by s √(1 + 1/k), and the reference's own test adds its standard error.
 */
export function compareWithReference(errors: Table, reference: Table): readonly Comparison[] {
  const rows = recordsOf(errors).filter((row) => row.keyQuery === "merged");
  return recordsOf(reference).map((row) => {
    const of = (method: string): readonly number[] =>
      rows
        .filter(
          (item) =>
            item.method === method &&
            item.regime === row.regime &&
            item.task === row.task &&
            item.shots === row.shots,
        )
        .map((item) => Number(item.exact));
    const sampled = of("sampled");
    const sampledMean = mean(sampled);
    const sampledSpread = spread(sampled);
    const exactMean = mean(of("exact"));
    const testError = Number(row.standard_error);
    const width = Math.hypot(sampledSpread * Math.sqrt(1 + 1 / sampled.length), testError);
    return {
      regime: String(row.regime),
      task: String(row.task),
      shots: Number(row.shots),
      reference: Number(row.mean_error),
      sampledMean,
      sampledSpread,
      z: (Number(row.mean_error) - sampledMean) / width,
      exactMean,
      exactZ: (exactMean - sampledMean) / sampledSpread,
    };
  });
}

/** The comparisons as a table of six digits. */
export const comparisonTable = (comparisons: readonly Comparison[]): Table =>
  tableFrom(
    comparisons.map((item) => ({
      ...item,
      sampledMean: round(item.sampledMean),
      sampledSpread: round(item.sampledSpread),
      z: round(item.z),
      exactMean: round(item.exactMean),
      exactZ: round(item.exactZ),
    })),
  );

const mean = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

function spread(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, x) => sum + (x - centre) ** 2, 0) / (values.length - 1));
}

const round = (value: number): number => Number(value.toPrecision(6));
