import { STUDIES } from "./index";
import type { StudyTask } from "./runStudy";

/** What a worker thread does with one unit of a study. */
export default function work({ study, input }: StudyTask): unknown {
  const known = STUDIES.find(({ name }) => name === study);
  if (known === undefined) throw new Error(`no study ${study}`);
  return known.run(input);
}
