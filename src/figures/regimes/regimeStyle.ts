import type { RegimeKind } from "@finetune-icl/core/problem";
import type { SeriesStyle } from "@finetune-icl/plot";

/**
 * The look of each regime. Colours are Okabe and Ito's, which colour-blind readers can tell apart; dash and marker tell
 * the series apart in grey.
 * @example
 * console.log(REGIME_STYLE["zero-shot-value"].label); // value matrix only
 */
export const REGIME_STYLE: Readonly<Record<RegimeKind, SeriesStyle>> = {
  pretrained: { label: "pretrained", color: "#000000", dash: "solid", marker: "circle" },
  "zero-shot-full": { label: "all parameters", color: "#D55E00", dash: "dash", marker: "square" },
  "zero-shot-value": { label: "value matrix only", color: "#0072B2", dash: "dashdot", marker: "diamond" },
  "zero-shot-key-query": {
    label: "key-query matrix only",
    color: "#009E73",
    dash: "dot",
    marker: "triangle-up",
  },
  "auxiliary-value": {
    label: "value matrix, auxiliary loss",
    color: "#CC79A7",
    dash: "longdash",
    marker: "cross",
  },
  "auxiliary-full": {
    label: "all parameters, auxiliary loss",
    color: "#E69F00",
    dash: "longdashdot",
    marker: "x",
  },
};

/** The regimes of the released experiment, by the names they have in data/reference and data/experiment. */
export type ExperimentSeries = "pretrained" | `${"zs" | "both"}${"" | "_v" | "_kq" | "_k" | "_q"}`;

/** The look of each regime of the released experiment; where theory knows the regime, the same as in {@link REGIME_STYLE}. */
export const EXPERIMENT_STYLE: Readonly<Record<ExperimentSeries, SeriesStyle>> = {
  pretrained: REGIME_STYLE.pretrained,
  zs: REGIME_STYLE["zero-shot-full"],
  both: REGIME_STYLE["auxiliary-full"],
  zs_v: REGIME_STYLE["zero-shot-value"],
  both_v: REGIME_STYLE["auxiliary-value"],
  zs_kq: REGIME_STYLE["zero-shot-key-query"],
  both_kq: {
    label: "key-query matrix, auxiliary loss",
    color: "#56B4E9",
    dash: "2px,7px",
    marker: "triangle-down",
  },
  zs_k: { label: "key matrix only", color: "#332288", dash: "14px,3px", marker: "triangle-left" },
  both_k: { label: "key matrix, auxiliary loss", color: "#882255", dash: "14px,8px", marker: "star" },
  zs_q: {
    label: "query matrix only",
    color: "#662200",
    dash: "9px,3px,2px,3px,2px,3px",
    marker: "triangle-right",
  },
  both_q: { label: "query matrix, auxiliary loss", color: "#6666FF", dash: "5px,2px", marker: "bowtie" },
};
