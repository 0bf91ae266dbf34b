import { requireNumber, requireVector } from "@finetune-icl/base";

/** When a run is looked at: in steps of descent, or in time of gradient flow. Every so much and at the end, or as listed. */
export type Schedule = { readonly every: number } | { readonly at: readonly number[] };

/** A run at one moment. */
export interface Moment {
  /** Steps done, or the time of gradient flow. */
  readonly at: number;
  /** At `point`; for sampled training on the batch of the step that follows. */
  readonly loss: number;
  /** The run's own array: copy what you keep. */
  readonly point: Float64Array;
}

/** Looks at a run on its way without changing it. */
export interface Observer {
  readonly schedule: Schedule;
  readonly see: (moment: Moment) => void;
}

/** Anything measured on the way. */
export interface Recorded<Value> {
  readonly at: number;
  readonly loss: number;
  readonly value: Value;
}

/** An observer that keeps a function of the parameters, with the loss, at each moment of the schedule. @throws InputError naming the schedule. */
export function recorder<Value>(
  schedule: Schedule,
  measure: (point: Float64Array) => Value,
): { readonly observer: Observer; readonly records: readonly Recorded<Value>[] } {
  if ("at" in schedule) requireVector(schedule.at, "at", schedule.at.length);
  else requireNumber(schedule.every, "every");
  const records: Recorded<Value>[] = [];
  return {
    observer: { schedule, see: ({ at, loss, point }) => records.push({ at, loss, value: measure(point) }) },
    records,
  };
}

/** The scheduled moments from `from` on, in order; infinity when there is none left. */
export class Watch {
  /** The next moment to be seen. */
  next: number;
  private taken = 0;
  private readonly list: readonly number[];

  constructor(
    private readonly observer: Observer | undefined,
    from: number,
  ) {
    const schedule = observer?.schedule;
    this.list =
      schedule === undefined || "every" in schedule
        ? []
        : schedule.at.filter((at) => at >= from).sort((a, b) => a - b);
    if (schedule !== undefined && "every" in schedule) this.taken = Math.ceil(from / schedule.every);
    this.next = this.scheduled();
  }

  /** Shows a moment when it is due. */
  look(at: number, loss: number, point: Float64Array): void {
    if (at < this.next) return;
    this.observer!.see({ at, loss, point });
    while (this.next <= at) {
      this.taken += 1;
      this.next = this.scheduled();
    }
  }

  private scheduled(): number {
    const schedule = this.observer?.schedule;
    if (schedule === undefined) return Number.POSITIVE_INFINITY;
    if ("every" in schedule) return this.taken * schedule.every;
    return this.list[this.taken] ?? Number.POSITIVE_INFINITY;
  }
}

/** Shows the end of a run to an observer of every so much, and to one that listed it. */
export function seeEnd(observer: Observer | undefined, moment: Moment): void {
  if (observer === undefined) return;
  const { schedule } = observer;
  if ("every" in schedule || schedule.at.includes(moment.at)) observer.see(moment);
}
