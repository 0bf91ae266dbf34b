import { InputError } from "@finetune-icl/base";
import type { Formula } from "./formula";
import type { ExpressionNode } from "./mathematics";
import { FUNCTION_TEX, NOTATION } from "./notation";
import { FLOAT } from "./numberField";

type Printer = (node: ExpressionNode) => string;
type Children = ExpressionNode & { readonly args: readonly ExpressionNode[]; readonly op: string };

/**
 * A formula as one line of TeX: `R = …`, and after a quad the abbreviations it uses.
 * @example
 * console.log(formulaTex(VALUE_ONLY_OPTIMUM_INVERSE)); // v_x = \frac{\theta_0}{d + 4}
 */
export function formulaTex(formula: Formula): string {
  const lines = [
    `${formula.symbol} = ${expressionTex(formula.expression)}`,
    ...formula.where.map(([name, text]) => `${NOTATION[name].tex} = ${expressionTex(text)}`),
  ];
  return lines.join(",\\quad ");
}

/** TeX of one mathjs expression in the shared notation; products are written by juxtaposition. @throws InputError when it is none. */
export function expressionTex(expression: string): string {
  let node: ExpressionNode;
  try {
    node = FLOAT.math.parse(expression);
  } catch (error) {
    throw new InputError("expression", expression, `an expression of mathjs (${(error as Error).message})`);
  }
  return print(node);
}

const print: Printer = (node) => {
  switch (node.type) {
    case "ParenthesisNode":
      return `\\left(${print((node as ExpressionNode & { content: ExpressionNode }).content)}\\right)`;
    case "SymbolNode": {
      const { name } = node as ExpressionNode & { name: string };
      return name in NOTATION ? NOTATION[name as keyof typeof NOTATION].tex : name;
    }
    case "FunctionNode": {
      const call = node as ExpressionNode & { fn: { name: string }; args: readonly ExpressionNode[] };
      const printCall = FUNCTION_TEX[call.fn.name];
      if (printCall === undefined) throw new Error(`no TeX for the function ${call.fn.name}`);
      return printCall(call.args.map(isPostfix(call.fn.name) ? printOperand : print));
    }
    case "OperatorNode":
      return printOperator(node as Children);
    default:
      return node.toString();
  }
};

/** A superscript binds tighter than any operator: what it stands on needs parentheses. */
function isPostfix(name: string): boolean {
  return name === "transpose" || name === "inv";
}

const printOperand: Printer = (node) =>
  node.type === "OperatorNode" ? `\\left(${print(node)}\\right)` : print(node);

function printOperator({ op, args }: Children): string {
  const [first, second] = args as [ExpressionNode, ExpressionNode | undefined];
  if (second === undefined) return `${op}${print(first)}`;
  if (op === "*") return `${print(first)} ${print(second)}`;
  if (op === "/") return `\\frac{${print(unwrapped(first))}}{${print(unwrapped(second))}}`;
  if (op === "^") return `${printBase(first)}^{${print(unwrapped(second))}}`;
  return `${print(first)} ${op} ${print(second)}`;
}

/** A symbol that is itself a fraction or a power, such as σ², is put in parentheses before it is raised to a power. */
function printBase(node: ExpressionNode): string {
  const tex = print(node);
  return node.type === "SymbolNode" && /[\\^].*[{^]/.test(tex) ? `\\left(${tex}\\right)` : tex;
}

function unwrapped(node: ExpressionNode): ExpressionNode {
  return node.type === "ParenthesisNode"
    ? (node as ExpressionNode & { content: ExpressionNode }).content
    : node;
}
