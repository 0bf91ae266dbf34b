import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernelPreload } from "../../src/notebooks/runner/packagePaths";
import { packageRoot } from "./root";

/** A home for Jupyter with the tslab kernel registered, so that the user's settings neither matter nor change. */
export interface JupyterHome {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

export function makeJupyterHome(): JupyterHome {
  const directory = mkdtempSync(join(tmpdir(), "jupyter-"));
  const kernel = join(directory, "data", "kernels", "tslab");
  mkdirSync(kernel, { recursive: true });
  const tslab = join(packageRoot, "node_modules", ".bin", "tslab");
  const argv = [tslab, "kernel", "--config-path", "{connection_file}"];
  writeFileSync(
    join(kernel, "kernel.json"),
    JSON.stringify({ argv, display_name: "TypeScript", language: "typescript" }),
  );
  const env = {
    ...process.env,
    HOME: directory,
    JUPYTER_DATA_DIR: join(directory, "data"),
    JUPYTER_CONFIG_DIR: join(directory, "config"),
    JUPYTER_RUNTIME_DIR: join(directory, "runtime"),
    NODE_OPTIONS: `--require "${kernelPreload}"`,
  };
  return { directory, env };
}
