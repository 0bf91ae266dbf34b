import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { identitiesText } from "../../../src/finetune-icl/commands/identities";
import { packageRoot } from "../../support/root";

it("checks with SymPy the formulas that the package uses", () => {
  expect(readFileSync(join(packageRoot, "data/identities/identities.txt"), "utf8")).toBe(identitiesText());
});
