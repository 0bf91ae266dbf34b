import { InputError, type JsonValue } from "@finetune-icl/base";
import ts from "typescript";
import { type CodeCell, hasTag, isExecutable, type Notebook } from "./nbformat";

/** A constant of the cell tagged `parameters`: its name, its literal, and where that stands. */
interface Parameter {
  readonly name: string;
  readonly value: JsonValue;
  readonly cell: CodeCell;
  readonly start: number;
  readonly end: number;
}

/** New values by name, as the command line gives them: JSON, or a bare word. */
export type Overrides = ReadonlyMap<string, string>;

/**
 * The notebook with other constants in its cell tagged `parameters`: there `const name = literal;` keeps everything but
 * the literal, which is replaced by the new value. Values keep their type (number, text, true or false, list of
 * these); a number and the text "infinity" may stand for each other. `where` names the notebook in errors.
 * @throws InputError when there is no such cell, no such constant, or the value is of another type.
 */
export function overrideParameters(notebook: Notebook, overrides: Overrides, where: string): Notebook {
  if (overrides.size === 0) return notebook;
  const parameters = readParameters(notebook);
  if (parameters.length === 0)
    throw new InputError(
      `${where}: --set`,
      [...overrides.keys()],
      "a notebook with constants in a cell tagged parameters",
    );
  const edits = [...overrides].map(([name, text]) => {
    const parameter = parameters.find((each) => each.name === name);
    if (!parameter)
      throw new InputError(`${where}: --set`, name, parameters.map((each) => each.name).join(", "));
    return { ...parameter, literal: JSON.stringify(newValue(parameter, text, where)) };
  });
  const cells = notebook.cells.map((cell) => {
    // From the end, so that the places of the others stay what they are.
    const mine = edits.filter((edit) => edit.cell === cell).sort((a, b) => b.start - a.start);
    const replace = (source: string, { start, end, literal }: (typeof mine)[number]) =>
      source.slice(0, start) + literal + source.slice(end);
    return mine.length === 0 ? cell : { ...cell, source: mine.reduce(replace, cell.source) };
  });
  return { ...notebook, cells };
}

/**
 * The constants with a literal value in the cells tagged `parameters`, in their order.
 *
 * @example
 * const metadata = { tags: ["parameters"] };
 * const cell = { cell_type: "code" as const, id: "a", metadata, source: "const hours = 20;", execution_count: null, outputs: [] };
 * const found = readParameters({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [cell] });
 * console.log(found.map(({ name, value }) => `${name} is ${value}`).join()); // hours is 20
 */
export function readParameters(notebook: Notebook): readonly Parameter[] {
  return notebook.cells
    .filter((cell) => isExecutable(cell) && hasTag(cell, "parameters"))
    .flatMap((cell) => parametersOf(cell as CodeCell));
}

function parametersOf(cell: CodeCell): readonly Parameter[] {
  const file = ts.createSourceFile("cell.ts", cell.source, ts.ScriptTarget.ES2022);
  return file.statements.filter(ts.isVariableStatement).flatMap(({ declarationList }) =>
    declarationList.declarations.flatMap(({ name, initializer }) => {
      const literal = initializer && withoutType(initializer);
      const value = literal && literalValue(literal);
      if (!ts.isIdentifier(name) || value === undefined) return [];
      return [{ name: name.text, value, cell, start: literal!.getStart(file), end: literal!.getEnd() }];
    }),
  );
}

/** `20 as ShotCount` and `[1, 2] satisfies …`: the value before the type. */
function withoutType(node: ts.Expression): ts.Expression {
  return ts.isAsExpression(node) || ts.isSatisfiesExpression(node) ? withoutType(node.expression) : node;
}

function literalValue(node: ts.Expression): JsonValue | undefined {
  if (ts.isNumericLiteral(node)) return Number(node.text);
  if (ts.isStringLiteralLike(node)) return node.text;
  if (node.kind === ts.SyntaxKind.TrueKeyword) return true;
  if (node.kind === ts.SyntaxKind.FalseKeyword) return false;
  if (ts.isPrefixUnaryExpression(node) && ts.isNumericLiteral(node.operand)) {
    if (node.operator === ts.SyntaxKind.MinusToken) return -Number(node.operand.text);
    if (node.operator === ts.SyntaxKind.PlusToken) return Number(node.operand.text);
  }
  if (!ts.isArrayLiteralExpression(node)) return undefined;
  const entries = node.elements.map(literalValue);
  return entries.every((entry) => entry !== undefined) ? entries : undefined;
}

function newValue({ name, value, start: _ }: Parameter, text: string, where: string): JsonValue {
  const given = parse(text, value);
  if (hasTypeOf(given, value)) return given;
  throw new InputError(`${where}: --set ${name}`, given, describeType(value));
}

/** JSON where it is JSON, otherwise the text itself: `--set method=exact` needs no quotes within quotes. */
function parse(text: string, old: JsonValue): JsonValue {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof old === "string" && typeof value !== "string" && !isNumberLike(old) ? text : value;
  } catch {
    return text;
  }
}

function hasTypeOf(given: JsonValue, old: JsonValue): boolean {
  if (Array.isArray(old))
    return (
      Array.isArray(given) &&
      given.every((entry) => old.length === 0 || old.some((each) => hasTypeOf(entry, each)))
    );
  if (isNumberLike(old)) return isNumberLike(given) || (typeof old === "string" && typeof given === "string");
  return typeof given === typeof old && given !== null && !Array.isArray(given);
}

function isNumberLike(value: JsonValue): boolean {
  return value === "infinity" || (typeof value === "number" && Number.isFinite(value));
}

function describeType(value: JsonValue): string {
  if (Array.isArray(value)) {
    const entries = [...new Set(value.map(describeType))].join(" or ");
    return value.length === 0 ? "a list" : `a list, each entry ${entries}`;
  }
  if (isNumberLike(value)) return 'a number or "infinity"';
  return typeof value === "boolean" ? "true or false" : "a text";
}
