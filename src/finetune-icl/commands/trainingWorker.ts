import { parentPort, workerData } from "node:worker_threads";
import { layersOf, parameterLayout, reducedParameters } from "@finetune-icl/core/model";
import {
  readTrainingSettings,
  type StageResult,
  type StoredRun,
  TrainingRun,
  type TrainingSettings,
} from "@finetune-icl/core/train";

/** What the thread is given: a training input that is known to be right, and where an earlier run stopped. */
export interface TrainingTask {
  readonly input: unknown;
  readonly stored: StoredRun | undefined;
  /** Whether states on the way are of use to anybody: each is a copy of all parameters. */
  readonly isKept: boolean;
}

/** A stage that is over; of a single head also v and M, row after row. */
export interface TrainedStage extends StageResult {
  readonly reduced?: Float64Array;
}

export interface TrainedStages {
  readonly pretraining: TrainedStage;
  readonly fineTuning?: TrainedStage;
}

/** How far training is. */
interface Place {
  readonly stepsDone: number;
  readonly totalSteps: number;
}

/** What the thread tells. */
export type TrainingMessage =
  | ({ readonly kind: "at" } & Place)
  | { readonly kind: "state"; readonly run: StoredRun }
  | ({ readonly kind: "stopped"; readonly run: StoredRun } & Place)
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "done"; readonly stages: TrainedStages };

/** So often the thread listens, and says how far it is. */
const LISTEN_MS = 50;
/** So often it gives its state, which costs a copy of all parameters; sooner at first, when little would be all that is lost. */
const STATE_MS = 3000;
const FIRST_STATE_MS = 200;

async function train(
  { input, stored, isKept }: TrainingTask,
  tell: (message: TrainingMessage, given?: readonly ArrayBuffer[]) => void,
): Promise<void> {
  const settings = readTrainingSettings(input);
  const run = new TrainingRun(settings, stored);
  const place = (): Place => ({ stepsDone: run.stepsDone, totalSteps: run.totalSteps });
  let stopped = false;
  parentPort!.once("message", () => {
    stopped = true;
  });
  tell({ kind: "at", ...place() });
  // Where it starts: a first step, or a gradient flow, that takes minutes leaves nothing else to keep. What was stored is kept.
  if (isKept && stored === undefined) tell({ kind: "state", run: run.store() });
  let told = performance.now();
  let wait = FIRST_STATE_MS;
  // As many steps at once as fit between two looks at the messages: thousands of small ones, or a single slow one.
  let steps = 1;
  while (run.results === undefined) {
    const start = performance.now();
    run.advance(steps);
    const took = performance.now() - start;
    steps = took < LISTEN_MS / 2 ? steps * 2 : Math.max(1, Math.floor(steps / 2));
    tell({ kind: "at", ...place() });
    await new Promise(setImmediate);
    if (stopped) {
      tell({ kind: "stopped", run: run.store(), ...place() });
      return;
    }
    if (isKept && performance.now() - told > wait) {
      tell({ kind: "state", run: run.store() });
      told = performance.now();
      wait = Math.min(2 * wait, STATE_MS);
    }
  }
  const stages = stagesOf(settings, run);
  // Given away, not copied.
  const buffers = Object.values(stages).flatMap(({ point, reduced }: TrainedStage) => [
    point.buffer,
    ...(reduced ? [reduced.buffer] : []),
  ]) as ArrayBuffer[];
  tell({ kind: "done", stages }, buffers);
}

/** What is computed here is told as plain runs of numbers: nested lists would stand in memory three times on their way. */
function stagesOf(settings: TrainingSettings, run: TrainingRun): TrainedStages {
  const layout = parameterLayout(settings.model);
  const told = (stage: StageResult): TrainedStage => {
    const layers = layersOf(layout, stage.point);
    const [head, ...others] = layers[0]!;
    if (layers.length > 1 || others.length > 0) return stage;
    const { value, keyQuery } = reducedParameters(head!);
    return { ...stage, reduced: Float64Array.from([value, ...keyQuery].flat()) };
  };
  const { pretraining, fineTuning } = run.results!;
  return { pretraining: told(pretraining!), ...(fineTuning && { fineTuning: told(fineTuning) }) };
}

if (parentPort !== null) {
  const port = parentPort;
  train(workerData as TrainingTask, (message, given = []) => port.postMessage(message, given)).catch(
    (error: unknown) => {
      port.postMessage({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
    },
  );
}
