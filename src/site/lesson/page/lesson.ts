/** A lesson that runs in its page: loaded when a reader first presses a button. */
import { loadScript } from "@finetune-icl/book/browser";
import {
  type CodeCell,
  compareNotebooks,
  isExecutable,
  type Notebook,
  OutputCollector,
} from "@finetune-icl/notebooks/compare";
import type { LessonFile, Message } from "../worker/messages";
import { type Ended, LessonWorker } from "./lessonWorker";
import { OutputPlace } from "./outputs";
import { unpacked } from "./packed";
import type { Action, Place } from "./start";

/** What the buttons ask for. */
export interface Lessons {
  readonly press: (action: Action, cell?: string) => Promise<void>;
}

interface PlacedCell {
  readonly cell: CodeCell;
  /** Among the code cells, from 1. */
  readonly number: number;
  readonly section: HTMLElement;
  readonly mark: HTMLElement;
  readonly outputs: OutputPlace;
}

/** Milliseconds between two renderings of a cell that goes on printing. */
const RENDER_MS = 120;

class Lesson implements Lessons {
  #worker: LessonWorker | undefined;
  /** Counts starts and stops: what was begun before the last one is not gone on with. */
  #turn = 0;
  #isRunning = false;
  readonly #ran = new Set<string>();
  #collector = new OutputCollector();

  constructor(
    private readonly place: Place,
    private readonly notebook: Notebook,
    private readonly cells: readonly PlacedCell[],
    private readonly program: string,
    private readonly files: readonly LessonFile[],
  ) {}

  async press(action: Action, id?: string): Promise<void> {
    const at = this.cells.findIndex(({ cell }) => cell.id === id);
    switch (action) {
      case "run":
        await this.#run(this.cells.slice(at, at + 1));
        return;
      case "run-to":
        // What has run already need not run again.
        await this.#run(
          this.cells.slice(0, at + 1).filter(({ cell }, i) => i === at || !this.#ran.has(cell.id)),
        );
        return;
      case "run-all":
        await this.#run(this.cells);
        return;
      case "check":
        await this.#check();
        return;
      case "stop":
        this.#stop("Stopped. What the cells had computed is lost: Run all starts anew.");
        return;
      case "reset":
        this.#reset();
    }
  }

  /** Runs cells one after the other, up to the first error. Gives how it went. */
  async #run(cells: readonly PlacedCell[]): Promise<"all" | "failed" | "stopped"> {
    if (this.#isRunning) return "stopped";
    this.#turn += 1;
    const turn = this.#turn;
    const started = performance.now();
    this.#setRunning(true);
    try {
      this.#worker ??= this.#startWorker();
      await this.#worker.ready;
      for (const [index, placed] of cells.entries()) {
        this.#say(`Running cell ${placed.number} of ${this.cells.length} …`);
        const ended = await this.#runCell(this.#worker, placed);
        if (turn !== this.#turn || ended.how === "stopped") return "stopped";
        if (ended.how === "threw") {
          this.#say(failureWords(placed, cells.slice(index + 1), this.#missing(placed)));
          return "failed";
        }
      }
      const seconds = secondsSince(started);
      this.#say(
        cells.length === 1
          ? `Cell ${cells[0]!.number} ran, in ${seconds}.`
          : `${cells.length} cells ran, in ${seconds}.`,
      );
      return "all";
    } catch (error) {
      if (turn !== this.#turn) return "stopped";
      throw error;
    } finally {
      if (turn === this.#turn) this.#setRunning(false);
    }
  }

  async #runCell(worker: LessonWorker, { cell, number, mark, section, outputs }: PlacedCell): Promise<Ended> {
    section.dataset.state = "running";
    mark.textContent = "running";
    outputs.clear();
    this.#collector.add(cell.id, { type: "clear_output", wait: false });
    const show = () => outputs.show(cell, this.#collector.outputsOf(cell.id));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onMessage = (message: Message) => {
      this.#collector.add(cell.id, message);
      timer ??= setTimeout(() => {
        timer = undefined;
        show();
      }, RENDER_MS);
    };
    const ended = await worker.run(cell.id, cell.source, `cell ${number}`, onMessage);
    clearTimeout(timer);
    show();
    section.dataset.state = ended.how;
    mark.textContent =
      ended.how === "ran"
        ? `ran, ${seconds(ended.milliseconds)}`
        : ended.how === "threw"
          ? "error"
          : "stopped";
    if (ended.how === "ran") this.#ran.add(cell.id);
    return ended;
  }

  /** Runs the lesson in a new worker and holds each output against the stored one. */
  async #check(): Promise<void> {
    if (this.#isRunning) return;
    this.#discard();
    const started = performance.now();
    const how = await this.#run(this.cells);
    if (how === "stopped") return;
    const got: Notebook = {
      ...this.notebook,
      cells: this.notebook.cells.map((cell) =>
        cell.cell_type === "code" ? { ...cell, outputs: this.#collector.outputsOf(cell.id) } : cell,
      ),
    };
    const differences = new Map(compareNotebooks(this.notebook, got).map((each) => [each.cell.id, each]));
    const ran = this.cells.filter(({ cell }) => this.#ran.has(cell.id));
    for (const { cell, mark, section } of ran) {
      const difference = differences.get(cell.id);
      section.dataset.state = difference === undefined ? "holds" : "differs";
      mark.textContent = difference === undefined ? "✓ as stored" : "✗ another output than the stored one";
      if (difference !== undefined) {
        const { where, stored, got: now } = difference;
        const words = document.createElement("span");
        words.className = "difference";
        words.textContent = ` ${where}: stored ${stored}, now ${now}`;
        mark.append(words);
      }
    }
    const differing = ran.filter(({ cell }) => differences.has(cell.id)).length;
    const seconds = secondsSince(started);
    if (how === "failed") return;
    this.#say(
      differing === 0
        ? `It holds: all ${ran.length} cells give what is stored (${seconds}).`
        : `${differing} of ${ran.length} cells give another output than the stored one (${seconds}).`,
    );
    this.place.status.dataset.verdict = differing === 0 ? "holds" : "differs";
  }

  #stop(words: string): void {
    this.#turn += 1;
    this.#discard();
    this.#setRunning(false);
    this.#say(words);
  }

  #reset(): void {
    this.#stop("Reset: the page shows the stored outputs again, and the next run starts anew.");
    this.#collector = new OutputCollector();
    for (const { section, mark, outputs } of this.cells) {
      delete section.dataset.state;
      mark.textContent = "";
      outputs.restore();
    }
  }

