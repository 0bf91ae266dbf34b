/** Makes the worker's globals what Node's are to a cell. Imported first. */
import { Buffer } from "buffer";
import { consoleTable } from "./consoleTable";
import process from "./process";
import { startImmediate, stopImmediate } from "./timers";
import { formatWithOptions, inspect } from "./util";

const print =
  (name: "stdout" | "stderr") =>
  (...values: readonly unknown[]): void => {
    process[name].write(`${indented(formatWithOptions({}, ...values))}\n`);
  };

let indentation = "";
const indented = (text: string): string => (indentation === "" ? text : text.replace(/^/gm, indentation));

const out = print("stdout");
const err = print("stderr");
const counts = new Map<string, number>();
const timers = new Map<string, number>();
const elapsed = (label: string): string =>
  `${label}: ${(performance.now() - (timers.get(label) ?? performance.now())).toFixed(3)}ms`;
const group = (...values: readonly unknown[]): void => {
  if (values.length > 0) out(...values);
  indentation += "  ";
};

Object.assign(console, {
  log: out,
  info: out,
  debug: out,
  warn: err,
  error: err,
  trace: (...values: readonly unknown[]) => err("Trace:", ...values),
  dir: (value: unknown, options: object = {}) => out(inspect(value, options)),
  dirxml: out,
  table: (value: unknown, properties?: readonly string[]) => out(consoleTable(value, properties) ?? value),
  assert: (condition: unknown, ...values: readonly unknown[]) => {
    if (!condition) err("Assertion failed", ...values);
  },
  group,
  groupCollapsed: group,
  groupEnd: () => {
    indentation = indentation.slice(2);
  },
  count: (label = "default") => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    out(`${label}: ${counts.get(label)}`);
  },
  countReset: (label = "default") => counts.delete(label),
  time: (label = "default") => timers.set(label, performance.now()),
  timeLog: (label = "default", ...values: readonly unknown[]) => out(elapsed(label), ...values),
  timeEnd: (label = "default") => {
    out(elapsed(label));
    timers.delete(label);
  },
});

Object.assign(globalThis, {
  process,
  Buffer,
  global: globalThis,
  setImmediate: startImmediate,
  clearImmediate: stopImmediate,
});
