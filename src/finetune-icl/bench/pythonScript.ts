import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const FOLDER = join(dirname(require.resolve("finetune-icl/package.json")), "bench");

/** The environment variable that names a Python. */
export const PYTHON_VARIABLE = "FINETUNE_ICL_PYTHON";

/** Where a Python is looked for: the one that the environment names, the one on the path, the system's. */
export const PYTHONS: readonly string[] = [
  ...(process.env[PYTHON_VARIABLE] === undefined ? [] : [process.env[PYTHON_VARIABLE]]),
  "python3",
  "/usr/bin/python3",
];

/** A script of this folder, running on one thread; it answers a line of JSON with a line of JSON, first of all its versions. */
export class PythonScript<Versions> {
  private constructor(
    private readonly child: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly name: string,
    readonly versions: Versions,
  ) {}

  /** Starts it with the first Python that can import the module; undefined when none can. */
  static async start<Versions>(
    pythons: readonly string[],
    module: string,
    name: string,
  ): Promise<PythonScript<Versions> | undefined> {
    const python = pythons.find(
      (each) => spawnSync(each, ["-c", `import ${module}`], { stdio: "ignore" }).status === 0,
    );
    if (python === undefined) return undefined;
    const env = { ...process.env, OPENBLAS_NUM_THREADS: "1", OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1" };
    const child = spawn(python, [join(FOLDER, name)], { stdio: ["pipe", "pipe", "inherit"], env });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    return new PythonScript(child, lines, name, await read<Versions>(lines, name));
  }

  async ask<Answer>(request: object): Promise<Answer> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    return await read<Answer>(this.lines, this.name);
  }

  stop(): void {
    this.child.stdin!.end();
  }
}

async function read<Answer>(lines: AsyncIterator<string>, name: string): Promise<Answer> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error(`src/finetune-icl/bench/${name} ended before it answered`);
  return JSON.parse(value as string) as Answer;
}
