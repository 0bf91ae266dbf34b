/** Runs in the document that is printed: what is wider than the paper is set smaller. */
for (const place of document.querySelectorAll<HTMLElement>(".katex-display, .scroll")) {
  const inner = place.querySelector<HTMLElement>(".katex, table");
  if (inner === null) continue;
  // A smaller table breaks its lines elsewhere: a second look.
  for (let look = 0; look < 3 && place.scrollWidth > place.clientWidth + 1; look += 1) {
    const size = Number.parseFloat(getComputedStyle(inner).fontSize);
    inner.style.fontSize = `${(0.98 * size * place.clientWidth) / place.scrollWidth}px`;
  }
}
