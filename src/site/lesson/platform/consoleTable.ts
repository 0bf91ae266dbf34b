/** What `console.table` prints, as Node does: its rules for rows, columns and how deep a value is shown. */
import { inspect } from "./util";

type Row = Readonly<Record<string, unknown>>;
type Column = readonly (string | undefined)[];

/** The table, or undefined where there is nothing with rows. */
export function consoleTable(data: unknown, properties?: readonly string[]): string | undefined {
  if (data === null || typeof data !== "object") return undefined;
  const indices = (count: number): Column => Array.from({ length: count }, (_, i) => String(i));
  if (data instanceof Map)
    return drawn(
      ["(iteration index)", "Key", "Values"],
      [indices(data.size), [...data.keys()].map(shown), [...data.values()].map(shown)],
    );
  if (data instanceof Set)
    return drawn(["(iteration index)", "Values"], [indices(data.size), [...data].map(shown)]);
  const keys = Object.keys(data);
  const items = keys.map((key) => (data as Row)[key]);
  const columns = new Map<string, (string | undefined)[]>();
  const values: (string | undefined)[] = [];
  for (const [i, item] of items.entries()) {
    const isPlain = item === null || (typeof item !== "function" && typeof item !== "object");
    if (isPlain && properties === undefined) {
      values[i] = shown(item);
      continue;
    }
    for (const key of properties ?? Object.keys(item as object)) {
      const column = columns.get(key) ?? [];
      column[i] = !isPlain && Object.hasOwn(item, key) ? shown((item as Row)[key]) : "";
      columns.set(key, column);
    }
  }
  return drawn(
    ["(index)", ...columns.keys(), ...(values.length > 0 ? ["Values"] : [])],
    [keys, ...columns.values(), ...(values.length > 0 ? [values] : [])],
  );
}

function shown(value: unknown): string {
  const isWide =
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 2;
  return inspect(value, {
    depth: isWide ? -1 : 0,
    maxArrayLength: 3,
    breakLength: Number.POSITIVE_INFINITY,
  });
}

function drawn(heads: readonly string[], columns: readonly Column[]): string {
  const rows = Math.max(0, ...columns.map(({ length }) => length));
  const widths = columns.map((column, i) =>
    Math.max(heads[i]!.length, ...Array.from(column, (text) => text?.length ?? 0)),
  );
  const line = (left: string, between: string, right: string) =>
    `${left}${widths.map((width) => "─".repeat(width + 2)).join(between)}${right}`;
  const row = (texts: readonly string[]) =>
    `│ ${texts.map((text, i) => text.padEnd(widths[i]!)).join(" │ ")} │`;
  return [
    line("┌", "┬", "┐"),
    row(heads),
    line("├", "┼", "┤"),
    ...Array.from({ length: rows }, (_, i) => row(columns.map((column) => column[i] ?? ""))),
    line("└", "┴", "┘"),
  ].join("\n");
}
