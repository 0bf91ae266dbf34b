/**
 * Paper shows what the screen shows: before printing, the live figure is copied as it stands, to be scaled to the page, and the position of the
 * controls is written out, since controls are not printed.
 */
export function printState(section: HTMLElement, live: () => HTMLElement | undefined): void {
  const canvas = section.querySelector<HTMLElement>(".canvas")!;
  const form = section.querySelector<HTMLFormElement>("form.controls")!;
  let added: readonly HTMLElement[] = [];
  const remove = () => {
    for (const element of added) element.remove();
    added = [];
    section.classList.remove("printed");
  };
  addEventListener("beforeprint", () => {
    remove();
    const drawn = live();
    if (drawn === undefined) return;
    const picture = document.createElement("div");
    picture.className = "print-state";
    picture.innerHTML = copyOf(drawn);
    canvas.append(picture);
    const words = document.createElement("p");
    words.className = "print-state";
    words.textContent = `${stateInWords(form)}.`;
    section.querySelector(".stage")!.after(words);
    added = [picture, words];
    section.classList.add("printed");
  });
  addEventListener("afterprint", remove);
}

/** The layers of a drawn figure as one SVG that scales; its identifiers are its own, since the original is still there. */
function copyOf(drawn: HTMLElement): string {
  const layers = [...drawn.querySelectorAll("svg.main-svg")].map((layer) => layer.innerHTML).join("");
  const { width, height } = drawn.getBoundingClientRect();
  const renamed = layers
    .replace(/ id="([^"]+)"/g, ' id="$1-print"')
    .replace(/url\((&quot;|["']?)#([^)"'&]+)\1\)/g, "url($1#$2-print$1)");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">${renamed}</svg>`;
}

function stateInWords(form: HTMLFormElement): string {
  return [...form.querySelectorAll<HTMLElement>(".control")]
    .map((control) => {
      const label = control.querySelector("label")!.firstChild?.textContent?.trim() ?? "";
      const select = control.querySelector("select");
      const value = select?.selectedOptions[0]?.textContent ?? control.querySelector("output")?.textContent;
      return `${label}: ${value ?? ""}`;
    })
    .join("; ");
}
