import { StringDecoder } from "node:string_decoder";
import { type Cell, currentCell, Interrupted } from "./cell";
import type { StreamName } from "./threadMessages";

type Write = NodeJS.WriteStream["write"];

/**
 * Puts `print` in place of standard output and error: text goes to the cell that wrote it. Text before the first cell goes where
 * it always went. Characters whose bytes come in several pieces are put together.
 */
export function captureStreams(print: (cell: Cell, name: StreamName, text: string) => void): void {
  for (const name of ["stdout", "stderr"] as const) {
    const stream = process[name];
    const original = stream.write.bind(stream) as Write;
    const decoders = new WeakMap<Cell, StringDecoder>();
    const decode = (cell: Cell, bytes: Uint8Array): string => {
      const decoder = decoders.get(cell) ?? new StringDecoder("utf8");
      decoders.set(cell, decoder);
      return decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    };
    stream.write = ((chunk: string | Uint8Array, ...rest: readonly unknown[]): boolean => {
      const cell = currentCell();
      if (!cell) return original(chunk as string, ...(rest as []));
      // The only hold on code of an interrupted cell that goes on by itself.
      if (cell.isInterrupted && cell.isDone) throw new Interrupted();
      const [encoding] = rest;
      const bytes =
        typeof chunk === "string" &&
        typeof encoding === "string" &&
        Buffer.isEncoding(encoding) &&
        encoding !== "utf8"
          ? Buffer.from(chunk, encoding)
          : chunk;
      const text = typeof bytes === "string" ? bytes : decode(cell, bytes);
      if (text !== "") print(cell, name, text);
      const callback = rest.find((each) => typeof each === "function") as
        | ((error?: Error) => void)
        | undefined;
      if (callback) process.nextTick(callback);
      return true;
    }) as Write;
    // Colours and widths would depend on the terminal in which a client happens to run.
    Object.defineProperty(stream, "isTTY", { value: false, configurable: true });
  }
}
