/** What a notebook shows: figures, tables and Markdown; and the figures themselves, as plain plotly specifications. */

export {
  type CurvesOptions,
  curvesFigure,
  type Figure,
  type LabelledMatrix,
  matricesFigure,
  type ParityOptions,
  parityFigure,
  type SeriesStyle,
  type SignMapOptions,
  signMapFigure,
  type UncertainColumn,
} from "@finetune-icl/plot";
export { dataFrame } from "./dataFrame";
export { showFigure, showMarkdown, showTable } from "./display";
export { notationTable, showNotation } from "./notationTable";
export { EXPERIMENT_STYLE, type ExperimentSeries, REGIME_STYLE } from "./regimes";
export { staticPicture } from "./staticPicture";
