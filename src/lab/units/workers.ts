import { readWhole } from "@finetune-icl/base";
import { Piscina } from "piscina";

/**
 * Does `work` with a pool of worker threads that run the default export of `filename`, one task at a time each, and ends the
 * pool whatever happens. The order in which tasks end depends on the machine; results must not.
 * @throws InputError when `workers` is no whole number from 1 up.
 */
export async function withWorkers<Task, Result, Value>(
  filename: string,
  workers: number,
  work: (run: (task: Task) => Promise<Result>) => Promise<Value>,
): Promise<Value> {
  readWhole(workers, "workers", 1);
  const pool = new Piscina({
    filename,
    minThreads: 1,
    maxThreads: workers,
    concurrentTasksPerWorker: 1,
    // Long loops here allocate little; a young generation of the usual size costs 25 MB a worker.
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  });
  try {
    return await work((task) => pool.run(task) as Promise<Result>);
  } finally {
    await pool.destroy();
  }
}
