import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "./support/root";

const SRC = join(packageRoot, "src");

/** Which package may import which: an arrow goes from the one that imports, never back. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  base: [],
  files: ["base"],
  core: ["base"],
  lab: ["base", "files", "core"],
  plot: ["base"],
  figures: ["base", "files", "core", "plot"],
  kernel: [],
  notebooks: ["base", "files", "kernel"],
  book: ["base", "files", "notebooks", "plot"],
  site: ["base", "files", "core", "plot", "figures", "kernel", "notebooks", "book"],
  "finetune-icl": ["base", "files", "core", "lab", "figures", "kernel", "notebooks", "site"],
};

/** Inside a package, which folder may import which. A package that is not named here has no such order. */
const ROOMS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  core: {
    algebra: [],
    problem: ["algebra"],
    model: ["algebra", "problem"],
    exact: ["algebra", "problem", "model"],
    theory: ["algebra", "problem", "model"],
    predict: ["algebra", "problem", "model", "exact", "theory"],
    simulate: ["algebra", "problem", "model"],
    train: ["algebra", "problem", "model", "exact", "simulate"],
    evidence: ["algebra", "problem", "model", "simulate"],
  },
  lab: {
    units: [],
    reference: ["units"],
    claims: ["reference"],
    ledger: ["units", "claims"],
    experiment: ["units", "reference"],
    sweep: ["units", "experiment"],
    study: ["units", "experiment"],
  },
  notebooks: { runner: [], course: ["runner"], compare: ["runner"], parameters: ["runner"] },
  site: { explore: [], browser: ["explore"], lesson: [] },
};

/** Packages that know nothing of this subject, and must serve any other. */
const WITHOUT_SUBJECT = ["base", "files", "plot", "kernel", "notebooks", "book"];
/** Words of the theory, and the name of the project outside the names of its packages. */
const SUBJECT =
  /attention|in-context|fine-?tun|pretrain|zero-?shot|few-?shot|\bshots?\b|ICL\b|covariance|\bregimes?\b|value (?:matrix|row)|key-?query|linear layer|θ/i;
/** How a package names itself and those it imports; {@link PACKAGES} says which these may be. */
const PACKAGE_NAME = /@finetune-icl\/([a-z]+)(?:\/[a-z]+)?/g;

