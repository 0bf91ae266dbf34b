import { parentPort, workerData } from "node:worker_threads";
import { mergeInto } from "@finetune-icl/core/exact";
import { parameterLayout } from "@finetune-icl/core/model";
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
  readonly stored: StoredRun<ArrayLike<number>> | undefined;
  /** Whether states on the way are of use to anybody: each is a copy of all parameters. */
  readonly isKept: boolean;
}

/** A stage that is over; of a single head with K and Q apart also M = KᵀQ, row after row. */
export interface TrainedStage extends StageResult {
  readonly keyQuery?: Float64Array;
}

export interface TrainedStages {
  readonly pretraining: TrainedStage;
  readonly fineTuning?: TrainedStage;
}

/** How far training is. */
export interface Place {
  readonly stepsDone: number;
  readonly totalSteps: number;
}

/** What the thread tells. */
export type TrainingMessage =
  | ({ readonly kind: "at" } & Place)
  | ({ readonly kind: "state"; readonly run: StoredRun<ArrayLike<number>> } & Place)
  | ({ readonly kind: "stopped"; readonly run: StoredRun<ArrayLike<number>> } & Place)
  | { readonly kind: "failed"; readonly message: string }
  | { readonly kind: "done"; readonly stages: TrainedStages };

/** What the thread is told: to end, or that its last state is in the file. */
export type TrainingRequest = "stop" | "written";

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
  // A state that is not written yet is a copy of all parameters: no other one before it is.
  let isWritten = true;
  let told = performance.now();
  parentPort!.on("message", (request: TrainingRequest) => {
    if (request === "stop") stopped = true;
    else {
      isWritten = true;
      told = performance.now();
    }
  });
  const tellState = (): void => {
    isWritten = false;
    tell({ kind: "state", run: run.state(), ...place() });
  };
  tell({ kind: "at", ...place() });
  // Where it starts: a first step, or a gradient flow, that takes minutes leaves nothing else to keep. What was stored is kept.
  if (isKept && stored === undefined) tellState();
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
      tell({ kind: "stopped", run: run.state(), ...place() });
      return;
    }
    if (isKept && isWritten && performance.now() - told > wait) {
      tellState();
      wait = Math.min(2 * wait, STATE_MS);
    }
  }
  const stages = stagesOf(settings, run);
  // Given away, not copied.
  const buffers = Object.values(stages).flatMap(({ point, keyQuery }: TrainedStage) => [
    point.buffer,
    ...(keyQuery ? [keyQuery.buffer] : []),
  ]) as ArrayBuffer[];
  tell({ kind: "done", stages }, buffers);
}

/** What is computed here is told as plain runs of numbers: nested lists would stand in memory three times on their way. */
function stagesOf(settings: TrainingSettings, run: TrainingRun): TrainedStages {
  const { shape, size } = parameterLayout(settings.model);
  const isMade = shape.layers * shape.heads === 1 && shape.keyQuery === "separate";
  const told = (stage: StageResult): TrainedStage => {
    if (!isMade) return stage;
    const keyQuery = new Float64Array(size * size);
    const [key, query] = [1, 2].map((k) => stage.point.subarray(k * size * size, (k + 1) * size * size));
    mergeInto(keyQuery, key!, query!, size, size);
    return { ...stage, keyQuery };
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
