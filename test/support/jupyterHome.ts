import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernelProgram } from "../../src/notebooks/runner/packagePaths";
import { packageRoot } from "./root";

/** A home for Jupyter with one TypeScript kernel registered, so that the user's settings neither matter nor change. */
export interface JupyterHome {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** `kernel`: the package's own, or stock tslab. */
export function makeJupyterHome(kernel: "own" | "stock" = "own"): JupyterHome {
  const directory = mkdtempSync(join(tmpdir(), "jupyter-"));
  const kernels = join(directory, "data", "kernels", "tslab");
  mkdirSync(kernels, { recursive: true });
  const spec =
    kernel === "own"
      ? { argv: [process.execPath, kernelProgram, "{connection_file}"], interrupt_mode: "message" }
      : {
          argv: [
            join(packageRoot, "node_modules", ".bin", "tslab"),
            "kernel",
            "--config-path",
            "{connection_file}",
          ],
        };
  writeFileSync(
    join(kernels, "kernel.json"),
    JSON.stringify({ ...spec, display_name: "TypeScript", language: "typescript" }),
  );
  const env = {
    ...process.env,
    HOME: directory,
    JUPYTER_DATA_DIR: join(directory, "data"),
    JUPYTER_CONFIG_DIR: join(directory, "config"),
    JUPYTER_RUNTIME_DIR: join(directory, "runtime"),
  };
  return { directory, env };
}
