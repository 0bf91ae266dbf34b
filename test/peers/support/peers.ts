import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeWorkDirectory } from "../../notebooks/runner/support/notebooks";
import { makeJupyterHome } from "../../support/jupyterHome";

/** The virtual environment that test/peers/setup.sh made, if there is one. */
export const peers: string | undefined = findPeers();

function findPeers(): string | undefined {
  const folder = process.env.JUPYTER_PEERS;
  if (folder !== undefined && folder !== "" && existsSync(join(folder, "bin", "jupyter"))) return folder;
  process.stderr.write(
    "JUPYTER_PEERS names no folder that test/peers/setup.sh made: its programs are not driven\n",
  );
  return undefined;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
}

/** A folder for notebooks inside the repository, and a home for Jupyter with this kernel. */
export interface Workplace {
  readonly folder: string;
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a program of the peers to its end; `out` is all that it said. */
  readonly run: (program: string, ...args: readonly string[]) => Promise<Ran>;
  /** Writes a notebook of code cells. */
  readonly notebook: (name: string, cells: readonly PeerCell[]) => string;
}

export type PeerCell = string | { readonly source: string; readonly tags: readonly string[] };

export function makeWorkplace(kernel: "own" | "stock" = "own"): Workplace {
  const { directory: home, env: homeEnv } = makeJupyterHome(kernel);
  const folder = makeWorkDirectory();
  const env = {
    ...homeEnv,
    PATH: `${join(peers ?? "", "bin")}:${process.env.PATH}`,
    VIRTUAL_ENV: peers,
    JUPYTER_PLATFORM_DIRS: "1",
    NOTEBOOK_FIGURES: join(home, "figures"),
    // The kernel of this home, whatever the environment brings.
    JUPYTER_PATH: join(home, "data"),
  };
  return {
    folder,
    home,
    env,
    run: (program, ...args) =>
      new Promise((resolve) => {
        execFile(
          join(peers!, "bin", program),
          args,
          { cwd: folder, env, maxBuffer: 1e8, timeout: 600_000 },
          (error, stdout, stderr) =>
            resolve({ code: error ? Number(error.code ?? 1) : 0, out: `${stdout}\n${stderr}` }),
        );
      }),
    notebook: (name, cells) => {
      mkdirSync(folder, { recursive: true });
      const path = join(folder, `${name}.ipynb`);
      writeFileSync(path, JSON.stringify(notebookOf(cells)));
      return path;
    },
  };
}

function notebookOf(cells: readonly PeerCell[]): object {
  return {
    cells: cells.map((cell, index) => ({
      cell_type: "code",
      id: `c${index + 1}`,
      metadata: typeof cell === "string" ? {} : { tags: cell.tags },
      source: typeof cell === "string" ? cell : cell.source,
      outputs: [],
      execution_count: null,
    })),
    metadata: { kernelspec: { name: "tslab", display_name: "TypeScript", language: "typescript" } },
    nbformat: 4,
    nbformat_minor: 5,
  };
}
