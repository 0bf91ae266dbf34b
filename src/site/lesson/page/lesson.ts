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
import { type Action, cannotRun, type Lessons, type Place } from "./buttons";
import { codeFrameOf, showEdited, showSource } from "./codePlace";
import type { Editor, OpenEditor } from "./editor";
import { type Edits, type Elsewhere, lessonName } from "./edits";
import { type Ended, LessonWorker, Stopped } from "./lessonWorker";
import { mistakesIn } from "./mistakes";
import { OutputPlace } from "./outputs";
import { unpacked } from "./packed";
import { type Parameters, type ParametersForm, parametersForm } from "./parametersForm";
import { Progress } from "./progress";
import { showWritten, write, written } from "./written";

interface PlacedCell {
  readonly cell: CodeCell;
  /** Among the code cells, from 1. */
  readonly number: number;
  readonly section: HTMLElement;
  readonly mark: HTMLElement;
  /** Stands in the place of the mark when that is no longer true of the cell. */
  readonly since: HTMLElement;
  readonly outputs: OutputPlace;
}

/** Milliseconds between two renderings of a cell that goes on printing. */
const RENDER_MS = 120;
/** Between two renderings the page has this many times as long as one takes for everything else. */
const REST = 3;

const EDITOR_WORDS = "Shift+Enter runs the cell, Tab leaves the editor, Ctrl+Space completes a name.";
/** Of its cells a copy has all but a few, while lessons share the names of as many as two in five. */
const SHARE_OF_A_COPY = 0.5;

/** What a reader is told in the place of a run, in whole sentences. */
class Refused extends Error {
  override readonly name = "Refused";
}

/** Cells to run, or how they are chosen when there is somebody to ask about them. */
type Chosen = readonly PlacedCell[] | ((worker: LessonWorker) => Promise<readonly PlacedCell[]>);

