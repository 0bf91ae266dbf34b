/** Pixels outside the window from which on a reader is near. */
const EARLY = 600;

/**
 * Does something with each element once, when the reader comes near it. `work` gives whether it could be done: what is hidden again before waits
 * until it is shown.
 */
export function whenNear<E extends HTMLElement>(
  elements: Iterable<E>,
  work: (element: E) => Promise<boolean>,
): void {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        void work(target as E).then((isDone) => isDone || observer.observe(target));
      }
    },
    { rootMargin: `${EARLY}px` },
  );
  for (const element of elements) observer.observe(element);
}
