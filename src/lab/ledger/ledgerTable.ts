import { type Cell, type Table, tableFrom } from "@finetune-icl/base";
import type { Ledger, LedgerEntry } from "./ledger";

/** The ledger as one flat table: a line for every comparison and for every control. */
export function ledgerTable({ claims, seed }: Ledger): Table {
  return tableFrom(claims.flatMap((entry) => entryLines(entry, seed)));
}

type Line = Record<
  | "claim"
  | "verdict"
  | "evidence"
  | "role"
  | "label"
  | "predicted"
  | "measured"
  | "standardError"
  | "deviation"
  | "tolerance"
  | "detects"
  | "outcome"
  | "reason"
  | "seed"
  | "command"
  | "notebook",
  Cell
>;

function entryLines(
  { id, verdict, evidence, command, notebook }: LedgerEntry,
  seed: number,
): readonly Line[] {
  return evidence.flatMap((part): readonly Line[] => {
    const common = { claim: id, verdict, evidence: part.kind, seed, command, notebook };
    const blank = {
      label: "",
      predicted: "",
      measured: "",
      standardError: "",
      deviation: "",
      tolerance: "",
      detects: "",
    };
    if ("notApplicable" in part) {
      return [{ ...common, ...blank, role: "none", outcome: "does not apply", reason: part.notApplicable }];
    }
    const rows = part.rows.map(
      ({
        label,
        predicted,
        measured,
        standardError = "",
        deviation,
        tolerance,
        detects = "",
        reason,
        conclusive,
      }) => ({
        ...common,
        role: "comparison",
        label,
        predicted,
        measured,
        standardError,
        deviation,
        tolerance,
        detects,
        outcome: deviation <= tolerance ? (conclusive ? "agrees" : "too coarse") : "disagrees",
        reason,
      }),
    );
    const controls = part.controls.map(({ description, deviation, rejected }) => ({
      ...common,
      ...blank,
      role: "control",
      label: description,
      deviation,
      tolerance: part.rows[0]?.tolerance ?? "",
      outcome: rejected ? "rejected" : "survives",
      reason: "a false statement, which the check must reject",
    }));
    return [...rows, ...controls];
  });
}
