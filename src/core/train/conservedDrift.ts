import { readWhole, requireNumber, requireVector } from "@finetune-icl/base";
import type { Moment } from "./observer";

/**
 * How far descent carries ‖M‖² − ‖v‖² away from where gradient flow would leave it, watched step by step.
 *
 * Each gradient g, exact or of a batch, clipped or not, has v·g_v = M·g_M where the prediction is linear in v and in M. With
 * momentum β the buffers b_t = βb_{t−1} + g_t then give, with E_t = ‖M‖² − ‖v‖², N_t = ‖b_M‖² − ‖b_v‖² and rate η,
 * E_{t+1} − E_t = η²N_t + 2η² Σ_{k≥1} β^k N_{t−k}: an identity. Since ηb is the step itself, the steps are all that is needed.
 */
export class ConservedDrift {
  private readonly last: Float64Array;
  private memory = 0;
  private seen = false;
  /** E so far, less E at the start. */
  drift = 0;

  /** For points that hold V first and M behind it, `half` numbers each: one layer, one head, key and query merged. @throws InputError naming the argument. */
  constructor(
    private readonly half: number,
    private readonly momentum: number,
  ) {
    readWhole(half, "half", 1);
    requireNumber(momentum, "momentum");
    this.last = new Float64Array(2 * half);
  }

  /** To be shown every point, from the first on. @throws InputError when its length does not fit or a number is not finite. */
  see({ point }: Pick<Moment, "point">): void {
    const { half, last } = this;
    requireVector(point, "point", 2 * half);
    if (this.seen) {
      let step = 0;
      for (let i = 0; i < half; i += 1) {
        step += (point[half + i]! - last[half + i]!) ** 2 - (point[i]! - last[i]!) ** 2;
      }
      this.drift += step + 2 * this.memory;
      this.memory = this.momentum * (this.memory + step);
    }
    this.seen = true;
    last.set(point);
  }
}
