import { describe, expect, it } from "vitest";
import { SignatureMemory } from "../../src/kernel/signatureMemory";

describe("the memory of signatures", () => {
  it("takes each once", () => {
    const memory = new SignatureMemory();
    expect(["a", "b", "a", "b"].map((each) => memory.takes(each))).toEqual([true, true, false, false]);
  });

  it("forgets the oldest when it is full", () => {
    const memory = new SignatureMemory(2);
    expect(["a", "b", "c", "c", "b", "a"].map((each) => memory.takes(each))).toEqual([
      true,
      true,
      true,
      false,
      false,
      true,
    ]);
  });

  it("takes every message of a connection that signs nothing", () => {
    const memory = new SignatureMemory();
    expect(["", ""].map((each) => memory.takes(each))).toEqual([true, true]);
  });
});
