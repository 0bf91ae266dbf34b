import { describe, expect, it } from "vitest";
import { InputError } from "../../../src/base/inputError";
import { unitTask } from "../../../src/core/problem/unitTask";

describe("a unit task", () => {
  it("has its one entry at the axis, with the sign asked for", () => {
    expect(unitTask(3, 1)).toEqual([0, 1, 0]);
    expect(unitTask(2, 0, -1)).toEqual([-1, 0]);
  });

  it.each([-1, 3, 0.5])("refuses axis %d in three dimensions", (axis) => {
    expect(() => unitTask(3, axis)).toThrow(InputError);
  });
});
