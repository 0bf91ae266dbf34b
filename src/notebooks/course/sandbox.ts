import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { onEnd } from "@finetune-icl/files";

/** The name of this package, as node_modules has it. */
const OWN_NAME = "@finetune-icl/notebooks".split("/") as [scope: string, name: string];

/** A folder like that of a student copy, for one submission: it may write here and nowhere else. */
export interface Workplace {
  readonly folder: string;
  /** Real folders that it may read. */
  readonly readable: readonly string[];
  readonly remove: () => void;
}

/** How submissions are kept apart from the rest of the machine: by bubblewrap, or by nothing but a process of their own. */
export type Sandbox = "bubblewrap" | "none";

/** What one submission may take of the machine that grades it. */
export interface Limits {
  /** Processes; threads count too where the system counts for itself. A kernel with its guard has about forty threads. */
  readonly processes: number;
  /** Bytes of memory of one process, and of all together. */
  readonly processBytes: number;
  readonly bytes: number;
}

export const LIMITS: Limits = { processes: 256, processBytes: 2e9, bytes: 3e9 };

// In kilobytes, of one file.
const LARGEST_FILE = 100_000;

/** `notebooks` to run in, with the `data` beside the lesson and the packages that it imports. */
export function makeWorkplace(lessonPath: string): Workplace {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "submission-")));
  const remove = onEnd(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "notebooks"));
  const lessons = dirname(resolve(lessonPath));
  const links = [
    ["data", join(lessons, "..", "data")],
    ["node_modules", packagesFor(lessons)],
  ] as const;
  const readable = links.flatMap(([name, target]) => {
    if (!existsSync(target)) return [];
    const real = realpathSync(target);
    symlinkSync(real, join(folder, name));
    return [real];
  });
  return { folder, readable, remove };
}

/**
 * The sandbox that this system has. Bubblewrap (`bwrap`, in the packages of Debian, Ubuntu, Fedora and others) is found by
 * trying it: some systems forbid the namespaces that it needs.
 */
export function findSandbox(): Sandbox {
  const trial = spawnSync("bwrap", ["--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc", "true"], {
    stdio: "ignore",
    timeout: 10_000,
  });
  return trial.status === 0 ? "bubblewrap" : "none";
}

/** The command line that runs a program of this package in the workplace. */
export function commandIn(
  sandbox: Sandbox,
  { folder, readable }: Workplace,
  program: string,
  limits: Limits = LIMITS,
): readonly [string, ...string[]] {
  // A limit that cannot be set is above one that the grader is under itself.
  const perProcess = `ulimit -f ${LARGEST_FILE} 2>/dev/null; ulimit -d ${Math.ceil(limits.processBytes / 1024)} 2>/dev/null`;
  const limited = (before: string) =>
    ["/bin/sh", "-c", `${before}; exec "$@"`, "sh", process.execPath, program] as const;
  // The number of processes is the user's, who may run others beside: only a sandbox has a count of its own.
  if (sandbox === "none") return limited(perProcess);
  const system = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
  ];
  const node = resolve(dirname(realpathSync(process.execPath)), "..");
  const modules = readable.find((path) => basename(path) === "node_modules");
  const packages = modules === undefined ? [] : packagesIn(modules);
  const shown = [...system, node, ...packages.flatMap(codeOf), ...readable].flatMap((path) => [
    "--ro-bind-try",
    path,
    path,
  ]);
  // A package that is installed with lessons has them there, solutions and all.
  const hidden = packages
    .map((path) => join(path, "course"))
    .filter((path) => existsSync(join(path, "notebooks")))
    .flatMap((path) => ["--tmpfs", path]);
  return [
    "bwrap",
    "--unshare-all",
    "--die-with-parent",
    "--new-session",
    ...["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"],
    ...shown,
    ...hidden,
    ...["--bind", folder, folder, "--chdir", join(folder, "notebooks"), "--"],
    ...limited(`ulimit -u ${limits.processes} 2>/dev/null || ulimit -p ${limits.processes}; ${perProcess}`),
  ];
}

/** The node_modules that a notebook in this folder would find this package in. */
function packagesFor(folder: string): string {
  for (const start of [folder, __dirname])
    for (let at = start; dirname(at) !== at; at = dirname(at)) {
      const modules = join(at, "node_modules");
      if (existsSync(join(modules, ...OWN_NAME))) return modules;
    }
  throw new Error(`${folder}: no node_modules above it holds ${OWN_NAME.join("/")}`);
}

/** The packages of this one's scope in a node_modules, and the one that has the scope's own name. */
function packagesIn(modules: string): readonly string[] {
  const [scope] = OWN_NAME;
  const scoped = readdirSync(join(modules, scope)).map((name) => join(modules, scope, name));
  return [...scoped, join(modules, scope.slice(1))].filter((path) => existsSync(path));
}

/** What runs of a package that is only linked into node_modules, and stands in a checkout with much else. */
function codeOf(path: string): readonly string[] {
  const real = realpathSync(path);
  if (real === path) return [];
  return existsSync(join(real, "dist"))
    ? ["dist", "bin", "package.json"].map((name) => join(real, name))
    : [real];
}
