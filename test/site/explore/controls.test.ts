import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AnyState,
  type Control,
  type Controls,
  type ControlValue,
  initialState,
  readState,
  writeState,
} from "../../../src/site/explore/controls";
import { EXPLORABLES } from "../../../src/site/explore/explorables";

function valuesOf(control: Control): fc.Arbitrary<ControlValue> {
  switch (control.kind) {
    case "range": {
      const { min, max, step } = control;
      const steps = Math.round((max - min) / step);
      return fc.integer({ min: 0, max: steps }).map((k) => Number((min + k * step).toPrecision(12)));
    }
    case "shots":
      return fc.constantFrom(...control.values);
    case "choice":
      return fc.constantFrom(...control.options.map(({ value }) => value));
  }
}

/** Any position of some controls. */
function states(controls: Controls): fc.Arbitrary<AnyState> {
  const values = Object.entries(controls).map(([name, control]) => [name, valuesOf(control)] as const);
  return fc.record(Object.fromEntries(values));
}

describe.each(EXPLORABLES.map((explorable) => [explorable.id, explorable] as const))(
  "%s",
  (_id, { controls }) => {
    it("has a start that lies on its scales", () => {
      const all = new URLSearchParams(
        Object.entries(initialState(controls)).map(([name, value]) => [name, String(value)]),
      );
      expect(readState(controls, all.toString())).toEqual({ state: initialState(controls), complaints: [] });
    });

    it("puts every state into an address and reads it back", () => {
      fc.assert(
        fc.property(states(controls), (state) => {
          expect(readState(controls, writeState(controls, state))).toEqual({ state, complaints: [] });
        }),
        { seed: 6, numRuns: 200 },
      );
    });

    it("survives any address: what cannot be read is as at the start, and is complained about", () => {
      const names = fc.oneof(fc.constantFrom(...Object.keys(controls)), fc.string());
      fc.assert(
        fc.property(fc.array(fc.tuple(names, fc.string()), { maxLength: 4 }), (pairs) => {
          const { state, complaints } = readState(controls, new URLSearchParams([...pairs]).toString());
          expect(Object.keys(state)).toEqual(Object.keys(controls));
          expect(readState(controls, writeState(controls, state)).state).toEqual(state);
          if (pairs.some(([name]) => !(name in controls))) expect(complaints.length).toBeGreaterThan(0);
        }),
        { seed: 7, numRuns: 200 },
      );
    });
  },
);

describe("an address", () => {
  const { controls } = EXPLORABLES[0]!;
  it("says only what differs from the start", () => {
    expect(writeState(controls, initialState(controls))).toBe("");
    expect(writeState(controls, { ...initialState(controls), noiseVariance: 0.3 })).toBe("noiseVariance=0.3");
  });

  it.each([
    ["dimension=1", "dimension: holds 1; allowed: 2 to 20"],
    ["dimension=many", "dimension: holds many; allowed: 2 to 20"],
    ["dimension=", "dimension: holds ; allowed: 2 to 20"],
    ["noise=1", "noise: holds 1; allowed: dimension, noiseVariance"],
    ["pretrainingShots=4", "pretrainingShots: holds 4; allowed: 1, 2, 3, 5"],
  ])("that holds %s is told what is allowed", (text, line) => {
    const { state, complaints } = readState(controls, text);
    expect(state).toEqual(initialState(controls));
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(line);
  });

  it("lands on the scale", () => {
    expect(readState(controls, "noiseVariance=0.31").state.noiseVariance).toBe(0.3);
  });
});
