/** A lesson that runs in its page: loaded when a reader first presses a button. */
import { loadScript } from "@finetune-icl/book/browser";
import { highlight } from "@finetune-icl/book/output";
import {
  type CodeCell,
  compareNotebooks,
  hasTag,
  isExecutable,
  type Notebook,
  OutputCollector,
  parseNotebook,
  serializeNotebook,
} from "@finetune-icl/notebooks/compare";
import type { LessonFile, Message } from "../worker/messages";
import type { Action, Lessons, Place } from "./buttons";
import { codeOf, showEdited, showSource } from "./codePlace";
import type { Editor, OpenEditor } from "./editor";
import { Edits, lessonName } from "./edits";
import { type Ended, LessonWorker } from "./lessonWorker";
import { mistakesIn } from "./mistakes";
import { OutputPlace } from "./outputs";
import { unpacked } from "./packed";
import { type ParametersForm, parametersForm } from "./parametersForm";
import { Progress } from "./progress";
import { write, written } from "./written";

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
  /** Cells that have run, with the code that they ran with. */
  readonly #ran = new Map<string, string>();
  #collector = new OutputCollector();
  readonly #edits: Edits;
  readonly #editors = new Map<string, { readonly editor: Editor; readonly place: HTMLElement }>();
  /** Code with the constants that the page's address names; it is not kept. */
  readonly #fromLink = new Map<string, string>();
  #link: Readonly<Record<string, string>> | undefined;
  #form: ParametersForm | undefined;
  readonly #progress = new Progress(lessonName());

  constructor(
    private readonly place: Place,
    private readonly notebook: Notebook,
    private readonly cells: readonly PlacedCell[],
    private readonly program: string,
    private readonly files: readonly LessonFile[],
  ) {
    this.#edits = new Edits(lessonName(), (words) => this.#say(words));
    const asked = Object.fromEntries(new URLSearchParams(location.search));
    if (Object.keys(asked).length > 0) this.#link = asked;
  }

  async press(action: Action, id?: string): Promise<void> {
    const at = this.cells.findIndex(({ cell }) => cell.id === id);
    switch (action) {
      case "run":
        await this.#run(this.cells.slice(at, at + 1));
        return;
      case "run-to":
        // What has run already need not run again.
        await this.#run(this.cells.slice(0, at + 1).filter((placed, i) => i === at || !this.#hasRun(placed)));
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
        return;
      case "edit":
        await this.#edit(this.cells[at]!);
        return;
      case "parameters":
        await this.#openForm(this.cells[at]!);
        return;
      case "download":
        this.#download();
        return;
      case "discard":
        this.#discardEdits();
    }
  }

  /** Whether a cell has run as it stands. */
  #hasRun(placed: PlacedCell): boolean {
    return this.#ran.get(placed.cell.id) === this.#sourceOf(placed);
  }

  #sourceOf({ cell }: PlacedCell): string {
    return this.#fromLink.get(cell.id) ?? this.#edits.of(cell.id) ?? cell.source;
  }

  /** Runs cells one after the other, up to the first error. Gives how it went. */
  async #run(cells: readonly PlacedCell[]): Promise<"all" | "failed" | "stopped"> {
    if (this.#isRunning) return "stopped";
    this.#turn += 1;
    const turn = this.#turn;
    const started = performance.now();
    this.#setRunning(true);
    try {
      const worker = await this.#readyWorker();
      await this.#applyLink(worker);
      for (const [index, placed] of cells.entries()) {
        this.#say(`Running cell ${placed.number} of ${this.cells.length} …`);
        const ended = await this.#runCell(worker, placed);
        if (turn !== this.#turn || ended.how === "stopped") return "stopped";
        if (ended.how === "threw" && !this.#isWrongAnswer(placed)) {
          this.#say(failureWords(placed, cells.slice(index + 1), this.#missing(placed)));
          return "failed";
        }
      }
      const seconds = secondsSince(started);
      const ran =
        cells.length === 1
          ? `Cell ${cells[0]!.number} ran, in ${seconds}.`
          : `${cells.length} cells ran, in ${seconds}.`;
      this.#say(`${ran}${this.#progressWords()}`);
      return "all";
    } catch (error) {
      if (turn !== this.#turn) return "stopped";
      throw error;
    } finally {
      if (turn === this.#turn) this.#setRunning(false);
    }
  }

  async #runCell(worker: LessonWorker, placed: PlacedCell): Promise<Ended> {
    const { cell, number, mark, section, outputs } = placed;
    section.dataset.state = "running";
    mark.textContent = "running";
    outputs.clear();
    this.#collector.add(cell.id, { type: "clear_output", wait: false });
    const collector = this.#collector;
    const show = () => outputs.show(cell, collector.outputsOf(cell.id));
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onMessage = (message: Message) => {
      collector.add(cell.id, message);
      timer ??= setTimeout(() => {
        timer = undefined;
        show();
      }, RENDER_MS);
    };
    const source = this.#sourceOf(placed);
    const ended = await worker.run(cell.id, source, `cell ${number}`, onMessage);
    clearTimeout(timer);
    // Reset meanwhile: the stored outputs stand there again.
    if (collector !== this.#collector) return ended;
    show();
    this.#editors.get(cell.id)?.editor.mark(mistakesIn(collector.outputsOf(cell.id), `cell ${number}`));
    section.dataset.state = ended.how;
    mark.textContent =
      ended.how === "ran"
        ? `ran, ${seconds(ended.milliseconds)}`
        : ended.how === "threw"
          ? "error"
          : "stopped";
    if (ended.how === "ran") this.#ran.set(cell.id, source);
    if (hasTag(cell, "check")) {
      this.#progress.set(cell.id, ended.how === "ran");
      if (this.#isWrongAnswer(placed)) mark.textContent = "not right yet";
    }
    return ended;
  }

  /** What a check says of an answer is no failure of the lesson: what stands below does not need it. */
  #isWrongAnswer({ cell }: PlacedCell): boolean {
    const outputs = this.#collector.outputsOf(cell.id);
    return (
      hasTag(cell, "check") &&
      outputs.some((output) => output.output_type === "error" && output.ename === "WrongAnswer")
    );
  }

  /** How many exercises are right, in a book that asks them. */
  #progressWords(): string {
    const asked = this.cells.filter(isAsked);
    const right = asked.filter(({ cell }) => this.#progress.has(cell.id)).length;
    return asked.length === 0 ? "" : ` Exercises right so far: ${right} of ${asked.length}.`;
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
    // Answers are the reader's, and have no stored outputs to be held against.
    const ran = this.cells.filter((placed) => this.#ran.has(placed.cell.id) && !isExercise(placed));
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
        ? `It holds: all ${ran.length} cells give what is stored (${seconds}).${this.#withChanges()}`
        : `${differing} of ${ran.length} cells give another output than the stored one (${seconds}).${this.#withChanges()}`,
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

  #withChanges(): string {
    const changed = this.cells.filter((placed) => this.#sourceOf(placed) !== placed.cell.source);
    return changed.length === 0 ? "" : ` Changed by you: ${named(changed)}.`;
  }

  async #readyWorker(): Promise<LessonWorker> {
    if (this.#worker === undefined) {
      this.#say("Starting …");
      this.#worker = new LessonWorker(this.program, this.files);
    }
    const worker = this.#worker;
    try {
      await worker.ready;
    } catch (error) {
      if (this.#worker === worker) this.#worker = undefined;
      throw error;
    }
    return worker;
  }

  /** Opens a cell's code in the editor, or closes the editor again. */
  async #edit(placed: PlacedCell): Promise<void> {
    const { cell, number, section } = placed;
    const open = this.#editors.get(cell.id);
    if (open) {
      this.#closeEditor(placed);
      return;
    }
    this.#say("Loading the editor …");
    await loadScript("assets/lesson-editor.js");
    const { finetuneIclEditor } = globalThis as unknown as { finetuneIclEditor: OpenEditor };
    const shown = codeOf(section)!.closest<HTMLElement>(".copyable, pre")!;
    shown.closest("details")!.open = true;
    const place = document.createElement("div");
    place.className = "editor";
    shown.hidden = true;
    shown.before(place);
    const editor = finetuneIclEditor({
      parent: place,
      source: this.#sourceOf(placed),
      label: `Code of cell ${number}`,
      worker: () => (this.#isRunning ? undefined : this.#worker),
      onChange: (source) => this.#keep(placed, source),
      onRun: (goOn) => void this.#runFromEditor(placed, goOn),
    });
    this.#editors.set(cell.id, { editor, place });
    this.#label(placed, "Done");
    editor.focus();
    this.#say("Shift+Enter runs the cell, Tab leaves the editor, Ctrl+Space completes a name.");
    // Who writes is helped by the compiler; that it cannot start is said when a cell is run.
    void this.#readyWorker().then(
      () =>
        this.#isRunning ||
        this.#say("Shift+Enter runs the cell, Tab leaves the editor, Ctrl+Space completes a name."),
      () => {},
    );
  }

  async #runFromEditor(placed: PlacedCell, goOn: boolean): Promise<void> {
    await this.press("run", placed.cell.id);
    if (!goOn) return;
    const next = this.cells[this.cells.indexOf(placed) + 1];
    if (next === undefined) return;
    const editor = this.#editors.get(next.cell.id)?.editor;
    if (editor) editor.focus();
    else next.section.querySelector<HTMLElement>('button[data-action="run"]')?.focus();
  }

  #closeEditor(placed: PlacedCell): void {
    const open = this.#editors.get(placed.cell.id);
    if (!open) return;
    this.#editors.delete(placed.cell.id);
    open.editor.remove();
    open.place.remove();
    codeOf(placed.section)!.closest<HTMLElement>(".copyable, pre")!.hidden = false;
    this.#label(placed, "Edit");
    this.#showSource(placed);
  }

  #label({ section }: PlacedCell, words: string): void {
    section.querySelector('button[data-action="edit"]')!.textContent = words;
  }

  #showSource(placed: PlacedCell): void {
    const source = this.#sourceOf(placed);
    showSource(placed.section, source, source !== placed.cell.source, highlight(source, "typescript"));
    this.#showEdited();
  }

  /** Keeps the reader's own code of a cell; the cell's own is no change. */
  #keep(placed: PlacedCell, source: string): void {
    this.#fromLink.delete(placed.cell.id);
    this.#forgetCheck(placed);
    this.#edits.set(placed.cell.id, source === placed.cell.source ? undefined : source);
    if (source === placed.cell.source) delete placed.section.dataset.edited;
    else placed.section.dataset.edited = "";
    this.#showEdited();
  }

  #showEdited(): void {
    showEdited(this.place.article, this.#edits.size + written(this.place.article).size);
  }

  /** A changed answer is not the one that was found right. */
  #forgetCheck(placed: PlacedCell): void {
    if (!hasTag(placed.cell, "exercise")) return;
    const check = this.cells.slice(this.cells.indexOf(placed)).find(({ cell }) => hasTag(cell, "check"));
    if (check) this.#progress.set(check.cell.id, false);
  }

  #discardEdits(): void {
    const changed = this.cells.filter(({ cell }) => this.#edits.of(cell.id) !== undefined);
    const texts = written(this.place.article);
    const what = [
      ...(changed.length === 0 ? [] : [`your changes in ${named(changed)}`]),
      ...(texts.size === 0 ? [] : ["your written answers"]),
    ].join(" and ");
    if (what !== "" && !confirm(`Discard ${what}? They cannot be brought back.`)) return;
    this.#edits.discard();
    write(this.place.article, new Map([...texts.keys()].map((id) => [id, ""])));
    for (const placed of changed) {
      this.#closeEditor(placed);
      this.#showSource(placed);
    }
    this.#say("Your changes are discarded; outputs stay until the next run or Reset.");
  }

  /** The lesson with the reader's code as a file for the kernel; outputs come from running it. */
  #download(): void {
    const sources = new Map(this.cells.map((placed) => [placed.cell.id, this.#sourceOf(placed)]));
    const texts = written(this.place.article);
    const text = serializeNotebook({
      ...this.notebook,
      cells: this.notebook.cells.map((cell) =>
        cell.cell_type === "code"
          ? { ...cell, source: sources.get(cell.id) ?? cell.source, outputs: [], execution_count: null }
          : { ...cell, source: texts.get(cell.id) ?? cell.source },
      ),
    });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
    link.download = `${lessonName()}.ipynb`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
    this.#say("Your copy is downloaded: it runs on the kernel as it stands.");
  }

  /** Takes the code of a copy that was downloaded here or written on the kernel. */
  async openCopy(file: File): Promise<void> {
    try {
      const copy = parseNotebook(JSON.parse(await file.text()), file.name);
      const sources = new Map(copy.cells.map(({ id, source }) => [id, source]));
      const known = this.cells.filter(({ cell }) => sources.has(cell.id));
      if (known.length === 0) throw new Error("it has no cell of this lesson");
      for (const placed of known) {
        this.#closeEditor(placed);
        this.#keep(placed, sources.get(placed.cell.id)!);
        this.#showSource(placed);
      }
      const changed = known.filter((placed) => this.#edits.of(placed.cell.id) !== undefined);
      const answers = write(this.place.article, textsOf(copy, this.notebook));
      const own = [
        ...(changed.length === 0 ? [] : [`its own code in ${named(changed)}`]),
        ...(answers === 0 ? [] : [`its written ${answers === 1 ? "answer" : "answers"}`]),
      ].join(" and ");
      this.#say(
        own === ""
          ? `${file.name} holds the lesson as it is: nothing has changed.`
          : `${file.name} is opened, with ${own}.`,
      );
    } catch (error) {
      this.#say(
        `${file.name} is no copy of this lesson: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** Opens the form of constants, or closes it. */
  async #openForm(placed: PlacedCell): Promise<void> {
    if (this.#form) {
      this.#form.element.remove();
      this.#form = undefined;
      return;
    }
    const worker = await this.#readyWorker();
    await this.#applyLink(worker);
    const [parameters, original] = await Promise.all(
      [this.#sourceOf(placed), placed.cell.source].map((source) =>
        worker.ask({ about: "parameters", source }),
      ),
    );
    const form = parametersForm({
      parameters: parameters!,
      original: original!,
      onRun: (values) => void this.#runWith(placed, values),
      onLink: (address) => void this.#copyLink(address),
    });
    this.#form = form;
    const bar = placed.section.querySelector(".cell-bar")!;
    bar.after(form.element);
    const folded = bar.closest("details");
    if (folded !== null) folded.open = true;
    form.element.querySelector("input")?.focus();
    this.#say("Change a constant: what depends on it runs again.");
  }

  async #copyLink(address: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(address);
      this.#say("The link is copied: it opens this lesson with these constants.");
    } catch {
      this.#say(`Copy this link: ${address}`);
    }
  }

  /** Sets constants and runs what depends on them, with what it needs. */
  async #runWith(placed: PlacedCell, values: Readonly<Record<string, string>>): Promise<void> {
    if (this.#isRunning) return;
    const worker = await this.#readyWorker();
    try {
      const source = await worker.ask({ about: "override", source: placed.cell.source, values });
      this.#closeEditor(placed);
      this.#keep(placed, source);
      this.#showSource(placed);
    } catch (error) {
      this.#form?.complain(withoutOption(error));
      return;
    }
    const changed = this.cells.indexOf(placed);
    const sources = this.cells.map((each) => this.#sourceOf(each));
    const dependents = new Set(await worker.ask({ about: "dependents", sources, changed }));
    const last = Math.max(...dependents);
    await this.#run(
      this.cells.slice(0, last + 1).filter((placed, i) => dependents.has(i) || !this.#hasRun(placed)),
    );
  }

  /** Takes constants from the page's address, once. */
  async #applyLink(worker: LessonWorker): Promise<void> {
    const values = this.#link;
    this.#link = undefined;
    const placed = this.cells.find(({ cell }) => hasTag(cell, "parameters"));
    if (values === undefined || placed === undefined) return;
    try {
      const source = await worker.ask({ about: "override", source: placed.cell.source, values });
      this.#fromLink.set(placed.cell.id, source);
      this.#showSource(placed);
    } catch (error) {
      throw new Error(`its address asks for something else than its constants: ${withoutOption(error)}`);
    }
  }

  /** Cells above that have not run: a likely reason for an error. */
  #missing(placed: PlacedCell): readonly PlacedCell[] {
    return this.cells.filter((each) => each.number < placed.number && !this.#hasRun(each));
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

/** The words of a copy that are not the lesson's own. */
function textsOf(copy: Notebook, lesson: Notebook): ReadonlyMap<string, string> {
  const own = new Map(lesson.cells.map(({ id, source }) => [id, source]));
  return new Map(
    copy.cells.flatMap(({ id, cell_type, source }) =>
      cell_type === "markdown" && source !== own.get(id) ? [[id, source] as const] : [],
    ),
  );
}

/** A cell of an exercise that a book asks: its answer is not stored with the lesson. */
const isExercise = ({ cell }: PlacedCell): boolean =>
  hasTag(cell, "exercise", "check") &&
  /\bsealed:|"Exercise \S+: replace this line by your answer\."/.test(cell.source);
/** Its check. */
const isAsked = (placed: PlacedCell): boolean => hasTag(placed.cell, "check") && isExercise(placed);

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

/** The command line's words for an option mean nothing in a page. */
const withoutOption = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^this lesson: --set:? ?/, "");

async function openLesson(place: Place): Promise<Lessons> {
  const name = lessonName();
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
