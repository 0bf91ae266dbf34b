import { tokenLength } from "../model/tokens";
import { requireVector } from "../problem/readInput";
import { type RegressionProblem, requireProblem } from "../problem/regressionProblem";
import type { ShotCount } from "../problem/shots";
import { requirePrior, type TaskPrior } from "../problem/taskPrior";
import { LayerRisk } from "./layerRisk";
import type { PackedParameters } from "./packedParameters";
import { TaskSpread } from "./taskSpread";

/** E_θ R(n, θ) over a prior of tasks, in closed form, with its gradient: what {@link LayerRisk} is for one task. */
export class AveragedRisk {
  private readonly spread: TaskSpread;
  private readonly noTask: Float64Array;
  private readonly labelVariance: number;

  constructor(
    problem: RegressionProblem,
    prior: TaskPrior,
    private readonly layer: LayerRisk,
  ) {
    this.spread = new TaskSpread(problem, prior, layer);
    this.noTask = new Float64Array(problem.dimension);
    this.labelVariance = problem.noiseVariance + this.spread.labelVariance;
  }

  risk(parameters: readonly PackedParameters[], shots: ShotCount): number {
    return this.layer.risk(parameters, this.noTask, this.labelVariance, shots) + this.spread.risk(shots);
  }

  /** The same, its slopes left in the layer's heads. */
  riskAndSlopes(parameters: readonly PackedParameters[], shots: ShotCount): number {
    const risk = this.risk(parameters, shots);
    this.layer.differentiate(this.noTask);
    this.spread.differentiate(shots);
    return risk;
  }
}

/** E_θ R(n, θ), the risk at n shots averaged over a prior of tasks, as a function of v and M: exact, see {@link TaskSpread}. @throws InputError when sizes do not fit or a number is not finite. */
export function averagedRisk(
  problem: RegressionProblem,
  prior: TaskPrior,
): (parameters: PackedParameters, shots: ShotCount) => number {
  requireProblem(problem);
  requirePrior(prior, "prior", problem.dimension);
  const averaged = new AveragedRisk(problem, prior, new LayerRisk(problem, 1));
  const size = tokenLength(problem.dimension);
  return (parameters, shots) => {
    requireVector(parameters.value, "value", size);
    requireVector(parameters.keyQuery, "keyQuery", size * size);
    return averaged.risk([parameters], shots);
  };
}
