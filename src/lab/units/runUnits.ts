import type { Checkpoint } from "@finetune-icl/files";
import { withWorkers } from "./workers";

/** A piece of work whose result depends on nothing but what it is given. */
export interface NamedUnit<Input> {
  /** Its name in the checkpoint. */
  readonly name: string;
  readonly input: Input;
}

/** How a run does its units. */
export interface UnitRun<Result> {
  /** Worker threads. */
  readonly workers: number;
  /** Units that it holds are not done again; every finished one is added to it. */
  readonly checkpoint: Pick<Checkpoint<Result>, "add"> & { readonly results: ReadonlyMap<string, Result> };
  /** Called for every unit, also for one that the checkpoint held. */
  readonly onUnitDone: (name: string, result: Result, isNew: boolean) => void;
}

/**
 * Does units on worker threads that run the default export of the module `worker`: the one loop of every long piece of work.
 * `work` asks for units in any order, and for as many at once as it likes; no result depends on how many threads there are.
 */
export function runUnits<Input, Result, Value>(
  worker: string,
  { workers, checkpoint, onUnitDone }: UnitRun<Result>,
  work: (done: (unit: NamedUnit<Input>) => Promise<Result>) => Promise<Value>,
): Promise<Value> {
  return withWorkers(worker, workers, (run: (input: Input) => Promise<Result>) =>
    work(async ({ name, input }) => {
      const known = checkpoint.results.get(name);
      const result = known ?? (await run(input));
      if (known === undefined) checkpoint.add(name, result);
      onUnitDone(name, result, known === undefined);
      return result;
    }),
  );
}
