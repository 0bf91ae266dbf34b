import remapping from "@jridgewell/remapping";
import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** A place in a text: line from 1, column from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Source maps as JSON, the last step of a translation first: from the code that runs to what was written. */
export type MapChain = readonly string[];

/** The same map for a text that has `lines` more lines above it. */
export function shiftMap(map: string, lines: number): string {
  const { mappings, ...rest } = JSON.parse(map) as { readonly mappings: string };
  return JSON.stringify({ ...rest, mappings: ";".repeat(lines) + mappings });
}

/** Finds places in what was written. Reads the maps when it is first asked: most code never fails. */
export class Tracer {
  #maps: MapChain | undefined;
  #trace: TraceMap | undefined;

  constructor(maps: MapChain) {
    this.#maps = maps;
  }

  /** Nothing for code that nobody wrote. */
  trace({ line, column }: Place): Place | undefined {
    if (this.#maps !== undefined) {
      const maps = [...this.#maps];
      this.#maps = undefined;
      if (maps.length > 0) this.#trace = new TraceMap(remapping(maps, () => null) as never);
    }
    if (!this.#trace) return undefined;
    const found = originalPositionFor(this.#trace, { line, column });
    return found.line === null ? undefined : { line: found.line, column: found.column };
  }
}
