import type { IdentityEvidence } from "./identityEvidence";
import type { SimulationEvidence } from "./simulation";
import type { TrainingEvidence } from "./training";

/** Why a kind of evidence says nothing about a claim. */
export interface NotApplicable {
  readonly notApplicable: string;
}

/** A result of the theory, and the three independent ways in which it is put to the test. */
export interface Claim {
  /** Lower-case words joined by hyphens. */
  readonly id: string;
  readonly title: string;
  /** Markdown, formulas in TeX between dollar signs; no vertical bar, so that it fits into a table. */
  readonly statement: string;
  readonly assumptions: string;
  /** What the two sides of its comparisons have in common, and what holds that: a mistake there they would both make. */
  readonly shares?: string;
  /** The notebook that tells it, a file name below notebooks/, and after `#cell-` the id of the cell where it begins. */
  readonly notebook: string;
  /** Exact rational arithmetic at random points. */
  readonly identity: IdentityEvidence | NotApplicable;
  /** Monte Carlo: sampled prompts that know nothing of the theory. */
  readonly simulation: SimulationEvidence | NotApplicable;
  /** Descent by exact gradients from the pretrained point. */
  readonly training: TrainingEvidence | NotApplicable;
}

/** Whether a kind of evidence says something about a claim. */
export function isApplicable<Evidence extends object>(
  evidence: Evidence | NotApplicable,
): evidence is Evidence {
  return !("notApplicable" in evidence);
}
