import { describe, expect, it } from "vitest";
import { type Claim, isApplicable } from "../../src/core/evidence/claim";
import { type IdentityEvidence, runIdentity } from "../../src/core/evidence/identity";
import { CLAIMS } from "../../src/lab/claims";

const identities = CLAIMS.flatMap(({ id, identity }: Claim): readonly [string, IdentityEvidence][] =>
  isApplicable(identity) ? [[id, identity]] : [],
);

describe("the identities of the ledger, quick profile", () => {
  it.each(identities)("%s", (id, identity) => {
    const { verdict, rows, controls } = runIdentity(id, identity, { profile: "quick", seed: 1 });
    expect(
      rows.filter(({ deviation }) => deviation !== 0).map(({ label }) => label),
      "dimensions in which the two sides differ",
    ).toEqual([]);
    expect(
      controls.filter(({ rejected }) => !rejected).map(({ description }) => description),
      "false statements that pass",
    ).toEqual([]);
    expect(verdict).toBe("verified");
  });
});
