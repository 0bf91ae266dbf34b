import { readFileSync } from "node:fs";
import { join } from "node:path";
import { makeTemporaryFolder } from "@finetune-icl/files";

/** The part of TypeDoc that is used here; its own types cannot be read under the module resolution of the build. */
interface TypeDoc {
  readonly Application: {
    bootstrapWithPlugins(options: Readonly<Record<string, unknown>>): Promise<{
      convert(): Promise<Project | undefined>;
      generateOutputs(project: Project): Promise<void>;
    }>;
  };
}

interface Project {
  readonly children?: readonly { readonly name: string }[];
  getSymbolIdFromReflection(
    reflection: object,
  ): { readonly packageName: string; readonly packagePath: string } | undefined;
}

/** One exported name: what TypeDoc says of it, as Markdown. */
export interface ReferenceEntry {
  readonly name: string;
  /** The folder of its package in which it is defined, or else the package. */
  readonly room: string;
  /** Anchors that stand in the text; links between entries lead to them. */
  readonly anchors: readonly string[];
  /** Starts with a heading of level 2. */
  readonly markdown: string;
}

/** The source whose exports the reference lists. */
export const REFERENCE_ENTRY = "src/finetune-icl/index.ts";

/** Every anchor starts so, and no heading of the book does. */
const ANCHOR = "api-";

/** What TypeDoc writes about the exports of {@link REFERENCE_ENTRY}, name by name, in the order of the source. */
export async function readReference(root: string): Promise<readonly ReferenceEntry[]> {
  // TypeDoc needs half a second to load.
  const { Application } = require("typedoc") as TypeDoc;
  const { path: folder, remove: clean } = makeTemporaryFolder("reference");
  try {
    const app = await Application.bootstrapWithPlugins({
      entryPoints: [join(root, REFERENCE_ENTRY)],
      tsconfig: join(root, "tsconfig.json"),
      plugin: ["typedoc-plugin-markdown"],
      out: folder,
      readme: "none",
      logLevel: "Error",
      // Types are checked when the package is built.
      skipErrorChecking: true,
      disableGit: true,
      disableSources: true,
      excludePrivate: true,
      excludeExternals: true,
      sort: ["source-order"],
      router: "module",
      entryFileName: "index",
      hidePageHeader: true,
      hideBreadcrumbs: true,
      useCodeBlocks: true,
      expandParameters: true,
      useHTMLAnchors: true,
      anchorPrefix: ANCHOR,
      parametersFormat: "table",
      interfacePropertiesFormat: "table",
      classPropertiesFormat: "table",
      typeDeclarationFormat: "table",
      typeAliasPropertiesFormat: "table",
    });
    const project = await app.convert();
    if (project === undefined) throw new Error(`TypeDoc cannot read ${REFERENCE_ENTRY}`);
    await app.generateOutputs(project);
    return entries(readFileSync(join(folder, "index.md"), "utf8"), roomsOf(project));
  } finally {
    clean();
  }
}

/** Exported name → the folder of its package in which it is defined, or else the package. */
function roomsOf(project: Project): ReadonlyMap<string, string> {
  return new Map(
    (project.children ?? []).map((child) => {
      const { packageName = "", packagePath = "" } = project.getSymbolIdFromReflection(child) ?? {};
      const room = /^([^/]+)\//.exec(packagePath)?.[1];
      return [child.name, room ?? packageName.replace(/^@[^/]+\//, "")] as const;
    }),
  );
}

/** Cuts the one page that TypeDoc writes into its entries; their headings move up by one level. */
function entries(text: string, rooms: ReadonlyMap<string, string>): readonly ReferenceEntry[] {
  const order = [...rooms.keys()];
  const found = text
    .split(/^(?=<a id="[^"]*"><\/a>\n\n### )/m)
    .slice(1)
    .map((part) => {
      const name = (/^### (.*)$/m.exec(part)?.[1] ?? "").replace(/\\/g, "").replace(/(?:<.*|\(\))$/, "");
      const markdown = part
        .replace(/^## .*$/gm, "")
        .replace(/^\*\*\*$/gm, "")
        .replace(/^#(#+ )/gm, "$1")
        .trim();
      return {
        name,
        room: rooms.get(name) ?? "",
        anchors: [...markdown.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id!),
        markdown,
      };
    });
  return found.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}
