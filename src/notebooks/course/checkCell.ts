import { InputError } from "@finetune-icl/base";
import ts from "typescript";

/** The parts of a check cell, `checkAnswer("4.1", answer41, { inputs, correct, … })` with the helpers around it. */
export interface CheckCell {
  /** The answer as the call names it, such as `answer41`. */
  readonly answer: string;
  /** The list of argument lists, as it stands there. */
  readonly inputs: string;
  /** The code of the cell that the inputs need, and no more; ends with a line break unless empty. */
  readonly preparation: string;
  readonly hint: string | undefined;
}

// What a student's copy may show.
const OPEN = ["inputs", "hint"] as const;

/**
 * Reads a check cell. `where` names it in errors.
 * @throws InputError when the check is not one call with the parts written out, or when a helper that the inputs need also
 *   serves the right answer or a mistake: it would show them to students.
 */
export function readCheckCell(source: string, where: string): CheckCell {
  const file = ts.createSourceFile("check.ts", source, ts.ScriptTarget.Latest, true);
  const call = findCall(file, where);
  const [, answer, check] = call.arguments;
  if (!answer || !check || !ts.isObjectLiteralExpression(check))
    throw new InputError(where, call.getText().split("\n")[0], 'checkAnswer("4.1", answer41, { inputs: … })');
  const parts = new Map(check.properties.map((part) => [part.name?.getText(), part] as const));
  const inputs = codeAt(parts.get("inputs"), source);
  if (inputs === undefined) throw new InputError(`${where}: inputs`, undefined, "a list of argument lists");
  const hidden = [...parts].filter(([name]) => name !== OPEN[0] && name !== OPEN[1]).map(([, part]) => part);
  const own = declarations(file);
  const forInputs = reachable(parts.get("inputs")!, own);
  const forAnswers = new Set(hidden.flatMap((part) => [...reachable(part, own)]));
  const shared = [...forInputs].find((statement) => forAnswers.has(statement) && !isType(statement));
  if (shared)
    throw new InputError(
      where,
      nameOf(shared),
      "helpers that serve the inputs alone or the right answer alone: students see what the inputs need",
    );
  return {
    answer: answer.getText(),
    inputs,
    preparation: file.statements
      .filter((statement) => forInputs.has(statement))
      .map((statement) => `${statement.getFullText().replace(/^\n+/, "").trimEnd()}\n`)
      .join(""),
    hint: codeAt(parts.get("hint"), source),
  };
}

/** The check as a student gets it. */
export function sealedCell(
  { answer, inputs, preparation, hint }: CheckCell,
  exercise: string,
  sealed: string,
): string {
  return [
    `${preparation}checkAnswer(${JSON.stringify(exercise)}, ${answer}, {`,
    `  inputs: ${inputs},`,
    ...(hint === undefined ? [] : [`  hint: ${hint},`]),
    `  sealed: ${JSON.stringify(sealed)},`,
    "});",
  ].join("\n");
}

function findCall(file: ts.SourceFile, where: string): ts.CallExpression {
  const calls = file.statements.flatMap((statement) => {
    const { expression } = statement as ts.Statement & { readonly expression?: ts.Expression };
    return expression && ts.isCallExpression(expression) && expression.expression.getText() === "checkAnswer"
      ? [expression]
      : [];
  });
  const [call] = calls;
  if (!call || calls.length > 1)
    throw new InputError(where, `${calls.length} calls`, "one call of checkAnswer");
  return call;
}

function codeAt(part: ts.ObjectLiteralElementLike | undefined, source: string): string | undefined {
  if (part === undefined) return undefined;
  if (ts.isShorthandPropertyAssignment(part)) return part.name.getText();
  return ts.isPropertyAssignment(part)
    ? source.slice(part.initializer.getStart(), part.initializer.getEnd())
    : undefined;
}

/** The statements of the cell by the names that they declare. */
function declarations(file: ts.SourceFile): ReadonlyMap<string, ts.Statement> {
  return new Map(
    file.statements.flatMap((statement) => namesOf(statement).map((name) => [name, statement] as const)),
  );
}

function namesOf(statement: ts.Statement): readonly string[] {
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.flatMap(({ name }) => identifiers(name));
  const { name } = statement as ts.Statement & { readonly name?: ts.Node };
  return name && ts.isIdentifier(name) ? [name.text] : [];
}

function nameOf(statement: ts.Statement): string {
  return namesOf(statement).join(", ");
}

function isType(statement: ts.Statement): boolean {
  return ts.isTypeAliasDeclaration(statement) || ts.isInterfaceDeclaration(statement);
}

/** The statements that code refers to, directly or through others; by name, so rather one too many. */
function reachable(from: ts.Node, own: ReadonlyMap<string, ts.Statement>): ReadonlySet<ts.Statement> {
  const found = new Set<ts.Statement>();
  const visit = (node: ts.Node): void => {
    for (const name of identifiers(node)) {
      const statement = own.get(name);
      if (statement === undefined || found.has(statement)) continue;
      found.add(statement);
      visit(statement);
    }
  };
  visit(from);
  return found;
}

function identifiers(node: ts.Node): readonly string[] {
  if (ts.isIdentifier(node)) return [node.text];
  const found: string[] = [];
  node.forEachChild((child) => {
    found.push(...identifiers(child));
  });
  return found;
}
