import { fittedLayout, type JsonObject } from "@finetune-icl/plot";
import { plotConfig, plotly } from "./plotly";
import { whenNear } from "./whenNear";

/** Puts the live figure in place of each static picture when the reader comes near it. */
export function liveFigures(figures: Iterable<HTMLElement>): void {
  const withData = [...figures].filter((figure) => figure.querySelector("script.figure-data") !== null);
  whenNear(withData, makeLive);
}

/** Gives whether the figure had a place to be drawn in. */
async function makeLive(figure: HTMLElement): Promise<boolean> {
  const { data, layout } = JSON.parse(figure.querySelector("script.figure-data")!.textContent ?? "") as {
    data: readonly JsonObject[];
    layout: Record<string, unknown>;
  };
  const canvas = figure.querySelector<HTMLElement>(".canvas")!;
  const picture = canvas.querySelector("img")!;
  // A figure with a size of its own that does not fit is easier to read as a picture, which shrinks.
  if (Number(layout.width) > canvas.clientWidth) {
    figure.dataset.state = "picture";
    return true;
  }
  const live = document.createElement("div");
  live.className = "live";
  const natural = { width: Number(figure.dataset.width), height: Number(figure.dataset.height) };
  const isOfOwnSize = Number(layout.width) > 0;
  const fitted = () =>
    isOfOwnSize
      ? { layout, ...natural }
      : fittedLayout({ data, layout: layout as JsonObject }, natural, canvas.clientWidth);
  const size = ({ width, height }: { readonly width: number; readonly height: number }) => {
    live.style.height = `${height}px`;
    // A figure that needs more than the page has scrolls inside its frame instead of being squeezed.
    live.style.minWidth = width > canvas.clientWidth ? `${width}px` : "0";
  };
  try {
    const drawer = await plotly();
    if (canvas.clientWidth === 0) return false;
    canvas.append(live);
    size(fitted());
    await drawer.newPlot(live, data, fitted().layout, plotConfig(canvas.clientWidth));
    let width = canvas.clientWidth;
    new ResizeObserver(() => {
      // Without a width it is not shown: it comes back as it was.
      if (canvas.clientWidth === width || canvas.clientWidth === 0) return;
      width = canvas.clientWidth;
      size(fitted());
      void drawer.react(live, data, fitted().layout, plotConfig(canvas.clientWidth));
    }).observe(canvas);
    // The picture stays in the page for print.
    picture.classList.add("print-only");
    figure.dataset.state = "live";
  } catch {
    live.remove();
    figure.dataset.state = "picture";
  }
  return true;
}
