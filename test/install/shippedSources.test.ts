import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../support/root";

const IMPORT = /^(?:import|export)[^"]*?from "(\.[^"]+)"/gm;

/** What a package ships of its sources: the folders and files in its `files`, as paths in the package. */
function shippedSources(folder: string): readonly string[] {
  const { files } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    readonly files: readonly string[];
  };
  return files
    .filter((name) => name !== "dist" && existsSync(join(folder, name)))
    .flatMap((name) =>
      statSync(join(folder, name)).isDirectory()
        ? readdirSync(join(folder, name), { recursive: true, encoding: "utf8" }).map((file) =>
            join(name, file),
          )
        : [name],
    )
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.split(sep).join("/"));
}

describe("sources that are bundled where a package is installed", () => {
  it.each([
    { name: "book", bundled: /^browser\// },
    { name: "site", bundled: /^(?:browser|explore|lesson\/(?:page|platform|worker))\// },
  ])("import only what $name ships, too", ({ name, bundled }) => {
    const folder = join(packageRoot, "src", name);
    const shipped = shippedSources(folder);
    const sources = shipped.filter((file) => bundled.test(file));
    expect(sources.length).toBeGreaterThan(5);
    const missing = sources.flatMap((file) =>
      [...readFileSync(join(folder, file), "utf8").matchAll(IMPORT)]
        .map(([, specifier]) => join(dirname(file), specifier!).split(sep).join("/"))
        .filter((path) => ![`${path}.ts`, `${path}/index.ts`].some((each) => shipped.includes(each)))
        .map((path) => `${file} imports ${path}`),
    );
    expect(missing).toEqual([]);
  });
});
