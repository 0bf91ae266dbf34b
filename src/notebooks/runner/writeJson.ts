import { isJsonObject, type JsonValue } from "@finetune-icl/base";
import { WrittenNumber } from "./exactNumbers";
import { writeNumber } from "./writeNumber";

/**
 * The value as Jupyter writes it, character for character: one space of indent, keys sorted, numbers as Python prints
 * them. JSON.stringify writes small numbers otherwise (0.000002, 4e-9), and a notebook that is saved in Jupyter would differ.
 */
export function writeJson(value: JsonValue, indent = ""): string {
  const inner = `${indent} `;
  const lines = (parts: readonly string[]): string =>
    parts.length === 0 ? "" : `\n${parts.map((part) => inner + part).join(",\n")}\n${indent}`;
  if ((value as unknown) instanceof WrittenNumber) return (value as unknown as WrittenNumber).text;
  if (Array.isArray(value)) return `[${lines(value.map((each: JsonValue) => writeJson(each, inner)))}]`;
  if (isJsonObject(value)) {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort();
    return `{${lines(keys.map((key) => `${JSON.stringify(key)}: ${writeJson(value[key] as JsonValue, inner)}`))}}`;
  }
  return typeof value === "number" ? writeNumber(value) : JSON.stringify(value);
}
