import type { Output } from "@finetune-icl/notebooks/compare";
import type { Mistake } from "./editor";

/** Where an error of a cell lies in the cell's own code, by the lines of its traceback. */
export function mistakesIn(outputs: readonly Output[], label: string): readonly Mistake[] {
  return outputs.flatMap((output): readonly Mistake[] => {
    if (output.output_type !== "error") return [];
    if (output.ename === "CompileError")
      return output.traceback.flatMap((text) => {
        const [, line, column, message] = /^(\d+):(\d+) - (.*)$/s.exec(text) ?? [];
        return message === undefined ? [] : [{ line: Number(line), column: Number(column), message }];
      });
    for (const text of output.traceback) {
      const [, line, column] = new RegExp(`\\b${label}:(\\d+):(\\d+)`).exec(text) ?? [];
      if (line !== undefined)
        return [{ line: Number(line), column: Number(column), message: `${output.ename}: ${output.evalue}` }];
    }
    return [];
  });
}
