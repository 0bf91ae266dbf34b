import { OWN } from "./marks";

/** What decides which declarations a cell makes. */
export interface CellWords {
  readonly text: string;
  readonly declared: ReadonlySet<string>;
  /** All names in it, but for those of parts: its own, those of other cells and of the platform, and perhaps more. */
  readonly mentioned: ReadonlySet<string>;
  /** Whether it takes something from a file of the user's, which may change. */
  readonly usesFiles: boolean;
  /** Whether it adds to modules or to the globals. */
  readonly adds: boolean;
}

/** What a cell that is compiled declares. */
export interface Declaring {
  /** Names that it declares as they are declared already. */
  readonly same: ReadonlySet<string>;
  /** It is compiled, and runs: its declarations are those that hold. */
  readonly hold: () => void;
  /** After `hold`: it failed, and did not come to some of its names; types hold all the same. */
  readonly missed: (unreached: ReadonlySet<string>, types: ReadonlySet<string>) => void;
}

/** What last declared a name: the same `meant` is the same declaration; without that, none is. */
interface Known {
  readonly meant: string | undefined;
  /** Another for each declaration that is not the same. */
  readonly version: number;
  readonly usesFiles: boolean;
}

/**
 * Knows which names cells declare as they are declared already, so that values of the earlier declaration are of the new one: those of a
 * cell that runs again in the same words, whole, since what stands beside a declaration may narrow or widen its types, while the names
 * of other cells that it mentions are those that it was compiled with. A name that is declared anew is another, even where it comes back
 * to what it was, and so are all that mention it. What comes from files of the user's may have changed with them: it is never the same.
 */
export class SameCells {
  readonly #known = new Map<string, Known>();
  #versions = 0;
  // What has been added to modules and to the globals, which any cell may use without a name.
  #additions = 0;

  /** What a cell would declare. */
  declaring({ text, declared, mentioned, usesFiles, adds }: CellWords): Declaring {
    const others = [...mentioned, ...[...mentioned].map((name) => name + OWN)]
      .filter((name) => !declared.has(name))
      .sort()
      .flatMap((name) => {
        const known = this.#known.get(name);
        return known ? [{ name, ...known }] : [];
      });
    const isOfFiles = usesFiles || others.some((each) => each.usesFiles);
    const meant = isOfFiles
      ? undefined
      : JSON.stringify([text, this.#additions, ...others.map(({ name, version }) => [name, version])]);
    const before = new Map([...declared].map((name) => [name, this.#known.get(name)]));
    const isSame = (name: string) => meant !== undefined && before.get(name)?.meant === meant;
    const declare = (name: string, as: string | undefined) => {
      this.#versions += 1;
      this.#known.set(name, { meant: as, version: this.#versions, usesFiles: isOfFiles });
    };
    return {
      same: new Set([...declared].filter(isSame)),
      hold: () => {
        for (const name of declared) if (!isSame(name)) declare(name, meant);
        if (adds) this.#additions += 1;
      },
      missed: (unreached, types) => {
        // What it came to may speak of what it did not come to, which is what it was.
        if ([...unreached].every(isSame)) return;
        for (const name of declared) {
          const known = before.get(name);
          if (!unreached.has(name) || types.has(name)) declare(name, undefined);
          else if (known) this.#known.set(name, known);
          else this.#known.delete(name);
        }
      },
    };
  }
}
