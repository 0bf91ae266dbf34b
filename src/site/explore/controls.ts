import type { ShotCount } from "@finetune-icl/core/problem";

/** A number on a scale of equal steps. */
export interface RangeControl {
  readonly kind: "range";
  readonly label: string;
  /** What it is, in a few words. */
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly initial: number;
  readonly unit?: string;
}

/** A shot count from a list, "infinity" included where it stands in it. */
export interface ShotsControl {
  readonly kind: "shots";
  readonly label: string;
  readonly hint: string;
  readonly values: readonly ShotCount[];
  readonly initial: ShotCount;
}

/** One of a few words. */
export interface ChoiceControl<Choice extends string = string> {
  readonly kind: "choice";
  readonly label: string;
  readonly hint: string;
  readonly options: readonly { readonly value: Choice; readonly label: string }[];
  readonly initial: Choice;
}

export type Control = RangeControl | ShotsControl | ChoiceControl;
export type Controls = Readonly<Record<string, Control>>;
export type ControlValue = number | string;

/** The values of some controls, each of the type its control gives. */
export type StateOf<C extends Controls> = {
  readonly [Name in keyof C]: C[Name] extends RangeControl
    ? number
    : C[Name] extends ShotsControl
      ? ShotCount
      : C[Name] extends ChoiceControl<infer Choice>
        ? Choice
        : never;
};

export type AnyState = Readonly<Record<string, ControlValue>>;

export function initialState(controls: Controls): AnyState {
  return Object.fromEntries(Object.entries(controls).map(([name, { initial }]) => [name, initial]));
}

/** The text after # in an address: only what differs from the start, so that short addresses stay short. */
export function writeState(controls: Controls, state: AnyState): string {
  const parts = Object.entries(controls).flatMap(([name, { initial }]) =>
    state[name] === initial ? [] : [[name, String(state[name])] as [string, string]],
  );
  return new URLSearchParams(parts).toString();
}

/**
 * Reads an address: what it does not say, or says wrongly, is as at the start. `complaints` has one line for each thing
 * that is wrong: the field, what it holds, what is allowed.
 */
export function readState(
  controls: Controls,
  text: string,
): { readonly state: AnyState; readonly complaints: readonly string[] } {
  const given = new URLSearchParams(text);
  const complaints: string[] = [];
  const state: Record<string, ControlValue> = { ...initialState(controls) };
  for (const [name, raw] of given) {
    const control = controls[name];
    const value = control === undefined ? undefined : readValue(control, raw);
    if (value === undefined) {
      const allowed = control === undefined ? Object.keys(controls).join(", ") : allowedValues(control);
      complaints.push(`${name}: holds ${raw.slice(0, 40)}; allowed: ${allowed}`);
    } else {
      state[name] = value;
    }
  }
  return { state, complaints };
}

function readValue(control: Control, raw: string): ControlValue | undefined {
  switch (control.kind) {
    case "range": {
      const value = raw.trim() === "" ? Number.NaN : Number(raw);
      return value >= control.min && value <= control.max ? onScale(control, value) : undefined;
    }
    case "shots":
      return control.values.find((value) => String(value) === raw);
    case "choice":
      return control.options.find(({ value }) => value === raw)?.value;
  }
}

/** The step of the scale next to a number, without the rounding error of adding steps. */
export function onScale({ min, step }: RangeControl, value: number): number {
  return Number((min + Math.round((value - min) / step) * step).toPrecision(12));
}

function allowedValues(control: Control): string {
  switch (control.kind) {
    case "range":
      return `${control.min} to ${control.max}`;
    case "shots":
      return control.values.join(", ");
    case "choice":
      return control.options.map(({ value }) => value).join(", ");
  }
}
