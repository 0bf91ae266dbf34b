/**
 * Tells the style sheet how high the bar at the top is, as `--bar`: on a narrow screen, or in large letters, the book's name
 * takes several lines, and what stays in sight or is scrolled to must come to rest below them.
 */
export function barHeight(bar: HTMLElement): void {
  new ResizeObserver(() =>
    document.documentElement.style.setProperty("--bar", `${bar.getBoundingClientRect().height}px`),
  ).observe(bar, { box: "border-box" });
}
