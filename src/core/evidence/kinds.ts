/** The kinds of evidence, in the order in which they are shown. */
export const EVIDENCE_KINDS = ["identity", "simulation", "training"] as const;
/** The word for a kind of evidence. */
export type EvidenceKind = (typeof EVIDENCE_KINDS)[number];

/** How much work is spent: "quick" sees the same claims and the same controls with fewer points and prompts. */
export type Profile = "full" | "quick";
