import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

const SCRIPT = join(dirname(require.resolve("finetune-icl/package.json")), "bench/pytorch_step.py");

/** Where a Python with torch is looked for. */
export const PYTHONS = ["python3", "/usr/bin/python3"];

/** What src/finetune-icl/bench/pytorch_step.py is asked for. */
export interface TorchRequest {
  readonly stage: "pretraining" | "zero-shot" | "auxiliary";
  readonly keyQuery: "merged" | "separate";
  readonly trainable?: "all" | "value" | "key" | "query";
  /** Which tokens the layer updates. */
  readonly update?: "all" | "query";
  readonly steps: number;
}

/** The PyTorch script, running and waiting for requests. */
export class Torch {
  private readonly lines: AsyncIterator<string>;

  private constructor(
    private readonly child: ChildProcess,
    lines: AsyncIterator<string>,
    readonly version: string,
  ) {
    this.lines = lines;
  }

  /** Starts it with the first Python that can import torch; undefined when none can. */
  static async start(pythons: readonly string[]): Promise<Torch | undefined> {
    const python = pythons.find(
      (name) => spawnSync(name, ["-c", "import torch"], { stdio: "ignore" }).status === 0,
    );
    if (python === undefined) return undefined;
    const child = spawn(python, [SCRIPT], { stdio: ["pipe", "pipe", "inherit"] });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const { torch } = await read<{ readonly torch: string }>(lines);
    return new Torch(child, lines, torch);
  }

  /** Seconds of processor time a step. */
  async secondsPerStep(request: TorchRequest): Promise<number> {
    this.child.stdin!.write(`${JSON.stringify(request)}\n`);
    return (await read<{ readonly seconds: number }>(this.lines)).seconds / request.steps;
  }

  stop(): void {
    this.child.stdin!.end();
  }
}

async function read<Answer>(lines: AsyncIterator<string>): Promise<Answer> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error("src/finetune-icl/bench/pytorch_step.py ended before it answered");
  return JSON.parse(value as string) as Answer;
}
