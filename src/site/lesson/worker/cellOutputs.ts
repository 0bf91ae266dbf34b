import { bundleSize, cutBundle, MOST_OUTPUTS, MOST_TEXT, MOST_TOGETHER } from "./cut";
import type { Message } from "./messages";

/** So long outputs may wait for the next ones; what comes first does not wait, since a loop may follow that never lets go. */
const WAIT_MS = 100;

type Data = Extract<Message, { type: "display_data" }>["data"];
type StreamName = "stdout" | "stderr";

/** Displays that may be updated, by their ids, and whose outputs they are. */
export type Displays = Map<string, { readonly owner: CellOutputs; size: number }[]>;

export interface CellOutputsOptions {
  readonly send: (messages: readonly Message[]) => void;
  /** Does some work in so many milliseconds, if the worker comes to it. */
  readonly later: (work: () => void, milliseconds: number) => void;
  readonly displays: Displays;
}

/**
 * Outputs of a cell on their way to the page. A message each would keep the page busy, so they are collected: what a later one takes back
 * or replaces is never sent. What becomes more than anybody reads is cut, and how much that is stands in its place.
 */
export class CellOutputs {
  #pending: Message[] = [];
  /** The text that the next text belongs to. */
  #open: StreamName | undefined;
  #outputs = 0;
  #characters = 0;
  #size = 0;
  #cut = { lines: 0, characters: 0, outputs: 0 };
  /** What has been said of what was cut. */
  #said: string | undefined;
  #clearsNext = false;
  #sent = Number.NEGATIVE_INFINITY;
  #waits = false;
  /** Under which the words on what was cut are displayed. */
  readonly #notice: string;
  static #count = 0;

  constructor(private readonly options: CellOutputsOptions) {
    CellOutputs.#count += 1;
    this.#notice = `cut ${CellOutputs.#count}`;
  }

  write(name: StreamName, text: string): void {
    this.#begin();
    const isNew = this.#open !== name;
    const room = isNew && this.#outputs >= MOST_OUTPUTS ? 0 : MOST_TEXT - this.#characters;
    const kept = text.length <= room ? text : text.slice(0, room);
    if (kept.length < text.length) {
      const cut = text.slice(kept.length);
      this.#cut.characters += cut.length;
      this.#cut.lines += cut.split("\n").length - 1;
    }
    if (kept !== "") {
      this.#characters += kept.length;
      if (isNew) this.#outputs += 1;
      const last = this.#pending.at(-1);
      if (!isNew && last?.type === "stream" && last.name === name)
        this.#pending[this.#pending.length - 1] = { type: "stream", name, text: last.text + kept };
      else this.#pending.push({ type: "stream", name, text: kept });
      this.#open = name;
    }
    this.#due();
  }

  display(given: Data, displayId: string | undefined): void {
    this.#begin();
    const data = this.#outputs >= MOST_OUTPUTS ? undefined : sendable(given);
    const size = data === undefined ? 0 : bundleSize(data);
    if (data === undefined || this.#size + size > MOST_TOGETHER) this.#cut.outputs += 1;
    else {
      this.#put({ type: "display_data", data, metadata: {}, displayId });
      this.#size += size;
      if (displayId !== undefined) {
        const known = this.options.displays.get(displayId) ?? [];
        this.options.displays.set(displayId, [...known, { owner: this, size }]);
      }
    }
    this.#due();
  }

  /** Puts other data into the displays of this id, whichever cell they stand in. */
  static update(displays: Displays, displayId: string, given: Data): void {
    const known = displays.get(displayId);
    if (known === undefined) return;
    const data = sendable(given);
    const size = bundleSize(data);
    for (const display of known) {
      const { owner } = display;
      if (owner.#size + size - display.size > MOST_TOGETHER) owner.#cut.outputs += 1;
      else {
        owner.#size += size - display.size;
        display.size = size;
        owner.#pending = owner.#pending.filter(
          (each) => each.type !== "update_display_data" || each.displayId !== displayId,
        );
        owner.#pending.push({ type: "update_display_data", data, metadata: {}, displayId });
      }
      owner.#due();
    }
  }

  clear(wait: boolean): void {
    this.#clearsNext = true;
    if (!wait) this.#begin();
    this.#due();
  }

  /** The cell's value, which is shown whatever the cell has displayed. */
  result(text: string): void {
    this.#begin();
    const { "text/plain": kept = "" } = cutBundle({ "text/plain": text });
    const data = { "text/plain": kept };
    this.#put({ type: "execute_result", data, metadata: {}, displayId: undefined, executionCount: null });
  }

  /** An error; the cell's own is shown whatever it has displayed. */
  error(error: Omit<Extract<Message, { type: "error" }>, "type">, isOwn: boolean): void {
    this.#begin();
    if (isOwn || this.#outputs < MOST_OUTPUTS) this.#put({ type: "error", ...error });
    else this.#cut.outputs += 1;
    this.#due();
  }

  flush(): void {
    this.#noticeCut();
    if (this.#pending.length === 0) return;
    const messages = this.#pending;
    this.#pending = [];
    this.#sent = Date.now();
    this.options.send(messages);
  }

  #put(message: Message): void {
    this.#outputs += 1;
    this.#open = undefined;
    this.#pending.push(message);
  }

  /** Empties what another output was to empty. */
  #begin(): void {
    if (!this.#clearsNext) return;
    this.#clearsNext = false;
    this.#pending = [{ type: "clear_output", wait: false }];
    this.#open = undefined;
    this.#outputs = 0;
    this.#characters = 0;
    this.#size = 0;
    this.#cut = { lines: 0, characters: 0, outputs: 0 };
    this.#said = undefined;
    const { displays } = this.options;
    for (const [id, known] of displays) {
      const others = known.filter(({ owner }) => owner !== this);
      if (others.length === 0) displays.delete(id);
      else if (others.length < known.length) displays.set(id, others);
    }
  }

  #noticeCut(): void {
    const { lines, characters, outputs } = this.#cut;
    const parts = [
      ...(characters === 0 ? [] : [`${lines} more lines (${characters} characters) were printed`]),
      ...(outputs === 0 ? [] : [`${outputs} more outputs were displayed`]),
    ];
    const words = parts.length === 0 ? undefined : `… cut here: ${parts.join(", and ")}.`;
    if (words === undefined || words === this.#said) return;
    this.#pending.push({
      type: this.#said === undefined ? "display_data" : "update_display_data",
      data: { "text/plain": words },
      metadata: {},
      displayId: this.#notice,
    });
    this.#said = words;
    this.#open = undefined;
  }

  #due(): void {
    if (Date.now() - this.#sent >= WAIT_MS) this.flush();
    else if (!this.#waits) {
      this.#waits = true;
      this.options.later(() => {
        this.#waits = false;
        this.flush();
      }, WAIT_MS);
    }
  }
}

/** Whatever a cell hands over, as something that can be sent, and cut. */
const sendable = (data: Data): Data => JSON.parse(JSON.stringify(cutBundle(data))) as Data;
