import { homedir, platform } from "node:os";
import { delimiter, join } from "node:path";

/**
 * Where Jupyter looks for kernels, first come first served, as `jupyter --paths` says it, without asking Python: JUPYTER_PATH, the
 * user's folder, the environment in use (a virtual one, or conda's), the system's folders.
 * https://docs.jupyter.org/en/latest/use/jupyter-directories.html
 */
export function kernelFolders(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const given = (env.JUPYTER_PATH ?? "").split(delimiter).filter((path) => path !== "");
  const prefixes = [env.VIRTUAL_ENV, env.CONDA_PREFIX].filter((path) => path !== undefined && path !== "");
  const environment = prefixes.map((prefix) => join(prefix!, "share", "jupyter"));
  const user = [userData(env)];
  // In an environment its own kernels come first, unless the user says otherwise.
  const preferred = env.JUPYTER_PREFER_ENV_PATH;
  const environmentFirst =
    preferred === undefined ? prefixes.length > 0 : !/^(?:0|n|no|f|false|off|)$/i.test(preferred);
  const near = environmentFirst ? [...environment, ...user] : [...user, ...environment];
  const system = platform() === "win32" ? [] : ["/usr/local/share/jupyter", "/usr/share/jupyter"];
  return [...new Set([...given, ...near, ...system])].map((folder) => join(folder, "kernels"));
}

/** The folder of kernels for this user. */
export function userKernels(env: NodeJS.ProcessEnv = process.env): string {
  return join(userData(env), "kernels");
}

/** The folder of kernels of a prefix, such as a virtual environment or /usr/local. */
export function prefixKernels(prefix: string): string {
  return join(prefix, "share", "jupyter", "kernels");
}

function userData(env: NodeJS.ProcessEnv): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  const home = env.HOME ?? homedir();
  if (platform() === "darwin") return join(home, "Library", "Jupyter");
  return env.XDG_DATA_HOME ? join(env.XDG_DATA_HOME, "jupyter") : join(home, ".local", "share", "jupyter");
}
