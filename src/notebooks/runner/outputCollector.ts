import type { KernelMessage } from "./kernelMessage";
import type { Output } from "./nbformat";

// While messages arrive an output still changes: text is appended, displays are updated.
type Growing = Output extends infer T
  ? T extends Output
    ? { -readonly [Key in keyof T]: T[Key] }
    : never
  : never;
type Shown = Extract<Growing, { output_type: "display_data" | "execute_result" }>;

/**
 * Turns the messages about the cells of one notebook into their outputs, as a Jupyter front end does: consecutive text
 * of one stream becomes one output, an update changes every display of that id in whatever cell, and `clear_output`
 * empties the cell, at once or before its next output.
 */
export class OutputCollector {
  readonly #cells = new Map<string, { outputs: Growing[]; clearNext: boolean }>();
  readonly #displays = new Map<string, Shown[]>();

  /** Takes a message about the cell with this id. */
  add(cellId: string, message: KernelMessage): void {
    switch (message.type) {
      case "stream": {
        const { outputs } = this.#ready(cellId);
        const last = outputs.at(-1);
        if (last?.output_type === "stream" && last.name === message.name) last.text += message.text;
        else outputs.push({ output_type: "stream", name: message.name, text: message.text });
        return;
      }
      case "display_data": {
        const { data, metadata, displayId } = message;
        this.#show(cellId, { output_type: "display_data", data, metadata }, displayId);
        return;
      }
      case "execute_result": {
        const { data, metadata, displayId, executionCount } = message;
        const result = {
          output_type: "execute_result",
          data,
          metadata,
          execution_count: executionCount,
        } as const;
        this.#show(cellId, result, displayId);
        return;
      }
      case "update_display_data":
        for (const shown of this.#displays.get(message.displayId ?? "") ?? []) {
          shown.data = message.data;
          shown.metadata = message.metadata;
        }
        return;
      case "error": {
        const { ename, evalue, traceback } = message;
        this.#ready(cellId).outputs.push({ output_type: "error", ename, evalue, traceback });
        return;
      }
      case "clear_output": {
        const cell = this.#cell(cellId);
        if (message.wait) cell.clearNext = true;
        else cell.outputs = [];
        return;
      }
      case "status":
      case "other":
        return;
    }
  }

  /** The outputs of the cell so far. */
  outputsOf(cellId: string): readonly Output[] {
    return this.#cell(cellId).outputs.map((output) => ({ ...output }));
  }

  #show(cellId: string, shown: Shown, displayId: string | undefined): void {
    this.#ready(cellId).outputs.push(shown);
    if (displayId === undefined) return;
    const shownBefore = this.#displays.get(displayId) ?? [];
    this.#displays.set(displayId, [...shownBefore, shown]);
  }

  /** The cell, ready for one more output. */
  #ready(cellId: string) {
    const cell = this.#cell(cellId);
    if (cell.clearNext) {
      cell.outputs = [];
      cell.clearNext = false;
    }
    return cell;
  }

  #cell(cellId: string) {
    const known = this.#cells.get(cellId) ?? { outputs: [], clearNext: false };
    this.#cells.set(cellId, known);
    return known;
  }
}
