/** What pages with live figures have from the start: what answers is loaded when a reader first comes near one. */
import { loadScript, whenNear } from "@finetune-icl/book/browser";
import type { Connect } from "./explorable";

const sections = [...document.querySelectorAll<HTMLElement>("[data-explorable]")];
const formOf = (section: HTMLElement) => section.querySelector<HTMLFormElement>("form.controls")!;

// The place of the controls is theirs from the start, so that nothing moves when they begin to answer.
for (const section of sections) formOf(section).hidden = false;
whenNear(sections, async (section) => {
  try {
    await loadScript("assets/explorable.js");
    (globalThis as unknown as { finetuneIclConnect: Connect }).finetuneIclConnect(section);
  } catch {
    // The picture, words and numbers at rest stay; controls that do not answer would mislead.
    formOf(section).hidden = true;
  }
  return true;
});
