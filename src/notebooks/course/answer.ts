/** What the answer of an exercise may be: a number, a yes or no, a word, a vector, or a matrix as a list of rows. */
export type Answer = number | boolean | string | readonly number[] | readonly (readonly number[])[];

/** An answer by its kind; vectors and matrices as one flat list with their shape. */
export type AnswerValue =
  | { readonly kind: "number"; readonly shape: readonly []; readonly entries: readonly [number] }
  | { readonly kind: "vector"; readonly shape: readonly [number]; readonly entries: readonly number[] }
  | {
      readonly kind: "matrix";
      readonly shape: readonly [rows: number, columns: number];
      readonly entries: readonly number[];
    }
  | { readonly kind: "yes or no"; readonly value: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "neither"; readonly is: string };

/** An answer that is made of numbers. */
export type NumericAnswer = Extract<AnswerValue, { readonly entries: readonly number[] }>;

/** Reads whatever a function returned; what is no answer at all comes back as `neither`, with words for what it is. */
export function readAnswer(value: unknown): AnswerValue {
  switch (typeof value) {
    case "number":
      return { kind: "number", shape: [], entries: [value] };
    case "boolean":
      return { kind: "yes or no", value };
    case "string":
      return { kind: "text", value: value.trim().replace(/\s+/g, " ") };
  }
  if (!Array.isArray(value)) return { kind: "neither", is: nameOf(value) };
  if (value.every((entry) => typeof entry === "number"))
    return { kind: "vector", shape: [value.length], entries: [...value] };
  const rows: readonly unknown[] = value;
  if (!rows.every(isRow)) return { kind: "neither", is: "a list that holds something else than numbers" };
  const columns = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== columns))
    return { kind: "neither", is: "a matrix whose rows are not equally long" };
  return { kind: "matrix", shape: [rows.length, columns], entries: rows.flat() };
}

/** The kind and the shape of an answer, and nothing else of it. */
export interface AnswerShape {
  readonly kind: AnswerValue["kind"];
  readonly shape?: readonly number[];
  /** In words, of what is no answer. */
  readonly is?: string;
}

/** The kind and the shape in words: `a vector of 3 numbers`. */
export function describeShape({ kind, shape = [], is = "" }: AnswerShape): string {
  switch (kind) {
    case "number":
      return "a number";
    case "yes or no":
      return "true or false";
    case "text":
      return "a text";
    case "vector":
      return shape[0] === 1 ? "a vector of 1 number" : `a vector of ${shape[0]} numbers`;
    case "matrix":
      return `a matrix of ${shape[0]} × ${shape[1]} numbers`;
    case "neither":
      return is;
  }
}

function isRow(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "number");
}

function nameOf(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  // By its method and not its class: a notebook's promises may be of another realm.
  if (typeof (value as { readonly then?: unknown }).then === "function") return "a promise";
  return typeof value === "function" ? "a function" : "an object";
}