  #discard(): void {
    this.#worker?.stop();
    this.#worker = undefined;
    this.#ran.clear();
  }

  #startWorker(): LessonWorker {
    this.#say("Starting …");
    return new LessonWorker(this.program, this.files);
  }

  /** Cells above that have not run: a likely reason for an error. */
  #missing(placed: PlacedCell): readonly PlacedCell[] {
    return this.cells.filter(({ cell, number }) => number < placed.number && !this.#ran.has(cell.id));
  }

  #setRunning(isRunning: boolean): void {
    this.#isRunning = isRunning;
    this.place.enable(isRunning);
  }

  #say(words: string): void {
    delete this.place.status.dataset.verdict;
    this.place.status.textContent = words;
  }
}

function failureWords(
  failed: PlacedCell,
  rest: readonly PlacedCell[],
  missing: readonly PlacedCell[],
): string {
  const notRun = rest.length === 0 ? "" : ` Not run: ${named(rest)}.`;
  const above = missing.length === 0 ? "" : ` Above it ${named(missing)} had not run: try Run to here.`;
  return `Stopped at an error in cell ${failed.number}.${notRun}${above}`;
}

/** `cell 3`, `cells 3 to 7`, `cells 3, 5 and 6`. */
function named(cells: readonly PlacedCell[]): string {
  const numbers = cells.map(({ number }) => number);
  const [first, last] = [numbers[0]!, numbers.at(-1)!];
  if (numbers.length === 1) return `cell ${first}`;
  if (last - first === numbers.length - 1) return `cells ${first} to ${last}`;
  return `cells ${numbers.slice(0, -1).join(", ")} and ${last}`;
}

const seconds = (milliseconds: number): string =>
  milliseconds < 950
    ? `${Math.max(0.1, milliseconds / 1000).toFixed(1)} s`
    : `${Math.round(milliseconds / 1000)} s`;
const secondsSince = (started: number): string => seconds(performance.now() - started);

/** The lesson's name, by which its page and its files are called. */
const lessonName = (): string => (location.pathname.split("/").at(-1) ?? "").replace(/\.html$/, "");

async function openLesson(place: Place): Promise<Lessons> {
  const name = decodeURIComponent(lessonName());
  let notebook: Notebook | undefined;
  Object.assign(globalThis, {
    finetuneIclLesson: (given: Notebook) => {
      notebook = given;
    },
  });
  const [program, files] = await Promise.all([
    unpacked("lesson-worker"),
    unpacked("lesson-files"),
    loadScript(`assets/lessons/${name}.js`),
  ]);
  if (notebook === undefined) throw new Error(`assets/lessons/${name}.js holds no lesson`);
  const placed = notebook.cells.filter(isExecutable).map((cell, index) => {
    const section = document.getElementById(`cell-${cell.id}`)!;
    const bar = section.querySelector(".cell-bar")!;
    const mark = bar.querySelector<HTMLElement>(".cell-mark")!;
    return { cell, number: index + 1, section, mark, outputs: new OutputPlace(section, bar) };
  });
  // Stack traces name the program so, and hide it.
  const source = `${program}\n//# sourceURL=/program/lesson.js`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return new Lesson(place, notebook, placed, address, JSON.parse(files) as readonly LessonFile[]);
}

Object.assign(globalThis, { finetuneIclOpenLesson: openLesson });
