import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { InputError } from "@finetune-icl/base";
import { makeTemporaryFolder, writeWhole } from "@finetune-icl/files";
import { bundled, PRINT_SCRIPT } from "./assets";
import { browserProgram } from "./browserProgram";
import { type PrintedSite, printedBook } from "./printedBook";

/** A browser that has not printed a book after so long hangs. */
const TIMEOUT_MS = 10 * 60_000;

/** A browser that prints. @throws InputError when this machine has none. */
export function requireBrowser(file: string): string {
  const program = browserProgram();
  if (program === undefined)
    throw new InputError(
      "--pdf",
      file,
      "a machine with Chromium, Chrome or Edge, which prints it: none is found on the PATH, or what CHROME_PATH names is no program",
    );
  return program;
}

/**
 * Prints the whole book as one PDF: contents, links inside and outside, an outline for the reader's side bar. `folder` is where the book stands.
 * @throws InputError when the browser does not print it.
 */
export async function writeBookPdf(
  site: PrintedSite,
  folder: string,
  file: string,
  program: string,
): Promise<void> {
  const [script = ""] = (await bundled([PRINT_SCRIPT])).values();
  const temporary = makeTemporaryFolder("book-pdf");
  try {
    const source = join(temporary.path, "book.html");
    const printed = join(temporary.path, "book.pdf");
    writeFileSync(source, printedBook(site, folder, script));
    const said = await run(program, [
      "--headless",
      // A browser of the administrator, as in a container, has no sandbox; what it opens is this document alone.
      ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--disable-extensions",
      "--disable-background-networking",
      "--no-first-run",
      "--host-resolver-rules=MAP * ~NOTFOUND",
      `--user-data-dir=${join(temporary.path, "profile")}`,
      "--no-pdf-header-footer",
      "--generate-pdf-document-outline",
      `--print-to-pdf=${printed}`,
      pathToFileURL(source).href,
    ]);
    if (!existsSync(printed))
      throw new InputError(
        "--pdf",
        file,
        `a browser that prints: ${program} printed nothing (${said.trim().split("\n").at(-1)})`,
      );
    writeWhole(file, readFileSync(printed));
  } finally {
    temporary.remove();
  }
}

/** Runs a program to its end; gives what it said on standard error. */
function run(program: string, options: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { stdio: ["ignore", "ignore", "pipe"], timeout: TIMEOUT_MS });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = `${said}${text}`.slice(-10_000);
    });
    child.on("error", reject);
    child.on("close", () => resolve(said));
  });
}
