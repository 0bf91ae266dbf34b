/** A button at each piece of code that copies it. */
export function copyButtons(blocks: Iterable<HTMLPreElement>): void {
  for (const block of blocks) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    button.setAttribute("aria-label", "Copy this code");
    const frame = document.createElement("div");
    frame.className = "copyable";
    block.replaceWith(frame);
    frame.append(block, button);
    button.addEventListener("click", async () => {
      button.textContent = (await copied(block.textContent ?? "", block)) ? "Copied" : "Press Ctrl+C";
      setTimeout(() => {
        button.textContent = "Copy";
      }, 1500);
    });
  }
}

/** Copies the text; where the browser does not allow that, selects it. */
async function copied(text: string, block: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(block);
    return false;
  }
}

/** One button that opens or folds all code of the page but that of exercises. */
export function foldButton(button: HTMLButtonElement | null, cells: NodeListOf<HTMLDetailsElement>): void {
  if (button === null) return;
  const all = [...cells];
  const label = () => {
    button.textContent = all.every(({ open }) => open) ? "Fold all code" : "Show all code";
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = !all.every((cell) => cell.open);
    for (const cell of all) cell.open = open;
    label();
  });
  for (const cell of all) cell.addEventListener("toggle", label);
  label();
}

/**
 * Paper cannot be unfolded. Answers and hints stay folded there too, so that exercises can be handed out, and so does code that only prepares the
 * lesson or draws its opening figure, which would push the figure pages away; the style sheet leaves it out.
 */
export function unfoldForPrint(): void {
  let folded: readonly HTMLDetailsElement[] = [];
  addEventListener("beforeprint", () => {
    folded = [
      ...document.querySelectorAll<HTMLDetailsElement>(
        ".cell:not(.opening) > details.code:not([open], .answer, .check), details.setup:has(.outputs):not([open])",
      ),
      ...document.querySelectorAll<HTMLDetailsElement>(":not(.cell) > details:not([open], .code, .setup)"),
    ];
    for (const cell of folded) cell.open = true;
  });
  addEventListener("afterprint", () => {
    for (const cell of folded) cell.open = false;
  });
}
