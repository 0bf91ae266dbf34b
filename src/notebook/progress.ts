import { MultiBar, Presets } from "cli-progress";

/** Where a long run tells a person how far it is. */
export interface Progress {
  readonly step: () => void;
  /** Prints lines above the bar. */
  readonly log: (text: string) => void;
  readonly stop: () => void;
}

/** A bar over `total` cells on a terminal; on anything else only the lines are printed. */
export function createProgress(total: number, stream: NodeJS.WriteStream): Progress {
  if (!stream.isTTY) {
    return { step: () => {}, log: (text) => stream.write(`${text}\n`), stop: () => {} };
  }
  const format = "{bar} {value} of {total} cells, {duration_formatted}";
  const bars = new MultiBar({ stream, format, clearOnComplete: true }, Presets.shades_classic);
  const bar = bars.create(total, 0);
  return {
    step: () => bar.increment(),
    log: (text) => bars.log(`${text}\n`),
    stop: () => bars.stop(),
  };
}
