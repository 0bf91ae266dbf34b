/** The table of claims filters by verdict and words, and sorts by the column whose name is pressed. */
const form = document.querySelector<HTMLFormElement>("form.filter")!;
const table = document.querySelector<HTMLTableElement>("table.ledger")!;
const body = table.tBodies[0]!;
const rows = [...body.rows];

form.hidden = false;
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
[...table.tHead!.rows[0]!.cells].forEach(sortable);
filter();

function filter(): void {
  const given = new FormData(form);
  const verdict = String(given.get("verdict"));
  const words = String(given.get("words")).toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const id = row.querySelector("a")!.hash.slice(1);
    const section = document.getElementById(decodeURIComponent(id));
    const text = (section?.textContent ?? row.textContent ?? "").toLowerCase();
    const fits =
      (verdict === "" || row.dataset.verdict === verdict) && words.every((word) => text.includes(word));
    row.hidden = !fits;
    if (section !== null) section.hidden = !fits;
    shown += fits ? 1 : 0;
  }
  form.querySelector("output")!.textContent = shown === 1 ? "1 claim" : `${shown} claims`;
}

function sortable(head: HTMLTableCellElement, column: number): void {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener("click", () => {
    const down = head.getAttribute("aria-sort") === "ascending";
    for (const other of table.tHead!.rows[0]!.cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", down ? "descending" : "ascending");
    const key = (row: HTMLTableRowElement) => {
      const cell = row.cells[column]!;
      return cell.dataset.value ?? cell.textContent ?? "";
    };
    const sorted = [...rows].sort((a, b) => key(a).localeCompare(key(b), "en", { numeric: true }));
    body.append(...(down ? sorted.reverse() : sorted));
  });
}
