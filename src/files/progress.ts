import { printableLines, readWhole } from "@finetune-icl/base";
import { MultiBar, Presets } from "cli-progress";

/** Where a long run tells a person how far it is. */
export interface Progress {
  /** So many things more are done, one unless told. */
  readonly step: (count?: number) => void;
  /** Prints lines above the bar, without what a terminal would obey. */
  readonly log: (text: string) => void;
  readonly stop: () => void;
}

/** A stream as far as it is used here; no type of Node stands in what the package declares. */
export interface OutputStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** A bar over `total` things on a terminal; on anything else only the lines are printed. @throws InputError naming `total`, or the `count` of a step. */
export function createProgress(total: number, stream: OutputStream, things = "cells"): Progress {
  readWhole(total, "total", 0);
  if (!stream.isTTY) {
    return {
      step: (count = 1) => void readWhole(count, "count", 0),
      log: (text) => stream.write(`${printableLines(text)}\n`),
      stop: () => {},
    };
  }
  const bars = new MultiBar(
    {
      // cli-progress asks for a whole stream in its types, and uses this much of it.
      stream: stream as never,
      format: `{bar} {value} of {total} ${things}, {duration_formatted}, {eta_formatted} left`,
      barsize: 24,
      clearOnComplete: true,
      // Neither the terminal's settings nor the signals are touched: a killed run leaves nothing to repair.
      linewrap: true,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  const bar = bars.create(total, 0);
  return {
    step: (count = 1) => bar.increment(readWhole(count, "count", 0)),
    log: (text) => {
      bars.log(`${printableLines(text)}\n`);
      // Logged lines wait for the next redraw, which may never come.
      bars.update();
    },
    stop: () => bars.stop(),
  };
}
