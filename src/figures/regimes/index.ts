/** How the regimes look in every figure: without what draws, for programs and for pages. */
export { EXPERIMENT_STYLE, type ExperimentSeries, REGIME_STYLE } from "./regimeStyle";
