import { InputError } from "@finetune-icl/base";

/** What `work` gives; input that it refuses is refused with the place where it stands. @throws InputError */
export function atPlace<Result>(place: string, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${place}: ${error.field}`, error.holds, error.allowed);
  }
}
