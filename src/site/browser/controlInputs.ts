import type { ShotCount } from "@finetune-icl/core/problem";
import { type AnyState, type Control, type Controls, type ControlValue, onScale } from "../explore/controls";

type Input = HTMLInputElement | HTMLSelectElement;

function inputOf(form: HTMLFormElement, name: string): Input {
  return form.elements.namedItem(name) as Input;
}

export function readControls(form: HTMLFormElement, controls: Controls): AnyState {
  return Object.fromEntries(
    Object.entries(controls).map(([name, control]) => [name, inputValue(control, inputOf(form, name).value)]),
  );
}

function inputValue(control: Control, raw: string): ControlValue {
  switch (control.kind) {
    case "range":
      return onScale(control, Number(raw));
    case "shots":
      return control.values[Number(raw)]!;
    case "choice":
      return raw;
  }
}

/** Puts the controls where the state is, and their values beside them as words. */
export function setControls(form: HTMLFormElement, controls: Controls, state: AnyState): void {
  for (const [name, control] of Object.entries(controls)) {
    const input = inputOf(form, name);
    const value = state[name]!;
    input.value =
      control.kind === "shots" ? String(control.values.indexOf(value as ShotCount)) : String(value);
    if (control.kind === "choice") continue;
    const unit = control.kind === "range" ? (control.unit ?? "") : "";
    const words = value === "infinity" ? "∞" : `${value}${unit}`;
    form.querySelector(`output[for="${input.id}"]`)!.textContent = words;
    // A screen reader says the value, not the position in a list.
    input.setAttribute("aria-valuetext", value === "infinity" ? "infinity" : words);
  }
}
