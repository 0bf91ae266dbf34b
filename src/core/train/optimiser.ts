import { InputError, requireNumber, requireVector } from "@finetune-icl/base";

/** How a step follows from a gradient. One step of either is what PyTorch's torch.optim does with the same settings. */
export type OptimiserSettings =
  | {
      readonly kind: "sgd";
      readonly learningRate: number;
      /** b ← momentum · b + g, p ← p − rate · b. */
      readonly momentum: number;
    }
  | {
      readonly kind: "adam";
      readonly learningRate: number;
      /** Decay of the averages of the gradient and of its square (Kingma and Ba 2015), corrected for their start at 0. */
      readonly betas: readonly [number, number];
      readonly epsilon: number;
    };

/** An optimiser at work on a point of fixed length; its memory can be stored and put back. */
export interface Optimiser {
  /** Moves the point by one step; step numbers count from 0. */
  readonly step: (point: Float64Array, gradient: Float64Array, step: number) => void;
  /** The running averages, in one array or two, to be read or overwritten. */
  readonly memory: readonly Float64Array[];
}

/**
 * An optimiser for points of so many numbers, at its start or going on with the memory of an earlier one, which it then uses itself.
 * @throws InputError naming `memory` when it is not as long as such a point, or not of this kind of optimiser.
 */
export function createOptimiser(
  settings: OptimiserSettings,
  length: number,
  memory: readonly Float64Array[] = memoryOf(settings, length),
): Optimiser {
  if (memory.length !== averages(settings))
    throw new InputError("memory", memory.length, `${averages(settings)} lists, as ${settings.kind} has`);
  for (const [k, part] of memory.entries()) requireVector(part, `memory[${k}]`, length);
  return settings.kind === "sgd" ? gradientDescent(settings, memory) : adam(settings, memory);
}

const averages = ({ kind }: OptimiserSettings): number => (kind === "sgd" ? 1 : 2);

const memoryOf = (settings: OptimiserSettings, length: number): readonly Float64Array[] =>
  Array.from({ length: averages(settings) }, () => new Float64Array(length));

function gradientDescent(
  { learningRate, momentum }: Extract<OptimiserSettings, { readonly kind: "sgd" }>,
  memory: readonly Float64Array[],
): Optimiser {
  const [buffer] = memory as [Float64Array];
  return {
    memory,
    step: (point, gradient) => {
      for (let i = 0; i < buffer.length; i += 1) {
        buffer[i] = momentum * buffer[i]! + gradient[i]!;
        point[i]! -= learningRate * buffer[i]!;
      }
    },
  };
}

function adam(
  { learningRate, betas: [b1, b2], epsilon }: Extract<OptimiserSettings, { readonly kind: "adam" }>,
  memory: readonly Float64Array[],
): Optimiser {
  const [mean, square] = memory as [Float64Array, Float64Array];
  return {
    memory,
    step: (point, gradient, step) => {
      const meanShare = 1 - b1 ** (step + 1);
      const squareShare = 1 - b2 ** (step + 1);
      for (let i = 0; i < mean.length; i += 1) {
        const g = gradient[i]!;
        mean[i] = b1 * mean[i]! + (1 - b1) * g;
        square[i] = b2 * square[i]! + (1 - b2) * g * g;
        point[i]! -=
          (learningRate * (mean[i]! / meanShare)) / (Math.sqrt(square[i]! / squareShare) + epsilon);
      }
    },
  };
}

/** Scales the whole gradient down to length `limit` when it is longer; returns its length before. @throws InputError naming what is no finite number. */
export function clipJointly(gradient: Float64Array, limit: number): number {
  requireNumber(limit, "limit");
  requireVector(gradient, "gradient", gradient.length);
  return clip(gradient, limit);
}

/** The same for training loops, which pass through numbers that are not finite and must see them. */
export function clip(gradient: Float64Array, limit: number): number {
  let sum = 0;
  for (let i = 0; i < gradient.length; i += 1) sum += gradient[i]! * gradient[i]!;
  const length = Math.sqrt(sum);
  if (length > limit) for (let i = 0; i < gradient.length; i += 1) gradient[i]! *= limit / length;
  return length;
}
