import { PythonScript } from "./pythonScript";
import type { Torch } from "./torch";

/** What the Python side is made of: versions, the BLAS that NumPy calls, the vector instructions met. */
export interface ArrayVersions {
  readonly python: string;
  readonly numpy: string;
  readonly blas: string;
  readonly vectors: string;
  readonly torch?: string;
  readonly torchVectors?: string;
  readonly torchBlas?: string;
}

/** What src/finetune-icl/bench/exact_risk.py is asked for. */
export interface ArrayRequest {
  readonly library: "numpy" | "torch" | "product";
  readonly covariance: "dense" | "diagonal";
  readonly dimension: number;
  readonly gradient: boolean;
  readonly calls: number;
}

export interface ArrayAnswer {
  /** Of processor time, all calls together. */
  readonly seconds: number;
  readonly risk: number;
  /** The length of the gradient. */
  readonly slope: number;
}

/** The exact risk in NumPy and, where it is there, in PyTorch. */
export class Arrays {
  private constructor(private readonly script: PythonScript<ArrayVersions>) {}

  get versions(): ArrayVersions {
    return this.script.versions;
  }

  /** Starts it with the first Python that can import numpy; undefined when none can. */
  static async start(pythons: readonly string[]): Promise<Arrays | undefined> {
    const script = await PythonScript.start<ArrayVersions>(pythons, "numpy", "exact_risk.py");
    return script && new Arrays(script);
  }

  ask(request: ArrayRequest): Promise<ArrayAnswer> {
    return this.script.ask<ArrayAnswer>(request);
  }

  stop(): void {
    this.script.stop();
  }
}

/** The Python programs that were found. */
export interface Peers {
  readonly torch: Torch | undefined;
  readonly arrays: Arrays | undefined;
}
