/** On a narrow screen the contents open over the page; the button, Escape and a click beside them close them. */
export function contentsMenu(button: HTMLButtonElement, contents: HTMLElement): void {
  const set = (open: boolean) => {
    document.body.classList.toggle("contents-open", open);
    button.setAttribute("aria-expanded", String(open));
  };
  document.body.classList.add("scripted");
  button.hidden = false;
  button.addEventListener("click", () => {
    const open = !document.body.classList.contains("contents-open");
    set(open);
    if (open) contents.querySelector("a")?.focus();
  });
  document.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !document.body.classList.contains("contents-open")) return;
    set(false);
    button.focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (target instanceof Node && !contents.contains(target) && !button.contains(target)) set(false);
  });
}
