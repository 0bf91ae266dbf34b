import { PythonScript } from "./pythonScript";

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
  private constructor(private readonly script: PythonScript<{ readonly torch: string }>) {}

  get version(): string {
    return this.script.versions.torch;
  }

  /** Starts it with the first Python that can import torch; undefined when none can. */
  static async start(pythons: readonly string[]): Promise<Torch | undefined> {
    const script = await PythonScript.start<{ readonly torch: string }>(pythons, "torch", "pytorch_step.py");
    return script && new Torch(script);
  }

  /** Seconds of processor time a step. */
  async secondsPerStep(request: TorchRequest): Promise<number> {
    return (await this.script.ask<{ readonly seconds: number }>(request)).seconds / request.steps;
  }

  stop(): void {
    this.script.stop();
  }
}
