export interface ContainerOptions {
  readonly name: string;
  /** The shell commands after which the package's own work, run in the folder itself. */
  readonly install: readonly string[];
  /** Extensions of VS Code beside that for Jupyter. */
  readonly extensions: readonly string[];
}

// One Node and one Python for containers and Binder alike.
const NODE = "22";
const PYTHON = "3.12";

/**
 * What development containers, GitHub Codespaces (`.devcontainer/`) and Binder (`binder/`) read to open a folder of notebooks
 * with its packages installed and the kernel registered, by path. How the kernel is registered is the script `kernel` of
 * the folder's package.json, and nowhere else.
 */
export function containerFiles({ name, install, extensions }: ContainerOptions): ReadonlyMap<string, string> {
  const devcontainer = {
    name,
    image: `mcr.microsoft.com/devcontainers/python:${PYTHON}-bookworm`,
    features: { "ghcr.io/devcontainers/features/node:1": { version: NODE } },
    postCreateCommand: "pip install --user jupyterlab && bash binder/postBuild",
    forwardPorts: [8888],
    customizations: { vscode: { extensions: ["ms-toolsai.jupyter", ...extensions] } },
  };
  const environment = [
    "# Read by repo2docker, which brings Jupyter itself.",
    `name: ${name}`,
    "channels:",
    "  - conda-forge",
    "dependencies:",
    `  - python=${PYTHON}`,
    `  - nodejs=${NODE}`,
    "",
  ];
  const postBuild = [
    "#!/usr/bin/env bash",
    "# Run once when the image of a container is made: the packages, then the kernel for Jupyter.",
    "set -euo pipefail",
    'cd "$(dirname "$0")/.."',
    ...install,
    "npm run kernel",
    "",
  ];
  return new Map([
    [".devcontainer/devcontainer.json", `${JSON.stringify(devcontainer, null, 2)}\n`],
    ["binder/environment.yml", environment.join("\n")],
    ["binder/postBuild", postBuild.join("\n")],
  ]);
}
