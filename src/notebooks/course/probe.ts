import { readAnswer } from "./answer";
import type { Attempt } from "./attempt";
import { threw } from "./attempt";
import type { CheckCell } from "./checkCell";
import type { RecordedCheck } from "./recordedCheck";

/**
 * Code that calls a submission's answer with the arguments of its check and prints what it gives behind `mark`. It decides
 * nothing and knows nothing of the right answer: whatever the submission has redefined, all it can change is what it answers.
 */
export function probeSource(check: CheckCell, record: RecordedCheck, mark: string): string {
  const isWritten = record.inputs.every((input) => input !== null);
  const inputs = isWritten ? `[${record.inputs.join(", ")}]` : check.inputs;
  return `{
${isWritten ? "" : check.preparation}  const encode: any = (value: any) =>
    typeof value === "number" ? { number: Object.is(value, -0) ? "-0" : String(value) }
    : typeof value === "string" || typeof value === "boolean" ? value
    : Array.isArray(value) ? value.map(encode)
    : value === undefined || value === null ? null
    : { is: typeof value.then === "function" ? "promise" : typeof value };
  const given = (${inputs} as any[]).map((input: any) => {
    try {
      return { value: encode((${check.answer} as any)(...input)) };
    } catch (error: any) {
      return { threw: [String(error?.name ?? ""), String(error?.message ?? error)] };
    }
  });
  console.log(${JSON.stringify(`\n${mark}`)} + JSON.stringify(given));
}`;
}

/** What a probe printed in its line, or nothing when it did not come to that or printed something else. */
export function readProbe(
  text: string,
  mark: string,
  { exercise, printed }: RecordedCheck,
): readonly Attempt[] | undefined {
  if (!text.startsWith(mark)) return undefined;
  try {
    const given: unknown = JSON.parse(text.slice(mark.length));
    if (!Array.isArray(given) || given.length !== printed.length) return undefined;
    return given.map((each: { readonly value?: unknown; readonly threw?: readonly unknown[] }): Attempt => {
      if (Array.isArray(each.threw)) return threw(exercise, String(each.threw[0]), String(each.threw[1]));
      return { kind: "gave", value: readAnswer(decode(each.value)) };
    });
  } catch {
    return undefined;
  }
}

function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object") return value;
  if (value === null) return undefined;
  const { number, is } = value as { readonly number?: unknown; readonly is?: unknown };
  if (number !== undefined) return Number(number);
  if (is === "promise") return Promise.resolve();
  return is === "function" ? () => {} : {};
}
