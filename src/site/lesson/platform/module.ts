/** `node:module`: what a cell imports is found among the modules that the lessons are bundled with. */
import { inspect } from "node-inspect-extracted";

const modules = new Map<string, () => unknown>();

/** Makes modules known by the names under which cells import them. */
export function offerModules(offered: Readonly<Record<string, () => unknown>>): void {
  for (const [name, load] of Object.entries(offered)) modules.set(name, load);
}

export const offeredModules = (): readonly string[] => [...modules.keys()];

function load(name: string): unknown {
  const plain = name.replace(/^node:/, "");
  const found = modules.get(name) ?? modules.get(plain) ?? modules.get(`node:${plain}`);
  if (found) return found();
  const error = new Error(
    `Cannot find module ${inspect(name)}: in the page a lesson can import ${[...modules.keys()].join(", ")}`,
  );
  throw Object.assign(error, { code: "MODULE_NOT_FOUND" });
}

export const createRequire = (): ((name: string) => unknown) => load;

export default Object.assign(function Module(): void {}, {
  _extensions: {} as Record<string, unknown>,
  _nodeModulePaths: (): readonly string[] => [],
  builtinModules: [] as readonly string[],
  createRequire,
});
