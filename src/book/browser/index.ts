/** What other scripts of a page use. */
export { liveFigures } from "./figures";
export { loadScript } from "./loadScript";
export { type Plotly, plotConfig, plotly } from "./plotly";
export { printState } from "./printState";
export { scrollHints } from "./scrollHints";
export { whenNear } from "./whenNear";
