/** What other scripts of a page use. */
export { PLOT_CONFIG, type Plotly, plotly } from "./plotly";
