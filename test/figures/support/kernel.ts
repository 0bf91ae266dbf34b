import { createRequire } from "node:module";
import { join } from "node:path";

export type Bundle = Readonly<Record<string, string>> & {
  readonly "application/vnd.plotly.v1+json"?: unknown;
};

const modules = createRequire(import.meta.url).cache as Record<
  string,
  { readonly exports: unknown } | undefined
>;
const STAND_IN = join("/nowhere", "node_modules", "tslab", "dist", "jupyter.js");

/** What `show` displays when a tslab kernel is loaded in this process: the kernel's writer notes its messages. */
export async function displayedBy(show: () => void | Promise<void>): Promise<readonly Bundle[]> {
  const bundles: Bundle[] = [];
  const lastWriteDisplayData = ({ data }: { readonly data: Bundle }) => bundles.push(data);
  modules[STAND_IN] = { exports: { lastWriteDisplayData } };
  try {
    await show();
  } finally {
    delete modules[STAND_IN];
  }
  return bundles;
}

/** What `show` prints on standard output when there is no kernel. */
export async function printedBy(show: () => void | Promise<void>): Promise<string> {
  let text = "";
  const write = process.stdout.write;
  process.stdout.write = ((chunk: string) => {
    text += chunk;
    return true;
  }) as typeof write;
  try {
    await show();
  } finally {
    process.stdout.write = write;
  }
  return text;
}
