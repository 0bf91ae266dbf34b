import { execFileSync, spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { makeJupyterHome } from "../../support/jupyterHome";
import { packageRoot } from "../../support/root";

/** Whether Jupyter's notebook server is installed. */
export const hasJupyter = (() => {
  try {
    execFileSync("jupyter", ["notebook", "--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

export interface JupyterServer {
  /** Address of the server, which ends in a slash and needs no token. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Serves the repository with stock Jupyter, whose settings stand in a folder of their own; trusts these notebooks. */
export async function startJupyter(trusted: readonly string[]): Promise<JupyterServer> {
  const { directory: home, env } = makeJupyterHome();
  // `jupyter trust`, which Debian does not install as a program.
  const trust = "from nbformat.sign import TrustNotebookApp; TrustNotebookApp.launch_instance()";
  execFileSync(jupyterPython(), ["-c", trust, ...trusted], { env, stdio: "pipe" });

  const port = await freePort();
  const options = ["--no-browser", "--ip=127.0.0.1", `--port=${port}`, "--port-retries=0", "--allow-root"];
  const server = spawn(
    "jupyter",
    [
      "notebook",
      ...options,
      "--NotebookApp.token=",
      "--NotebookApp.password=",
      `--notebook-dir=${packageRoot}`,
    ],
    { env, stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    // Jupyter ends its kernels on SIGTERM; it gets ten seconds.
    server.kill("SIGTERM");
    const timer = setTimeout(() => server.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
    rmSync(home, { recursive: true, force: true });
  };

  const address = `http://127.0.0.1:${port}/`;
  for (let attempt = 0; attempt < 300 && server.exitCode === null; attempt += 1) {
    const isUp = await fetch(`${address}api`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return { address, stop };
    await sleep(100);
  }
  await stop();
  throw new Error(`Jupyter did not answer at ${address}:\n${log}`);
}

/** The Python that Jupyter itself runs on. */
function jupyterPython(): string {
  const program = execFileSync("sh", ["-c", "command -v jupyter"], { encoding: "utf8" }).trim();
  return /^#!(\S*python\S*)/.exec(readFileSync(program, "utf8"))?.[1] ?? "python3";
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
