import { PLOT_CONFIG, plotly } from "./plotly";

/** Pixels outside the window from which on a figure becomes live. */
const EARLY = 600;

/** Puts the live figure in place of each static picture when the reader comes near it. */
export function liveFigures(figures: Iterable<HTMLElement>): void {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        void makeLive(target as HTMLElement);
      }
    },
    { rootMargin: `${EARLY}px` },
  );
  for (const figure of figures) {
    if (figure.querySelector("script.figure-data") !== null) observer.observe(figure);
  }
}

async function makeLive(figure: HTMLElement): Promise<void> {
  const { data, layout } = JSON.parse(figure.querySelector("script.figure-data")!.textContent ?? "") as {
    data: unknown;
    layout: Record<string, unknown>;
  };
  const canvas = figure.querySelector<HTMLElement>(".canvas")!;
  const picture = canvas.querySelector("img")!;
  // A figure with a size of its own that does not fit is easier to read as a picture, which shrinks.
  if (Number(layout.width) > canvas.clientWidth) {
    figure.dataset.state = "picture";
    return;
  }
  const live = document.createElement("div");
  live.className = "live";
  live.style.height = `${figure.dataset.height}px`;
  // A figure that is wider than the page scrolls inside its frame instead of being squeezed.
  live.style.minWidth = `${0.75 * Number(figure.dataset.width)}px`;
  try {
    const drawer = await plotly();
    canvas.append(live);
    await drawer.newPlot(live, data, layout, PLOT_CONFIG);
    // The picture stays in the page for print.
    picture.classList.add("print-only");
    figure.dataset.state = "live";
  } catch {
    live.remove();
    figure.dataset.state = "picture";
  }
}
