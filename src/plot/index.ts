/** Plotly figures as plain specifications, and tables as HTML and text. */

export { type CurvesOptions, curvesFigure } from "./curves";
export type { Figure, JsonObject } from "./figure";
export { type FittedLayout, fittedLayout } from "./fitted";
export { type LabelledMatrix, matricesFigure } from "./matrices";
export { type ParityOptions, parityFigure, type UncertainColumn } from "./parity";
export { type SignMapOptions, signMapFigure } from "./signMap";
export {
  axis,
  baseLayout,
  FONT,
  logarithmicAxis,
  logarithmicTicks,
  referenceLine,
  type SeriesStyle,
  wordWidth,
} from "./style";
export { subscripts } from "./subscripts";
export { tableHtml, tableText } from "./tableView";
