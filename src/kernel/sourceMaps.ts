import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";

/** A place in a text: line from 1, column from 0. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Source maps as JSON, or how to make them, the last step of a translation first: from the code that runs to what was written. */
export type MapChain = readonly (() => string)[];

/** The same map for a text that has `lines` more lines above it. */
export function shiftMap(map: () => string, lines: number): () => string {
  return () => {
    const { mappings, ...rest } = JSON.parse(map()) as { readonly mappings: string };
    return JSON.stringify({ ...rest, mappings: ";".repeat(lines) + mappings });
  };
}

/** Finds places in what was written. Makes and reads the maps when it is first asked: most code never fails. */
export class Tracer {
  #chain: MapChain;
  #maps: readonly TraceMap[] = [];
  readonly #adjust: (place: Place) => Place;

  /** `adjust` makes the last step. */
  constructor(maps: MapChain, adjust: (place: Place) => Place = (place) => place) {
    this.#chain = maps;
    this.#adjust = adjust;
  }

  /** Nothing for code that nobody wrote. */
  trace(place: Place): Place | undefined {
    if (this.#chain.length > 0) {
      this.#maps = this.#chain.map((make) => new TraceMap(make()));
      this.#chain = [];
    }
    if (this.#maps.length === 0) return undefined;
    let at: Place | undefined = place;
    for (const map of this.#maps) {
      const { line, column }: { line: number | null; column: number | null } = originalPositionFor(map, at);
      if (line === null || column === null) return undefined;
      at = { line, column };
    }
    return this.#adjust(at);
  }
}
