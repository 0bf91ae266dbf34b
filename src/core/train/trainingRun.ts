import { InputError } from "@finetune-icl/base";
import { parameterLayout } from "../model/parameterLayout";
import { requireProblem } from "../problem/regressionProblem";
import { type Descent, descend, type LossPoint, type StepLoss, startDescent } from "./descent";
import type { Observer } from "./observer";
import { mayTurn, type RunCoordinates, runCoordinates } from "./runCoordinates";
import { endOf, runStage, type StageResult } from "./runStage";
import { fineTuningLoss, initialPoint, pretrainingLoss } from "./stage";
import type { Motion, TrainingSettings } from "./trainingSettings";

/** The stages of a run. */
export type StageName = "pretraining" | "fineTuning";

/** A descent as it stands in a file, in the coordinates it goes in: JSON keeps every bit of a number. */
export interface StoredDescent<Numbers extends ArrayLike<number> = readonly number[]> {
  readonly step: number;
  readonly point: Numbers;
  readonly memory: readonly Numbers[];
  readonly curve: readonly LossPoint[];
}

/** How far a run has come: stages that are over, and the descent under way. */
export interface StoredRun<Numbers extends ArrayLike<number> = readonly number[]> {
  readonly finished: Readonly<Partial<Record<StageName, StoredStage<Numbers>>>>;
  readonly current?: StoredDescent<Numbers>;
}
export type StoredStage<Numbers extends ArrayLike<number> = readonly number[]> = Omit<
  StageResult,
  "point"
> & { readonly point: Numbers };

/** A stored run, each list of numbers as `list` makes it. */
export function mapStored<From extends ArrayLike<number>, To extends ArrayLike<number>>(
  { finished, current }: StoredRun<From>,
  list: (numbers: From) => To,
): StoredRun<To> {
  const stages = Object.entries(finished).map(([name, stage]) => [
    name,
    { ...stage, point: list(stage.point) },
  ]);
  return {
    finished: Object.fromEntries(stages) as StoredRun<To>["finished"],
    ...(current && {
      current: { ...current, point: list(current.point), memory: current.memory.map(list) },
    }),
  };
}

/** Whether a value from a file can be a stored run: all that {@link TrainingRun} reads is there and is numbers. */
export function isStoredRun(value: unknown): value is StoredRun {
  const { finished, current } = fieldsOf(value);
  if (typeof finished !== "object" || finished === null) return false;
  const stages = Object.values(finished).every((stage) => {
    const { point, curve, loss } = fieldsOf(stage);
    return areNumbers(point) && Array.isArray(curve) && Number.isFinite(loss);
  });
  if (!stages || current === undefined) return stages;
  const { step, point, memory, curve } = fieldsOf(current);
  return (
    Number.isSafeInteger(step) &&
    areNumbers(point) &&
    Array.isArray(curve) &&
    Array.isArray(memory) &&
    memory.every((part) => areNumbers(part) && part.length === point.length)
  );
}

const fieldsOf = (value: unknown): Partial<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? value : {};

const areNumbers = (value: unknown): value is readonly number[] =>
  Array.isArray(value) && value.every((x) => Number.isFinite(x));

/**
 * Pretraining and, where the settings have it, fine-tuning, a few steps at a time. A run that was stored and is read back
 * with the same settings ends with the same bytes as one that was never interrupted. Observers look at their stage.
 * @example
 * const settings = readTrainingSettings({ pretraining: { steps: 200 }, seed: 1 });
 * const { pretraining } = new TrainingRun(settings).finish();
 * console.log(pretraining!.curve.map(({ step }) => step)); // [ 0, 100, 199 ]
 */
export class TrainingRun {
  private readonly finished: Partial<Record<StageName, StageResult>> = {};
  private stage: { readonly loss: StepLoss; readonly descent: Descent } | undefined;
  private turned: { readonly coordinates: RunCoordinates | undefined } | undefined;

  constructor(
    private readonly settings: TrainingSettings,
    private stored?: StoredRun<ArrayLike<number>>,
    private readonly observers: Readonly<Partial<Record<StageName, Observer>>> = {},
  ) {
    requireProblem(settings.problem);
    const { length } = parameterLayout(settings.model);
    for (const kept of [
      ...Object.values(stored?.finished ?? {}),
      ...(stored?.current ? [stored.current] : []),
    ]) {
      if (kept.point.length !== length)
        throw new InputError("stored.point", kept.point.length, `${length} parameters, as the model has`);
    }
    for (const name of this.stages) {
      const done = stored?.finished[name];
      if (done !== undefined) this.finished[name] = { ...done, point: Float64Array.from(done.point) };
    }
  }

