import { loadScript } from "./loadScript";

/** The part of plotly.js that the book uses. */
export interface Plotly {
  newPlot(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  react(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  Plots: { resize(element: HTMLElement): void };
}

/** Pixels below which a figure's tools would cover its title, and fingers do without them. */
const NARROW = 560;

/** How plotly behaves in a place of a width. The page itself follows changes of the width, since it also fits the layout to it. */
export const plotConfig = (width: number) => ({
  responsive: false,
  displaylogo: false,
  displayModeBar: width < NARROW ? false : ("hover" as const),
});

/** Loads the book's own copy of plotly.js when it is first needed. */
export async function plotly(): Promise<Plotly> {
  await loadScript("assets/plotly.min.js");
  return (window as unknown as { Plotly: Plotly }).Plotly;
}
