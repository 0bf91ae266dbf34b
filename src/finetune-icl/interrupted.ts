import { constants } from "node:os";

/** Signals that end a command with a line. */
export type EndingSignal = "SIGINT" | "SIGTERM";

/** What a shell says of a program that a signal ended: 130 after Ctrl-C, 143 after SIGTERM. */
export const exitCodeOf = (signal: EndingSignal): number => 128 + constants.signals[signal];

/** Work that a signal ended; the message says what is kept, and how to go on. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly exitCode: number;

  constructor(message: string, signal: EndingSignal) {
    super(message);
    this.exitCode = exitCodeOf(signal);
  }
}