  /** Steps of all stages together; gradient flow counts as one. */
  get totalSteps(): number {
    return this.stages.reduce((sum, name) => sum + stepsOf(this.motion(name)), 0);
  }

  get stepsDone(): number {
    const over = this.stages.filter((name) => this.finished[name] !== undefined);
    const underway = this.stage?.descent.step ?? this.stored?.current?.step ?? 0;
    return over.reduce((sum, name) => sum + stepsOf(this.motion(name)), 0) + underway;
  }

  /** The results, once all stages are over. */
  get results(): Partial<Record<StageName, StageResult>> | undefined {
    return this.current === undefined ? this.finished : undefined;
  }

  /** Takes all steps that are left. @throws DivergenceError as {@link descend} does. */
  finish(): Partial<Record<StageName, StageResult>> {
    while (this.current !== undefined) this.advance(Number.POSITIVE_INFINITY);
    return this.finished;
  }

  /** Takes at most so many steps of the current stage. @throws DivergenceError as {@link descend} does. */
  advance(steps: number): void {
    const name = this.current;
    if (name === undefined) return;
    const motion = this.motion(name);
    if (motion.kind === "gradient-flow") {
      this.end(name, runStage(this.loss(name), this.start(name), motion, this.observer(name)));
      return;
    }
    this.stage ??= { loss: this.loss(name), descent: this.resume(name, motion) };
    const { loss, descent } = this.stage;
    descend(descent, loss, motion, descent.step + steps, this.observer(name));
    if (descent.step < motion.steps) return;
    this.end(name, endOf(descent, loss, this.observer(name)));
    this.stage = undefined;
  }

  private end(name: StageName, result: StageResult): void {
    const axes = this.axes(name);
    this.finished[name] = axes === undefined ? result : { ...result, point: axes.back(result.point) };
  }

  /** What must be kept to go on later: plain lists, for JSON. */
  store(): StoredRun {
    return mapStored(this.state(), (numbers) => Array.from(numbers));
  }

  /** The same without a copy: the lists are the run's own, which its next step changes. */
  state(): StoredRun<ArrayLike<number>> {
    const current = this.stage === undefined ? this.stored?.current : this.stage.descent;
    const finished = { ...this.finished };
    if (current === undefined) return { finished };
    const { step, point, memory, curve } = current;
    return { finished, current: { step, point, memory, curve } };
  }

  private get stages(): readonly StageName[] {
    return this.settings.fineTuning === undefined ? ["pretraining"] : ["pretraining", "fineTuning"];
  }

  private get current(): StageName | undefined {
    return this.stages.find((name) => this.finished[name] === undefined);
  }

  private motion(name: StageName): Motion {
    return name === "pretraining" ? this.settings.pretraining.motion : this.settings.fineTuning!.motion;
  }

  /** The coordinates a stage goes in, where they are not those of the settings. */
  private axes(name: StageName): RunCoordinates | undefined {
    if (!mayTurn(this.settings.method, this.motion(name))) return undefined;
    this.turned ??= { coordinates: runCoordinates(this.settings) };
    return this.turned.coordinates;
  }

  private observer(name: StageName): Observer | undefined {
    const axes = this.axes(name);
    return axes === undefined ? this.observers[name] : axes.seenBy(this.observers[name]);
  }

  private loss(name: StageName): StepLoss {
    const settings = this.axes(name)?.settings ?? this.settings;
    return name === "pretraining"
      ? pretrainingLoss(settings)
      : fineTuningLoss(settings, settings.fineTuning!);
  }

  private start(name: StageName): Float64Array {
    const point = name === "pretraining" ? initialPoint(this.settings) : this.finished.pretraining!.point;
    return this.axes(name)?.into(point) ?? point;
  }

  private resume(name: StageName, motion: Extract<Motion, { readonly kind: "descent" }>): Descent {
    const from = this.stored?.current;
    this.stored = undefined;
    if (from === undefined) return startDescent(this.start(name), motion);
    return {
      step: from.step,
      point: Float64Array.from(from.point),
      memory: from.memory.map((values) => Float64Array.from(values)),
      curve: [...from.curve],
    };
  }
}

const stepsOf = (motion: Motion): number => (motion.kind === "descent" ? motion.steps : 1);
