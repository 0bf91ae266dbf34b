import { InputError } from "@finetune-icl/base";
import { explorablePageFile } from "./explorablePage";
import { readState, writeState } from "./explore/controls";
import type { Explorable } from "./explore/explorable";
import { EXPLORABLES } from "./explore/explorables";

/** The guide to which lessons link: it stands in the repository, where the live figures do not. */
export const LIVE_GUIDE = "docs/live-figures.md";

/** A live figure in a state: what `#ID` or `#ID?NAME=VALUE&…` after the guide's name means. */
export interface LiveLink {
  readonly explorable: Explorable;
  /** As its page has it in its address. */
  readonly state: string;
}

/** @throws InputError when there is no such live figure, or it has no such state: which, and what is allowed. */
export function readLiveLink(fragment: string): LiveLink {
  const [id = "", text = ""] = fragment.split("?", 2);
  const explorable = EXPLORABLES.find((each) => each.id === id);
  if (explorable === undefined) {
    throw new InputError(`${LIVE_GUIDE}#`, id, `one of ${EXPLORABLES.map((each) => each.id).join(", ")}`);
  }
  const { state, complaints } = readState(explorable.controls, text);
  if (complaints.length > 0) throw new InputError(`${LIVE_GUIDE}#${id}`, text, complaints.join("; "));
  return { explorable, state: writeState(explorable.controls, state) };
}

/** Where the link leads in the book. */
export function liveAddress({ explorable, state }: LiveLink): string {
  return `${explorablePageFile(explorable)}${state === "" ? "" : `#${state}`}`;
}
