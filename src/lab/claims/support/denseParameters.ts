import { streamOf } from "@finetune-icl/core/evidence";
import { type AttentionParameters, tokenLength } from "@finetune-icl/core/model";
import { RandomSource } from "@finetune-icl/core/simulate";
import type { ClaimSetting } from "./settings";

/** All entries of v and M drawn at random, of the size pretrained ones have. */
export function denseParameters({ label, problem }: ClaimSetting): AttentionParameters {
  const random = new RandomSource(1, streamOf("dense parameters", label));
  const size = tokenLength(problem.dimension);
  const normal = (): number => random.normal() / Math.sqrt(size);
  return {
    value: Array.from({ length: size }, normal),
    keyQuery: Array.from({ length: size }, () => Array.from({ length: size }, normal)),
  };
}
