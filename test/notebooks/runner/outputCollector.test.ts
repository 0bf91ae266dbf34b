import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KernelMessage } from "../../../src/notebooks/runner/kernelMessage";
import type { Output } from "../../../src/notebooks/runner/nbformat";
import { OutputCollector } from "../../../src/notebooks/runner/outputCollector";

const print = (text: string, name: "stdout" | "stderr" = "stdout"): KernelMessage => ({
  type: "stream",
  name,
  text,
});
const show = (text: string, displayId?: string): KernelMessage => ({
  type: "display_data",
  data: { "text/plain": text },
  metadata: {},
  displayId,
});
const update = (text: string, displayId: string): KernelMessage => ({
  type: "update_display_data",
  data: { "text/plain": text },
  metadata: { updated: true },
  displayId,
});

/** Outputs in short: `out:text`, `err:text`, `shown:text`. */
function brief(outputs: readonly Output[]): readonly string[] {
  return outputs.map((output) => {
    if (output.output_type === "stream") return `${output.name.slice(3)}:${output.text}`;
    if (output.output_type === "error") return `error:${output.ename}`;
    return `shown:${output.data["text/plain"]}`;
  });
}

function collect(...messages: readonly KernelMessage[]): readonly string[] {
  const collector = new OutputCollector();
  for (const message of messages) collector.add("a", message);
  return brief(collector.outputsOf("a"));
}

describe("outputs of a cell", () => {
  it("keep the text of each stream, whole and in order, in as few outputs as its changes of stream need", () => {
    const messages = fc.array(fc.record({ name: fc.constantFrom("stdout", "stderr"), text: fc.string() }));
    fc.assert(
      fc.property(messages, (streams) => {
        const collector = new OutputCollector();
        for (const { name, text } of streams) collector.add("a", print(text, name));
        const outputs = collector.outputsOf("a").filter((output) => output.output_type === "stream");
        const textOf = (list: readonly { name: string; text: string }[], name: string) =>
          list.map((item) => (item.name === name ? item.text : "")).join("");
        expect(textOf(outputs, "stdout")).toBe(textOf(streams, "stdout"));
        expect(textOf(outputs, "stderr")).toBe(textOf(streams, "stderr"));
        const changes = streams.filter(({ name }, index) => name !== streams[index - 1]?.name).length;
        expect(outputs.length).toBe(changes);
      }),
    );
  });

  it("do not merge text across something shown", () =>
    expect(collect(print("a"), print("b"), show("x"), print("c"))).toEqual(["out:ab", "shown:x", "out:c"]));

  it("are emptied by clear_output at once", () =>
    expect(collect(print("a"), { type: "clear_output", wait: false })).toEqual([]));

  it("are emptied by a waiting clear_output only when more comes", () => {
    const clear: KernelMessage = { type: "clear_output", wait: true };
    expect(collect(print("a"), clear)).toEqual(["out:a"]);
    expect(collect(print("a"), clear, print("b"), print("c"))).toEqual(["out:bc"]);
  });

  it("change in every cell that shows an updated display", () => {
    const collector = new OutputCollector();
    collector.add("a", show("old", "id"));
    collector.add("a", show("other", "id2"));
    collector.add("b", show("old again", "id"));
    const before = collector.outputsOf("a");
    collector.add("b", update("new", "id"));
    collector.add("b", update("for nobody", "id3"));
    expect(brief(collector.outputsOf("a"))).toEqual(["shown:new", "shown:other"]);
    expect(brief(collector.outputsOf("b"))).toEqual(["shown:new"]);
    expect(brief(before), "what was handed out stays as it was").toEqual(["shown:old", "shown:other"]);
  });

  it("hold errors and results with their fields", () => {
    const collector = new OutputCollector();
    collector.add("a", { type: "error", ename: "E", evalue: "v", traceback: ["t"] });
    collector.add("a", {
      type: "execute_result",
      data: { "text/plain": "3" },
      metadata: {},
      displayId: undefined,
      executionCount: 2,
    });
    collector.add("a", { type: "status", state: "idle" });
    expect(collector.outputsOf("a")).toEqual([
      { output_type: "error", ename: "E", evalue: "v", traceback: ["t"] },
      { output_type: "execute_result", data: { "text/plain": "3" }, metadata: {}, execution_count: 2 },
    ]);
  });
});
