import { readState, writeState } from "../explore/controls";
import type { Answer, Explorable, Run } from "../explore/explorable";
import { EXPLORABLES } from "../explore/explorables";
import { readControls, setControls } from "./controlInputs";
import { liveAnswer } from "./liveAnswer";

/**
 * Makes the live figure of a section answer. (Without an export this file would be CommonJS to the bundler, as its package is, and what it imports
 * would come whole: twice as much.)
 */
export type Connect = (section: HTMLElement) => void;

const connectSection: Connect = (section) => {
  const explorable = EXPLORABLES.find(({ id }) => id === section.dataset.explorable);
  if (explorable !== undefined) connect(section, explorable);
};
Object.assign(globalThis, { finetuneIclConnect: connectSection });

/** Joins the controls, the address and the answer of one explorable. */
function connect(section: HTMLElement, explorable: Explorable): void {
  const form = section.querySelector<HTMLFormElement>("form.controls")!;
  const { controls } = explorable;
  // In a lesson the address names sections: the figure stands where the lesson put it, and its links lead to its own page.
  const atRest = section.dataset.stateAtRest;
  const { show, ready } = liveAnswer(section);
  const complaint = section.querySelector<HTMLElement>(".complaint")!;
  let frame = 0;
  let addressTimer: ReturnType<typeof setTimeout> | undefined;
  let runner: Runner | undefined;

  const compute = ({ moving } = { moving: false }) => {
    const state = readControls(form, controls);
    runner?.stop();
    if (explorable.kind === "direct") {
      const started = performance.now();
      show(explorable.answer(state), { moving });
      // For those who measure: milliseconds from the state of the controls to words, numbers and the call of plotly.
      section.dataset.milliseconds = (performance.now() - started).toFixed(1);
    } else {
      runner = run(section, explorable.start(state), show, ready, moving ? REST : 0);
    }
  };
  const changed = () => {
    complaint.hidden = true;
    // What ran answers an older question.
    runner?.stop();
    // Several events of one frame are one question.
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => compute({ moving: true }));
    clearTimeout(addressTimer);
    // Browsers allow only so many changes of the address in a row.
    if (atRest === undefined)
      addressTimer = setTimeout(() => writeAddress(writeState(controls, readControls(form, controls))), 250);
  };
  const fromAddress = () => {
    const text = atRest ?? stateInAddress();
    const { state, complaints } = readState(controls, text);
    setControls(form, controls, state);
    complaint.textContent = complaints.length === 0 ? "" : `In the address, ${complaints.join("; ")}`;
    complaint.hidden = complaints.length === 0;
    compute();
  };

  form.addEventListener("input", () => {
    setControls(form, controls, readControls(form, controls));
    changed();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector(".reset")!.addEventListener("click", () => {
    setControls(form, controls, readState(controls, atRest ?? "").state);
    changed();
  });
  const link = form.querySelector<HTMLButtonElement>(".link")!;
  link.addEventListener(
    "click",
    () => void copyAddress(link, section, writeState(controls, readControls(form, controls))),
  );
  form.querySelector(".again")?.addEventListener("click", () => compute());
  form.querySelector(".run")?.addEventListener("click", () => runner?.toggle());
  addEventListener("hashchange", () => {
    if (atRest !== undefined) return;
    if (location.hash === "" || stateInAddress() !== "") fromAddress();
  });
  fromAddress();
}

/** What follows # when it is a state, not the name of a section. */
function stateInAddress(): string {
  const text = location.hash.slice(1);
  return text.includes("=") ? text : "";
}

function writeAddress(text: string): void {
  if (text === stateInAddress()) return;
  history.replaceState(null, "", text === "" ? location.href.replace(/#.*$/, "") : `#${text}`);
}

async function copyAddress(button: HTMLButtonElement, section: HTMLElement, text: string): Promise<void> {
  const isHeld = section.dataset.stateAtRest !== undefined;
  if (!isHeld) writeAddress(text);
  const page = `explore-${section.dataset.explorable}.html${text === "" ? "" : `#${text}`}`;
  try {
    await navigator.clipboard.writeText(isHeld ? new URL(page, location.href).href : location.href);
    button.textContent = "Copied";
  } catch {
    button.textContent = isHeld ? "The browser forbids it" : "It is in the address bar";
  }
  setTimeout(() => {
    button.textContent = "Copy link";
  }, 1500);
}

interface Runner {
  readonly stop: () => void;
  readonly toggle: () => void;
}

/** Milliseconds for which a control must rest until a gradual explorable goes on from its first answer. */
const REST = 120;

/** Advances a gradual explorable while the reader watches: one step a frame, from when there is a figure to watch and after a pause. */
function run(
  section: HTMLElement,
  computation: Run,
  show: (answer: Answer) => void,
  ready: Promise<void>,
  pause: number,
): Runner {
  const button = section.querySelector<HTMLButtonElement>(".run")!;
  let frame = 0;
  let begin: ReturnType<typeof setTimeout> | undefined;
  let running = true;
  let stopped = false;
  let more = true;
  const label = () => {
    button.textContent = running ? "Pause" : "Go on";
    button.disabled = !more;
    section.dataset.running = String(running && more);
  };
  const step = () => {
    more = computation.advance();
    show(computation.answer());
    if (more) frame = requestAnimationFrame(step);
    label();
  };
  show(computation.answer());
  label();
  void ready.then(() => {
    if (stopped) return;
    begin = setTimeout(() => {
      if (running) frame = requestAnimationFrame(step);
    }, pause);
  });
  return {
    stop: () => {
      stopped = true;
      clearTimeout(begin);
      cancelAnimationFrame(frame);
    },
    toggle: () => {
      running = !running;
      clearTimeout(begin);
      if (running) frame = requestAnimationFrame(step);
      else cancelAnimationFrame(frame);
      label();
    },
  };
}
