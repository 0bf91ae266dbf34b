/** What other scripts of a page use. */
export { type Plotly, plotConfig, plotly } from "./plotly";
export { printState } from "./printState";
