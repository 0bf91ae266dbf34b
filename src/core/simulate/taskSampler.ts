import { priorFactor, type TaskPrior } from "../problem/taskPrior";
import type { RandomSource } from "./randomSource";

/** Draws tasks θ from a prior, one at a time, into a buffer. */
export class TaskSampler {
  /** The last task drawn, length d. */
  readonly task: Float64Array;
  private readonly factor: Float64Array;
  private readonly rank: number;
  private readonly normals: Float64Array;

  constructor(private readonly prior: TaskPrior) {
    const factor = priorFactor(prior);
    this.task = new Float64Array(factor.length);
    this.rank = factor[0]!.length;
    this.factor = Float64Array.from(factor.flat());
    this.normals = new Float64Array(this.rank);
  }

  /** Draws the next task into `task`. */
  next(random: RandomSource): void {
    const { task, factor, rank, normals } = this;
    random.normals(normals, rank);
    let square = 0;
    for (let k = 0; k < rank; k += 1) square += normals[k]! * normals[k]!;
    const scale = this.prior.kind === "sphere" ? Math.sqrt(rank / square) : 1;
    for (let i = 0; i < task.length; i += 1) {
      let sum = 0;
      for (let k = 0; k < rank; k += 1) sum += factor[i * rank + k]! * normals[k]!;
      task[i] = scale * sum;
    }
  }
}
