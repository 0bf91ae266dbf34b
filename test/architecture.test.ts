import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(__dirname, "../src");

/** Who may import whom: data flows from problem to command, and theory, exact risk and simulation never meet. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  algebra: [],
  problem: ["algebra"],
  model: ["algebra", "problem"],
  exact: ["algebra", "problem", "model"],
  theory: ["algebra", "problem", "model"],
  predict: ["algebra", "problem", "model", "exact", "theory"],
  simulate: ["algebra", "problem", "model"],
  train: ["algebra", "problem", "model", "exact", "simulate"],
  experiment: ["algebra", "problem", "model", "exact", "theory", "predict", "simulate", "train", "figures"],
  sweep: ["problem", "model", "train", "experiment"],
  study: [
    "algebra",
    "problem",
    "model",
    "exact",
    "theory",
    "predict",
    "simulate",
    "train",
    "experiment",
    "evidence",
    "figures",
  ],
  bench: ["problem", "model", "exact", "simulate", "train", "notebook"],
  evidence: ["algebra", "problem", "model", "simulate"],
  claims: [
    "algebra",
    "problem",
    "model",
    "exact",
    "theory",
    "predict",
    "simulate",
    "train",
    "evidence",
    "figures",
  ],
  figures: ["algebra", "problem"],
  ledger: ["figures", "evidence", "claims"],
  kernel: [],
  notebook: ["kernel"],
  course: ["notebook"],
  explore: ["algebra", "problem", "model", "exact", "theory", "predict", "simulate", "figures"],
  book: ["algebra", "problem", "evidence", "figures", "notebook", "course", "explore"],
};

interface Import {
  readonly from: string;
  readonly room: string;
  readonly target: string;
}

function imports(): readonly Import[] {
  return readdirSync(SRC, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .flatMap((file) => {
      const text = readFileSync(join(SRC, file), "utf8");
      return [...text.matchAll(/(?:from|import|require)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path]) => ({
        from: file,
        room: roomOf(join(SRC, file)),
        target: roomOf(join(SRC, file, "..", path!)),
      }));
    });
}

/** The folder below src, or the empty text for files that stand in src itself. */
function roomOf(path: string): string {
  const parts = relative(SRC, path).split(sep);
  return parts.length > 1 ? parts[0]! : "";
}

describe("the house", () => {
  it("has only the rooms it should", () => {
    const rooms = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(rooms.map(({ name }) => name).sort()).toEqual([...Object.keys(ROOMS), "commands"].sort());
  });

  it("lets data flow one way: no room imports what stands to its right", () => {
    const wrong = imports()
      .filter(({ room, target }) => room in ROOMS && target !== room && target !== "")
      .filter(({ room, target }) => !ROOMS[room]!.includes(target))
      .map(({ from, target }) => `${from} imports from ${target}`);
    expect(wrong).toEqual([]);
    expect(imports().length).toBeGreaterThan(100);
  });
});