class Lesson implements Lessons {
  #worker: LessonWorker | undefined;
  /** Counts starts and stops: what was begun before the last one is not gone on with. */
  #turn = 0;
  #isRunning = false;
  /** Cells that have run, with the code that they ran with, and when, counted. */
  readonly #ran = new Map<string, { readonly source: string; readonly time: number }>();
  #time = 0;
  /** Cells whose outputs in the page come from a run, with the code of that run. */
  readonly #shownFor = new Map<string, string>();
  #collector = new OutputCollector();
  readonly #edits: Edits;
  /** Code of cells that another tab has changed since: an editor that is opened can bring it back. */
  readonly #aside = new Map<string, string>();
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
    this.#edits = place.edits;
    this.#edits.onElsewhere = (change) => this.#onElsewhere(change);
    const asked = Object.fromEntries(new URLSearchParams(location.search));
    if (Object.keys(asked).length > 0) this.#link = asked;
  }

  press(action: Action, id?: string): Promise<void> {
    return this.#attempt(() => this.#press(action, id));
  }

  /** Does what the reader asks for, and says why if it cannot be done. */
  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // What the reader has stopped is no failure.
      if (error instanceof Stopped) return;
      if (!(error instanceof Refused)) throw error;
      this.#say(error.message);
    }
  }

  async #press(action: Action, id: string | undefined): Promise<void> {
    const at = this.cells.findIndex(({ cell }) => cell.id === id);
    switch (action) {
      case "run":
        await this.#run(this.cells.slice(at, at + 1));
        return;
      case "run-to":
        // What has run already need not run again, unless it depends on something that has changed since.
        await this.#run(async (worker) => {
          const stale = await this.#stale(worker);
          return this.cells.slice(0, at + 1).filter((_, i) => i === at || stale.has(i));
        });
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
    return this.#ran.get(placed.cell.id)?.source === this.#sourceOf(placed);
  }

  /** Places of cells that must run for all to be as if they had run one after the other. */
  async #stale(worker: LessonWorker): Promise<ReadonlySet<number>> {
    const sources = this.cells.map((each) => this.#sourceOf(each));
    const ran = this.cells.map((each) =>
      this.#hasRun(each) ? this.#ran.get(each.cell.id)?.time : undefined,
    );
    return new Set(await worker.ask({ about: "stale", sources, ran }));
  }

  /** Says at each cell that has run whether what it shows is still what it would show. */
  async #markStale(): Promise<void> {
    const worker = this.#worker;
    const turn = this.#turn;
    const stale = await (worker && this.#stale(worker).catch(() => undefined));
    if (stale === undefined || turn !== this.#turn) return;
    const words = "what it uses above has changed since, or has not run";
    for (const [i, placed] of this.cells.entries())
      if (this.#hasRun(placed)) showSince(placed, stale.has(i) ? words : "");
  }

  /** Says at a cell that has run when its code is not the one that it ran with. */
  #markChanged(placed: PlacedCell): void {
    const ranWith = this.#shownFor.get(placed.cell.id);
    const isOther = ranWith !== undefined && ranWith !== this.#sourceOf(placed);
    showSince(placed, isOther ? "its code has changed since it ran" : "");
  }

  #sourceOf({ cell }: PlacedCell): string {
    return this.#fromLink.get(cell.id) ?? this.#edits.of(cell.id) ?? cell.source;
  }

  /** Runs cells one after the other, up to the first error. Gives how it went. */
  async #run(chosen: Chosen): Promise<"all" | "failed" | "stopped"> {
    if (this.#isRunning) {
      this.#say("A run is going on, and one is run at a time: wait, or Stop.");
      return "stopped";
    }
    this.#turn += 1;
    const turn = this.#turn;
    const started = performance.now();
    this.#setRunning(true);
    // At once: which cells are to run may take a while to find out.
    this.#say("Running …");
    try {
      const worker = await this.#readyWorker();
      await this.#applyLink(worker);
      const cells = typeof chosen === "function" ? await chosen(worker) : chosen;
      if (turn !== this.#turn) return "stopped";
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
      void this.#markStale();
    }
  }

  async #runCell(worker: LessonWorker, placed: PlacedCell): Promise<Ended> {
    const { cell, number, mark, section, outputs } = placed;
    section.dataset.state = "running";
    mark.textContent = "running";
    showSince(placed, "");
    outputs.clear();
    this.#collector.add(cell.id, { type: "clear_output", wait: false });
    const collector = this.#collector;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let pause = RENDER_MS;
    const show = (): boolean => {
      clearTimeout(timer);
      timer = undefined;
      // Reset meanwhile.
      if (collector !== this.#collector) return true;
      const started = performance.now();
      const isWhole = outputs.show(cell, collector.outputsOf(cell.id));
      pause = Math.max(RENDER_MS, REST * (performance.now() - started));
      if (!isWhole) timer = setTimeout(show, pause);
      return isWhole;
    };
    // What the cell's timers say after its end is the cell's, too.
    const onMessages = (messages: readonly Message[]) => {
      for (const message of messages) collector.add(cell.id, message);
      timer ??= setTimeout(show, pause);
    };
    const source = this.#sourceOf(placed);
    const ended = await worker.run(cell.id, source, `cell ${number}`, onMessages);
    // Reset meanwhile: the stored outputs stand there again.
    if (collector !== this.#collector) return ended;
    while (!show()) await new Promise((resolve) => setTimeout(resolve));
    if (collector !== this.#collector) return ended;
    this.#editors.get(cell.id)?.editor.mark(mistakesIn(collector.outputsOf(cell.id), `cell ${number}`));
    section.dataset.state = ended.how;
    mark.textContent =
      ended.how === "ran"
        ? `ran, ${seconds(ended.milliseconds)}`
        : ended.how === "threw"
          ? "error"
          : "stopped";
    this.#time += 1;
    this.#shownFor.set(cell.id, source);
    this.#markChanged(placed);
    if (ended.how === "ran") this.#ran.set(cell.id, { source, time: this.#time });
    else this.#ran.delete(cell.id);
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
    this.#shownFor.clear();
    for (const placed of this.cells) {
      delete placed.section.dataset.state;
      placed.mark.textContent = "";
      showSince(placed, "");
      placed.outputs.restore();
    }
  }

  #discard(): void {
    this.#worker?.stop();
    this.#worker = undefined;
    this.#ran.clear();
  }

  #withChanges(): string {
    const changed = this.cells.filter((placed) => this.#sourceOf(placed) !== placed.cell.source);
    const linked = changed.filter(({ cell }) => this.#fromLink.has(cell.id));
    const own = changed.filter((placed) => !linked.includes(placed));
    return [
      ...(own.length === 0 ? [] : [` Changed by you: ${named(own)}.`]),
      ...(linked.length === 0 ? [] : [` Changed by this page's address: ${named(linked)}.`]),
    ].join("");
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
    const shown = codeFrameOf(section);
    shown.closest("details")!.open = true;
    const place = document.createElement("div");
    place.className = "editor";
    shown.hidden = true;
    shown.before(place);
    const editor = finetuneIclEditor({
      parent: place,
      source: this.#aside.get(cell.id) ?? this.#sourceOf(placed),
      label: `Code of cell ${number}`,
      worker: (isAskedFor) => this.#helper(isAskedFor),
      onChange: (source) => this.#keep(placed, source),
      onRun: (goOn) => void this.#runFromEditor(placed, goOn).catch((error) => this.#fail(error)),
    });
    this.#editors.set(cell.id, { editor, place });
    // What another tab has changed stands there as a change that can be undone.
    editor.replace(this.#sourceOf(placed));
    this.#aside.delete(cell.id);
    this.#label(placed, "Done");
    editor.focus();
    this.#say(EDITOR_WORDS);
    // Who writes is helped by the compiler; that it cannot start is said when a cell is run.
    void this.#helper(true);
  }

  /** Who answers questions about names while nothing runs; started, after Stop too, when a reader asks. */
  async #helper(isAskedFor: boolean): Promise<LessonWorker | undefined> {
    if (this.#isRunning || (this.#worker === undefined && !isAskedFor)) return undefined;
    const isNew = this.#worker === undefined;
    try {
      const worker = await this.#readyWorker();
      if (this.#isRunning) return undefined;
      if (isNew) this.#say(EDITOR_WORDS);
      return worker;
    } catch {
      return undefined;
    }
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
    codeFrameOf(placed.section).hidden = false;
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
    this.#markChanged(placed);
    void this.#refreshForm(placed);
  }

  /** Keeps the reader's own code of a cell; the cell's own is no change. */
  #keep(placed: PlacedCell, source: string): void {
    const { id } = placed.cell;
    const aside = this.#fromLink.has(id) ? this.#edits.of(id) : undefined;
    if (aside !== undefined && aside !== source) this.#aside.set(id, aside);
    this.#fromLink.delete(id);
    this.#forgetCheck(placed);
    this.#edits.set(placed.cell.id, source === placed.cell.source ? undefined : source);
    if (source === placed.cell.source) delete placed.section.dataset.edited;
    else placed.section.dataset.edited = "";
    this.#showEdited();
    this.#markChanged(placed);
    void this.#refreshForm(placed);
  }

  /** Shows what another tab has changed or taken back. */
  #onElsewhere({ cell: id, source, before, isClash }: Elsewhere): void {
    const placed = this.cells.find(({ cell }) => cell.id === id);
    const what = placed === undefined ? "A written answer" : `Cell ${placed.number}`;
    if (isClash) {
      // What is typed here stays; what stood there comes back by Undo.
      if (source !== undefined) this.#aside.set(id, source);
      this.place.notice(
        "tabs",
        `${what} was changed in another tab, too. What you write here stands now${placed === undefined ? "" : "; Done, Edit and Undo bring back what stood there"}.`,
      );
      return;
    }
    this.place.notice(
      "tabs",
      source === undefined
        ? `${what} is as in the book again: its changes were discarded in another tab.`
        : `${what} was changed in another tab, and stands so here, too.`,
    );
    if (placed === undefined) showWritten(this.place.article, id, source ?? "");
    else if (!this.#fromLink.has(id)) {
      this.#forgetCheck(placed);
      const open = this.#editors.get(id)?.editor;
      if (open !== undefined) open.replace(source ?? placed.cell.source);
      else if (before !== undefined) this.#aside.set(id, before);
      this.#showSource(placed);
    }
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
    this.#edits.sync();
    const changed = this.cells.filter(({ cell }) => this.#edits.of(cell.id) !== undefined);
    const sources = new Map(changed.map(({ cell }) => [cell.id, this.#edits.of(cell.id)!]));
    const texts = written(this.place.article);
    const what = [
      ...(changed.length === 0 ? [] : [`your changes in ${named(changed)}`]),
      ...(texts.size === 0 ? [] : ["your written answers"]),
    ].join(" and ");
    if (what !== "" && !confirm(`Discard ${what}? They cannot be brought back.`)) return;
    this.#edits.discard(sources);
    write(this.place.article, new Map([...texts.keys()].map((id) => [id, ""])));
    for (const placed of changed) {
      this.#aside.delete(placed.cell.id);
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
      refuseOther(copy, this.notebook);
      const texts = textsOf(copy, this.notebook);
      const replaced = this.#replacedBy(sources, texts);
      if (
        replaced !== "" &&
        !confirm(`Open ${file.name} in place of ${replaced}? They cannot be brought back.`)
      ) {
        this.#say(`${file.name} is not opened: your changes stay.`);
        return;
      }
      for (const placed of known) {
        this.#aside.delete(placed.cell.id);
        this.#closeEditor(placed);
        this.#keep(placed, sources.get(placed.cell.id)!);
        this.#showSource(placed);
      }
      const changed = known.filter((placed) => this.#edits.of(placed.cell.id) !== undefined);
      const answers = write(this.place.article, texts);
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

  /** What of the reader's own a copy would take the place of, in words. */
  #replacedBy(sources: ReadonlyMap<string, string>, texts: ReadonlyMap<string, string>): string {
    this.#edits.sync();
    const changed = this.cells.filter(({ cell }) => {
      const [own, other] = [this.#edits.of(cell.id), sources.get(cell.id)];
      return own !== undefined && other !== undefined && own !== other;
    });
    const answers = [...written(this.place.article)].filter(
      ([cell, text]) => texts.has(cell) && texts.get(cell) !== text,
    );
    return [
      ...(changed.length === 0 ? [] : [`your changes in ${named(changed)}`]),
      ...(answers.length === 0 ? [] : [answers.length === 1 ? "a written answer" : "your written answers"]),
    ].join(" and ");
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
    await this.#makeForm(worker, placed);
    this.#form!.element.querySelector("input")?.focus();
    this.#say("Change a constant: what depends on it runs again.");
  }

  /** Puts a form into the page that shows the constants of the cell as it stands. */
  async #makeForm(worker: LessonWorker, placed: PlacedCell): Promise<void> {
    const source = this.#sourceOf(placed);
    const read = (of: string): Promise<Parameters> => worker.ask({ about: "parameters", source: of });
    const [parameters, original] = [await read(source), await read(placed.cell.source)];
    const isOwn = !(await this.#isOriginalBut(worker, placed, parameters, original));
    const before = this.#form;
    const form = parametersForm({
      parameters,
      original,
      note: isOwn ? noteOf(parameters, original) : "",
      onRun: (values) =>
        void this.#attempt(() => this.#runWith(placed, values)).catch((error) => this.#fail(error)),
      onLink: (address) => void this.#copyLink(address, isOwn),
    });
    for (const [name, text] of Object.entries(before?.typed() ?? {})) {
      const field = form.element.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = text;
    }
    this.#form = form;
    const bar = placed.section.querySelector(".cell-bar")!;
    if (before === undefined) bar.after(form.element);
    else before.element.replaceWith(form.element);
    const folded = bar.closest("details");
    if (folded !== null) folded.open = true;
  }

  /** Whether a cell of constants has been changed in nothing but their values. */
  async #isOriginalBut(
    worker: LessonWorker,
    placed: PlacedCell,
    parameters: Parameters,
    original: Parameters,
  ): Promise<boolean> {
    const source = this.#sourceOf(placed);
    if (source === placed.cell.source) return true;
    const names = new Set(original.map(([name]) => name));
    const values = Object.fromEntries(parameters.filter(([name]) => names.has(name)));
    const same = await worker
      .ask({ about: "override", source: placed.cell.source, values })
      .catch(() => undefined);
    return same === source;
  }

  /** A form that is open follows the cell. */
  async #refreshForm(placed: PlacedCell): Promise<void> {
    const worker = this.#worker;
    if (this.#form === undefined || worker === undefined || !hasTag(placed.cell, "parameters")) return;
    const focused = document.activeElement;
    const name =
      focused instanceof HTMLInputElement && this.#form.element.contains(focused) ? focused.name : "";
    await this.#makeForm(worker, placed).catch(() => {});
    if (name !== "") this.#form?.element.querySelector<HTMLElement>(`input[name="${name}"]`)?.focus();
  }

  async #copyLink(address: string, isOwn: boolean): Promise<void> {
    try {
      await navigator.clipboard.writeText(address);
      const left = isOwn ? ", and without your other changes of their cell" : "";
      this.#say(`The link is copied: it opens this lesson with these constants${left}.`);
    } catch {
      this.#say(`Copy this link: ${address}`);
    }
  }

  /** Sets constants in the cell as it stands, and runs what depends on them, with what it needs. */
  async #runWith(placed: PlacedCell, values: Readonly<Record<string, string>>): Promise<void> {
    if (this.#isRunning) {
      this.#form?.complain("A run is going on, and one is run at a time: wait, or Stop.");
      return;
    }
    const worker = await this.#readyWorker();
    const source = this.#sourceOf(placed);
    try {
      if (this.#form?.shows(await worker.ask({ about: "parameters", source })) !== true) {
        await this.#makeForm(worker, placed);
        this.#form?.complain(
          "The cell has been changed meanwhile. Its constants stand here now: run with these?",
        );
        return;
      }
      const changed = await worker.ask({ about: "override", source, values });
      this.#closeEditor(placed);
      this.#keep(placed, changed);
      this.#showSource(placed);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      this.#form?.complain(withoutOption(error));
      return;
    }
    const at = this.cells.indexOf(placed);
    await this.#run(async (ready) => {
      const sources = this.cells.map((each) => this.#sourceOf(each));
      const ran = this.cells.map((_, i) => (i === at ? undefined : 0));
      const dependents = new Set(await ready.ask({ about: "stale", sources, ran }));
      const stale = await this.#stale(ready);
      const last = Math.max(...dependents);
      return this.cells.slice(0, last + 1).filter((_, i) => dependents.has(i) || stale.has(i));
    });
  }

  /** Takes constants from the page's address, once; what else stands there is no lesson's business. */
  async #applyLink(worker: LessonWorker): Promise<void> {
    const asked = this.#link;
    if (asked === undefined) return;
    const placed = this.cells.find(({ cell }) => hasTag(cell, "parameters"));
    const source = placed?.cell.source ?? "";
    const names = new Set((await worker.ask({ about: "parameters", source })).map(([name]) => name));
    this.#link = undefined;
    const foreign = Object.keys(asked).filter((name) => !names.has(name));
    if (foreign.length > 0)
      this.place.notice(
        "address",
        `This page's address also says ${foreign.join(", ")}, which is no constant of this lesson and changes nothing.`,
      );
    const values = Object.fromEntries(Object.entries(asked).filter(([name]) => names.has(name)));
    if (placed === undefined || Object.keys(values).length === 0) return;
    const own = this.#edits.of(placed.cell.id);
    const ofOwn =
      own && (await worker.ask({ about: "override", source: own, values }).catch(() => undefined));
    try {
      const linked = ofOwn ?? (await worker.ask({ about: "override", source, values }));
      this.#fromLink.set(placed.cell.id, linked);
      this.#showSource(placed);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      throw new Refused(
        `Nothing has run: this page's address asks for what no constant of the lesson can be: ${withoutOption(error)}. The next run takes the book's.`,
      );
    }
    if (own !== undefined && ofOwn === undefined)
      this.place.notice(
        "address",
        `This page's address sets constants that cell ${placed.number} no longer has as you changed it: the book's cell stands there as long as you change nothing in it, and your own is kept.`,
      );
  }

  /** Cells above that have not run: a likely reason for an error. */
  #missing(placed: PlacedCell): readonly PlacedCell[] {
    return this.cells.filter((each) => each.number < placed.number && !this.#hasRun(each));
  }

  #setRunning(isRunning: boolean): void {
    this.#isRunning = isRunning;
    this.place.enable(isRunning);
  }

  #fail(error: unknown): void {
    this.#say(cannotRun(error));
  }

  #say(words: string): void {
    delete this.place.status.dataset.verdict;
    this.place.status.textContent = words;
  }
}

