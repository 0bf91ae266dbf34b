import { InputError } from "@finetune-icl/base";
import type { AnswerShape, AnswerValue } from "./answer";
import {
  type AnswerKey,
  type CheckValues,
  hasInfinity,
  type Recognised,
  shapesOf,
  toldRelations,
} from "./answerKey";
import { countNumbers, fits, quantise } from "./quantise";
import { derive, relationName, type Scaled, wholeOf } from "./relation";
import { slowHash } from "./slowHash";

/**
 * The answers of a check in a form from which they cannot be read. What is right, and what is said of a known mistake, stands
 * encrypted under a slow hash of the answer itself: whoever has the answer can open it. Right answers and mistakes look
 * alike, and are sorted by their bytes.
 */
interface Seal {
  readonly version: 1;
  readonly salt: string;
  readonly tolerance: number;
  readonly shapes: readonly AnswerShape[];
  readonly mayBeInfinite: boolean;
  readonly draw: number;
  /** In base64: the tag by which an entry is found, then its message. */
  readonly entries: readonly string[];
  readonly relations: Readonly<Record<string, { readonly draw: number; readonly tag: string }>>;
}

const TAG = 16;
const RIGHT = "right";
const MISTAKE = "wrong: ";
const MOST_DRAWS = 10_000;

/**
 * Seals what a check knows. The same values and salt give the same text; the salt must not depend on the answers, since
 * it can be read.
 * @throws InputError when a mistake cannot be told from the right answer within the sealed tolerance.
 */
export function seal(values: CheckValues, salt: string): string {
  const { correct, mistakes, tolerance } = values;
  const whole = wholeOf(correct);
  const draw = findDraw(whole, tolerance, `${salt} whole`);
  const textOf = (answers: readonly AnswerValue[]) =>
    textAt(wholeOf(answers), tolerance, `${salt} whole`, draw);
  const right = textOf(correct);
  // Of two mistakes with the same answers the first is told.
  const messages = new Map(
    [...mistakes].reverse().map(({ says, values }) => [textOf(values), MISTAKE + says]),
  );
  const same = messages.get(right);
  if (same !== undefined)
    throw new InputError(
      "mistakes",
      same.slice(MISTAKE.length),
      "a mistake that differs from the right answer by more than some ten tolerances",
    );
  messages.set(right, RIGHT);
  const length = Math.max(...[...messages.values()].map((message) => Buffer.byteLength(message)));
  const entries = [...messages].map(([text, message]) => lock(text, `${salt} whole`, message, length)).sort();
  const relations = toldRelations(values).map(({ relation, of }) => {
    const name = relationName(relation);
    const own = findDraw(of, tolerance, `${salt} ${name}`);
    const text = textAt(of, tolerance, `${salt} ${name}`, own);
    return [name, { draw: own, tag: slowHash(text, `${salt} ${name}`, TAG).toString("base64") }] as const;
  });
  const sealed: Seal = {
    version: 1,
    salt,
    tolerance,
    shapes: shapesOf(correct),
    mayBeInfinite: hasInfinity(correct),
    draw,
    entries,
    relations: Object.fromEntries(relations),
  };
  return Buffer.from(JSON.stringify(sealed)).toString("base64");
}

/** The key that a sealed check has. @throws InputError when the text is not what {@link seal} gave. */
export function sealedKey(text: string): AnswerKey {
  const { salt, tolerance, shapes, mayBeInfinite, draw, entries, relations } = read(text);
  return {
    shapes,
    mayBeInfinite,
    recognise: (answers) => {
      const got = textAt(wholeOf(answers), tolerance, `${salt} whole`, draw);
      return unlock(got, `${salt} whole`, entries);
    },
    holds: (relation, answers) => {
      const name = relationName(relation);
      const sealed = relations[name];
      if (sealed === undefined) return undefined;
      const got = derive(relation, answers);
      if (got === undefined) return false;
      const hash = slowHash(textAt(got, tolerance, `${salt} ${name}`, sealed.draw), `${salt} ${name}`, TAG);
      return hash.toString("base64") === sealed.tag;
    },
  };
}

function textAt(of: Scaled, tolerance: number, salt: string, draw: number): string {
  return quantise(of, { tolerance, draw: `${salt} ${draw}` });
}

/** The first draw in which every answer within the tolerance gives the same text. */
function findDraw(of: Scaled, tolerance: number, salt: string): number {
  for (let draw = 0; draw < MOST_DRAWS; draw += 1)
    if (fits(of, { tolerance, draw: `${salt} ${draw}` })) return draw;
  throw new Error(`no grid separates ${countNumbers(of)} numbers at the tolerance ${tolerance}`);
}

function lock(text: string, salt: string, message: string, length: number): string {
  const hash = slowHash(text, salt, TAG + length);
  const padded = Buffer.concat([Buffer.from(message), Buffer.alloc(length - Buffer.byteLength(message))]);
  return Buffer.concat([hash.subarray(0, TAG), xor(padded, hash.subarray(TAG))]).toString("base64");
}

function unlock(text: string, salt: string, entries: readonly string[]): Recognised | undefined {
  const sealed = entries.map((entry) => Buffer.from(entry, "base64"));
  const hash = slowHash(text, salt, sealed[0]!.length);
  const found = sealed.find((entry) => entry.subarray(0, TAG).equals(hash.subarray(0, TAG)));
  if (found === undefined) return undefined;
  const message = xor(found.subarray(TAG), hash.subarray(TAG)).toString("utf8").replace(/\0+$/, "");
  return message === RIGHT ? { kind: "right" } : { kind: "mistake", says: message.slice(MISTAKE.length) };
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ b[index]!));
}

function read(text: string): Seal {
  try {
    const sealed = JSON.parse(Buffer.from(text, "base64").toString("utf8")) as Seal;
    if (sealed.version === 1 && sealed.entries.length > 0) return sealed;
  } catch {
    // Said below.
  }
  throw new InputError("sealed", text, "what `course --student` wrote there");
}
