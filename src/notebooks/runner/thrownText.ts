import type { ErrorOutput, Output } from "./nbformat";

/**
 * tslab reports a cell that throws as text on stderr, and sends no `error` message. This reads that text.
 */

// What tslab prints before a stack when nobody handled the error.
const UNHANDLED = /^(?:UnhandledPromiseRejection|UncaughtException):/m;

// A compile error: line:column - message.
const DIAGNOSTIC = /^(?:\S+ )?\d+:\d+ - (.*)/;

const HEADLINE = /^(?:Uncaught )?([A-Za-z_$][\w$.]*)(?: \[\w+\])?(?:: ([\s\S]*))?$/;
const FRAME = /^ {4}at /;
// Frames in a cell; all others name files of this machine.
const CELL_FRAME = /^ {4}at (?:.* \()?evalmachine\.<anonymous>:\d+:\d+\)?$/;

const KERNEL_FRAME = /^ {4}at .*(?:node:vm:|node:internal\/|node_modules[\\/]tslab[\\/]).*$/;

/** Whether the text reports an error that no code handled. */
export function isUnhandled(text: string): boolean {
  return UNHANDLED.test(text);
}

/** Of the texts a failed cell sent to stderr, the part that is tslab's report of the failure: the end. */
export function reportOf(stderr: readonly string[]): string {
  const isReport = (text: string) => DIAGNOSTIC.test(text);
  let start = stderr.length - 1;
  // A throw is one text; compile errors are one each.
  while (start > 0 && isReport(stderr[start] ?? "") && isReport(stderr[start - 1] ?? "")) start -= 1;
  return stderr.slice(Math.max(0, start)).join("");
}

/** The error in tslab's report, with only those lines of the stack that do not depend on the machine. */
export function toErrorOutput(report: string): ErrorOutput {
  const lines = report.replace(/\n$/, "").split("\n");
  const diagnostic = DIAGNOSTIC.exec(lines[0] ?? "");
  if (diagnostic)
    return { output_type: "error", ename: "CompileError", evalue: diagnostic[1] ?? "", traceback: lines };
  const start = afterExcerpt(lines);
  const firstFrame = lines.findIndex((line) => FRAME.test(line));
  const message = lines.slice(start, firstFrame < 0 ? undefined : firstFrame).join("\n");
  const headline = HEADLINE.exec(message);
  return {
    output_type: "error",
    ename: headline?.[1] ?? "Error",
    evalue: headline ? (headline[2] ?? "") : message,
    traceback: lines.filter((line) => !FRAME.test(line) || CELL_FRAME.test(line)),
  };
}

/** A report without the frames of the kernel's own machinery, for a person to read. */
export function withoutKernelFrames(report: string): string {
  return report
    .split("\n")
    .filter((line) => !KERNEL_FRAME.test(line))
    .join("\n");
}

/** Where the message starts: Node puts the line of code and a caret below it before some stacks. */
function afterExcerpt(lines: readonly string[]): number {
  if (!/^evalmachine\.<anonymous>:\d+$/.test(lines[0] ?? "")) return 0;
  const caret = lines.findIndex((line) => /^ *\^+$/.test(line));
  return lines[caret + 1] === "" ? caret + 2 : 0;
}

/** The cell's outputs with tslab's report, which stands on stderr, turned into an `error` output. */
export function withErrorOutput(outputs: readonly Output[], report: string): readonly Output[] {
  return outputs.flatMap((output) => {
    if (output.output_type !== "stream" || output.name !== "stderr") return [output];
    const at = output.text.lastIndexOf(report);
    if (at < 0) return [output];
    const printed = output.text.slice(0, at) + output.text.slice(at + report.length);
    const error = toErrorOutput(report);
    return printed === "" ? [error] : [{ ...output, text: printed }, error];
  });
}
