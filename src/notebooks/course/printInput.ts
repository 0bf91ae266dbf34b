const LONGEST = 100;

/** The arguments of a call as a person would write them, shortened: `(0.5, [1, 0])`. */
export function printInput(input: readonly unknown[]): string {
  const text = `(${input.map(print).join(", ")})`;
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}…`;
}

function print(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "function") return "a function";
  if (Array.isArray(value)) return `[${value.map(print).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const fields = Object.entries(value).map(([key, field]) => `${key}: ${print(field)}`);
  return `{ ${fields.join(", ")} }`;
}
