/**
 * What scrolls sideways says so: `data-more` names the sides at which something is hidden, where the page lets it fade out.
 */
export function scrollHints(elements: Iterable<HTMLElement>): void {
  const mark = (element: HTMLElement) => {
    const hidden = element.scrollWidth - element.clientWidth;
    const sides = [
      ...(element.scrollLeft > 1 ? ["left"] : []),
      ...(hidden - element.scrollLeft > 1 ? ["right"] : []),
    ];
    if (hidden <= 1 || sides.length === 0) delete element.dataset.more;
    else element.dataset.more = sides.join(" ");
  };
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const element = target as HTMLElement;
      mark(watched.get(element) ?? element);
    }
  });
  // What an element holds may grow while its own box stays: both are watched.
  const watched = new Map<Element, HTMLElement>();
  for (const element of elements) {
    observer.observe(element);
    for (const child of element.children) {
      watched.set(child, element);
      observer.observe(child);
    }
    new MutationObserver(() => mark(element)).observe(element, { childList: true });
    element.addEventListener("scroll", () => mark(element), { passive: true });
  }
}
