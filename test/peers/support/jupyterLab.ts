import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { peers, type Workplace } from "./peers";

/** A running JupyterLab or Notebook 7, without a token, for this machine only. */
export interface LabServer {
  readonly address: string;
  readonly stop: () => Promise<void>;
}

const START_S = 120;

export function startLab(which: "lab" | "notebook", place: Workplace): Promise<LabServer> {
  return startServer(peers!, which, place, [
    "--IdentityProvider.token=",
    "--ServerApp.password=",
    `--ServerApp.root_dir=${place.folder}`,
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
  ]);
}

/** Starts classic Notebook from the virtual environment that has it. */
export function startClassic(environment: string, place: Workplace): Promise<LabServer> {
  const options = ["--NotebookApp.token=", "--NotebookApp.password=", `--notebook-dir=${place.folder}`];
  const PATH = `${join(environment, "bin")}:${place.env.PATH}`;
  return startServer(environment, "notebook", { ...place, env: { ...place.env, PATH } }, options);
}

async function startServer(
  environment: string,
  which: string,
  { folder, env }: Workplace,
  options: readonly string[],
): Promise<LabServer> {
  const port = await freePort();
  const common = ["--no-browser", "--allow-root", "--ip=127.0.0.1", `--port=${port}`, "--port-retries=0"];
  const server = spawn(join(environment, "bin", "jupyter"), [which, ...common, ...options], {
    cwd: folder,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const ended = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  const stop = async () => {
    server.kill("SIGTERM");
    const timer = setTimeout(() => server.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  };
  const address = `http://127.0.0.1:${port}/`;
  const deadline = performance.now() + START_S * 1000;
  while (performance.now() < deadline && server.exitCode === null) {
    const isUp = await fetch(`${address}api`).then(
      (answer) => answer.ok,
      () => false,
    );
    if (isUp) return { address, stop };
    await sleep(200);
  }
  await stop();
  throw new Error(`jupyter ${which} did not answer at ${address}:\n${log}`);
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