interface Import {
  readonly file: string;
  readonly specifier: string;
  readonly fromPackage: string;
  readonly fromRoom: string;
  readonly toPackage: string;
  readonly toRoom: string;
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .map((file) => file.split(sep).join("/"))
  .filter((file) => file.endsWith(".ts") && !/(?:^|\/)(?:dist|node_modules)\//.test(file));

/** The folder below a package in which a file stands; the empty text for files at the package's own root. */
const roomOf = (file: string): string => file.split("/").slice(1, -1)[0] ?? "";

const imports: readonly Import[] = files.flatMap((file) => {
  const text = readFileSync(join(SRC, file), "utf8");
  const fromPackage = file.split("/")[0]!;
  return [
    ...text.matchAll(
      /(?:^(?:import|export|\}).* from|^import|import\(|require(?:\.resolve)?\()\s*"([^"]+)"/gm,
    ),
  ].flatMap(([, specifier]): readonly Import[] => {
    const common = { file, specifier: specifier!, fromPackage, fromRoom: roomOf(file) };
    if (specifier!.startsWith(".")) {
      const target = relative(SRC, join(SRC, dirname(file), specifier!))
        .split(sep)
        .join("/");
      const room =
        target.split("/").length > 2 || ROOMS[fromPackage]?.[target.split("/")[1]!]
          ? target.split("/")[1]!
          : "";
      return [{ ...common, toPackage: target.split("/")[0]!, toRoom: room }];
    }
    const door =
      /^@finetune-icl\/([a-z]+)(?:\/([a-z]+))?/.exec(specifier!) ?? /^(finetune-icl)$/.exec(specifier!);
    return door === null ? [] : [{ ...common, toPackage: door[1]!, toRoom: door[2] ?? "" }];
  });
});

describe("the house", () => {
  it("has only the packages it should", () => {
    const folders = readdirSync(SRC, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    expect(folders.map(({ name }) => name).sort()).toEqual(Object.keys(PACKAGES).sort());
  });

  it("lets data flow one way between packages, through their doors", () => {
    const wrong = imports
      .filter(({ fromPackage, toPackage }) => toPackage !== fromPackage && toPackage !== "data")
      .filter(
        ({ fromPackage, toPackage, specifier }) =>
          !PACKAGES[fromPackage]!.includes(toPackage) || specifier.startsWith("."),
      )
      .map(({ file, specifier }) => `${file} imports ${specifier}`);
    expect(wrong).toEqual([]);
    expect(imports.length).toBeGreaterThan(500);
  });

  it("lets data flow one way inside packages: no room imports what stands to its right", () => {
    const wrong = imports
      .filter(({ fromPackage, toPackage, fromRoom, toRoom, specifier }) => {
        const rooms = ROOMS[fromPackage];
        if (rooms === undefined || toPackage !== fromPackage || fromRoom === "" || fromRoom === toRoom)
          return false;
        if (specifier.endsWith("package.json")) return false;
        // The package's own door, which leads to every room, stands above them all.
        const isDoor = /^(?:\.\.\/)+(?:index)?$|^@?finetune-icl(?:\/[a-z]+)?$/.test(specifier);
        return toRoom === "" ? isDoor : !rooms[fromRoom]!.includes(toRoom);
      })
      .map(({ file, specifier }) => `${file} imports ${specifier}`);
    expect(wrong).toEqual([]);
  });

  it("names every package's dependencies in its package.json, and no others", () => {
    for (const name of Object.keys(PACKAGES)) {
      const { dependencies = {}, peerDependencies = {} } = JSON.parse(
        readFileSync(join(SRC, name, "package.json"), "utf8"),
      ) as Record<"dependencies" | "peerDependencies", Record<string, string> | undefined>;
      const named = Object.keys({ ...dependencies, ...peerDependencies })
        .filter((each) => each.startsWith("@finetune-icl/") && each !== "@finetune-icl/data")
        .map((each) => each.replace("@finetune-icl/", ""));
      const used = [
        ...new Set(
          imports
            .filter(
              ({ fromPackage, toPackage }) =>
                fromPackage === name && toPackage !== name && toPackage !== "data",
            )
            .map(({ toPackage }) => toPackage),
        ),
      ];
      expect(named.sort(), `${name}: in package.json, and imported`).toEqual(used.sort());
    }
  });

  it("keeps the subject out of what serves any course, and the names of all other packages", () => {
    const wrong = files
      .filter((file) => WITHOUT_SUBJECT.includes(file.split("/")[0]!))
      .flatMap((file) => {
        const [own] = file.split("/") as [string];
        const text = readFileSync(join(SRC, file), "utf8");
        const others = [...text.matchAll(PACKAGE_NAME)]
          .filter(([, name]) => name !== own && !PACKAGES[own]!.includes(name!))
          .map(([name]) => name);
        const words = text.replaceAll(PACKAGE_NAME, "").match(SUBJECT) ?? [];
        return [...others, ...words].map((found) => `${file}: ${found}`);
      });
    expect(wrong).toEqual([]);
  });

  it("lets no file reach itself by its imports, types included", () => {
    const targets = new Map(
      files.map((file) => [
        file,
        imports
          .filter((each) => each.file === file && each.specifier.startsWith("."))
          .flatMap(({ specifier }) => {
            const at = join(dirname(file), specifier).split(sep).join("/");
            return [`${at}.ts`, `${at}/index.ts`].filter((name) => files.includes(name));
          }),
      ]),
    );
    expect([...targets.values()].flat().length).toBeGreaterThan(500);
    expect(cycles(targets)).toEqual([]);
  });
});

/** Each way from a file back to itself that is found first, such as `a.ts → b.ts → a.ts`. */
function cycles(targets: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    const at = way.indexOf(file);
    if (at >= 0) {
      found.push([...way.slice(at), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const next of targets.get(file) ?? []) visit(next, [...way, file]);
    done.add(file);
  };
  for (const file of targets.keys()) visit(file, []);
  return found;
}

describe("the search for cycles", () => {
  it("finds those of one file, of two and of three, and none where there is none", () => {
    const graph = (edges: Readonly<Record<string, readonly string[]>>) =>
      cycles(new Map(Object.entries(edges)));
    expect(graph({ a: ["a"] })).toEqual(["a → a"]);
    expect(graph({ a: ["b"], b: ["a"] })).toEqual(["a → b → a"]);
    expect(graph({ a: ["b", "d"], b: ["c"], c: ["a"], d: [] })).toEqual(["a → b → c → a"]);
    expect(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })).toEqual([]);
  });
});
