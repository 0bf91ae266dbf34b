import type { RegressionProblem } from "../problem/regressionProblem";
import type { TaskPrior } from "../problem/taskPrior";
import { ContextSampler } from "../simulate/contextSampler";
import { MomentProducts } from "../simulate/momentProducts";
import { TaskSampler } from "../simulate/taskSampler";
import type { BatchLoss } from "./oneLayerBatch";

/**
 * The loss of {@link oneLayerBatch} for one head and fresh prompts, drawing of each context only its second moment times
 * u = M z_q and times v. The fastest step there is here, and the one that pretraining spends its time in.
 */
export function freshHeadBatch(
  problem: RegressionProblem,
  prior: TaskPrior,
  shots: number,
  batchSize: number,
): BatchLoss {
  const tasks = new TaskSampler(prior);
  const queries = new ContextSampler(problem, "moments");
  const products = new MomentProducts(problem, shots);
  const { size } = queries;
  const filled = size - 1;
  const [query, u, scored, valued] = Array.from({ length: 4 }, () => new Float64Array(size)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  const scale = 1 / (shots + 1);

  return (point, gradient, random) => {
    const value = point.subarray(0, size);
    gradient.fill(0);
    let loss = 0;
    for (let b = 0; b < batchSize; b += 1) {
      tasks.next(random);
      const label = queries.drawQuery(tasks.task, random, query, 0);
      let ownScore = 0;
      let ownValue = 0;
      for (let i = 0, row = size; i < size; i += 1, row += size) {
        let sum = 0;
        for (let j = 0; j < filled; j += 1) sum += point[row + j]! * query[j]!;
        u[i] = sum;
        ownScore += sum * query[i]!;
        ownValue += value[i]! * query[i]!;
      }
      products.draw(tasks.task, random, u, value, scored, valued);
      let prediction = ownScore * ownValue;
      for (let i = 0; i < size; i += 1) prediction += u[i]! * valued[i]!;
      const error = prediction * scale - label;
      loss += error * error;
      const slope = (2 * error * scale) / batchSize;
      for (let i = 0, row = size; i < size; i += 1, row += size) {
        gradient[i]! += slope * (scored[i]! + ownScore * query[i]!);
        const factor = slope * (valued[i]! + ownValue * query[i]!);
        for (let j = 0; j < filled; j += 1) gradient[row + j]! += factor * query[j]!;
      }
    }
    return loss / batchSize;
  };
}
