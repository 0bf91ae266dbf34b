import { existsSync } from "node:fs";
import { join } from "node:path";
import katex from "katex";
import { describe, expect, it } from "vitest";
import { isApplicable } from "../../../src/core/evidence/claim";
import { EVIDENCE_KINDS } from "../../../src/core/evidence/kinds";
import { CLAIMS } from "../../../src/lab/claims";
import { readNotebook } from "../../../src/notebooks/runner/readNotebook";
import { packageRoot } from "../../support/root";

describe("the claims", () => {
  it("have different ids made of words", () => {
    const ids = CLAIMS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(id))).toEqual([]);
  });

  it.each(CLAIMS.map((claim) => [claim.id, claim] as const))(
    "%s: valid TeX, a notebook that is there, a reason for evidence that does not apply",
    (_id, claim) => {
      for (const text of [claim.statement, claim.assumptions]) {
        const parts = text.split("$");
        expect(parts.length % 2, `dollar signs come in pairs: ${text}`).toBe(1);
        for (const [i, part] of parts.entries()) {
          if (i % 2 === 1) katex.renderToString(part, { throwOnError: true, strict: "error" });
        }
        expect(text).not.toContain("|");
      }
      expect(claim.shares?.length ?? 0, "what the two sides share is named").toBeGreaterThan(20);
      expect(claim.shares).not.toContain("|");
      const [file, anchor] = claim.notebook.split("#");
      const path = join(packageRoot, "notebooks", file!);
      expect(existsSync(path), `${claim.notebook} is there`).toBe(true);
      if (anchor !== undefined) {
        const ids = readNotebook(path).cells.map(({ id }) => `cell-${id}`);
        expect(ids, `${file} has the cell ${anchor}`).toContain(anchor);
      }
      const kinds = EVIDENCE_KINDS.map((kind) => claim[kind]);
      expect(kinds.some(isApplicable)).toBe(true);
      for (const evidence of kinds) {
        if (!isApplicable(evidence)) expect(evidence.notApplicable.length).toBeGreaterThan(20);
      }
    },
  );
});
