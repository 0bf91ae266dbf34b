import { loadScript } from "./loadScript";

/** The part of plotly.js that the book uses. */
export interface Plotly {
  newPlot(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  react(element: HTMLElement, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  Plots: { resize(element: HTMLElement): void };
}

export const PLOT_CONFIG = { responsive: true, displaylogo: false, displayModeBar: "hover" } as const;

/** Loads the book's own copy of plotly.js when it is first needed. */
export async function plotly(): Promise<Plotly> {
  await loadScript("assets/plotly.min.js");
  return (window as unknown as { Plotly: Plotly }).Plotly;
}