function showSince({ mark, since }: PlacedCell, words: string): void {
  since.textContent = words;
  mark.hidden = words !== "";
}

/** What a form says of a cell that has been changed in more than its constants. */
function noteOf(parameters: Parameters, original: Parameters): string {
  const names = new Set(parameters.map(([name]) => name));
  const lost = original.map(([name]) => name).filter((name) => !names.has(name));
  const words =
    "The cell itself has been changed. These are the constants that it has now; the rest of the change stays.";
  return lost.length === 0
    ? words
    : `${words} ${lost.join(", ")}: no plain value any more, to be changed in the cell.`;
}

/** @throws Error when a notebook has too few of a lesson's cells to be a copy of it. */
function refuseOther(copy: Notebook, lesson: Notebook): void {
  const ids = new Set(copy.cells.map(({ id }) => id));
  const found = lesson.cells.filter(({ id }) => ids.has(id)).length;
  if (found >= SHARE_OF_A_COPY * lesson.cells.length) return;
  const title = ({ cells }: Notebook) =>
    /^#\s+(.+)$/m.exec(cells.find(({ cell_type }) => cell_type === "markdown")?.source ?? "")?.[1];
  const other = title(copy);
  throw new Error(
    found === 0 || other === undefined || other === title(lesson)
      ? `it has ${found} of its ${lesson.cells.length} cells`
      : `it is «${other}»`,
  );
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
    const since = document.createElement("span");
    since.className = "cell-since";
    mark.after(since);
    return { cell, number: index + 1, section, mark, since, outputs: new OutputPlace(section, bar) };
  });
  // Stack traces name the program so, and hide it.
  const source = `${program}\n//# sourceURL=/program/lesson.js`;
  const address = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return new Lesson(place, notebook, placed, address, JSON.parse(files) as readonly LessonFile[]);
}

Object.assign(globalThis, { finetuneIclOpenLesson: openLesson });
