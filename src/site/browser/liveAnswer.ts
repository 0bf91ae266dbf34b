import { type Plotly, plotConfig, plotly, printState } from "@finetune-icl/book/browser";
import { fittedLayout, tableHtml } from "@finetune-icl/plot";
import { type Answer, type Question, shellLine } from "../explore/explorable";
import { frameOf, moveDrawn } from "./moveDrawn";

/** Pixels below which a figure is so narrow that it stays in sight while its controls are moved. */
const NARROW = 560;
/** Milliseconds after the last change until a screen reader hears what is seen. */
const QUIET = 700;
/** Milliseconds after the last change until a figure that was only moved is drawn anew, with axes that fit. */
const REST = 120;

export interface LiveAnswer {
  /** `moving` says that a hand moves a control: the next answer may follow at once. */
  readonly show: (answer: Answer, how?: { readonly moving: boolean }) => void;
  /** Settles when the figure can be drawn, or never will be. */
  readonly ready: Promise<void>;
}

/** Shows answers in the section of an explorable: words and numbers at once, the figure as soon as plotly is there. */
export function liveAnswer(section: HTMLElement): LiveAnswer {
  const words = section.querySelector<HTMLElement>(".words")!;
  const numbers = section.querySelector<HTMLElement>(".numbers")!;
  const question = section.querySelector<HTMLDetailsElement>(".question")!;
  const commands = section.querySelector<HTMLElement>(".commands")!;
  const caption = section.querySelector<HTMLElement>("figcaption")!;
  const status = section.querySelector<HTMLElement>(".status")!;
  const canvas = section.querySelector<HTMLElement>(".canvas")!;
  const picture = canvas.querySelector("img")!;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawer: Plotly | undefined;
  let live: HTMLDivElement | undefined;
  let latest: Answer | undefined;
  question.hidden = false;
  const writeCommands = () => {
    if (latest === undefined || !question.open) return;
    commands.replaceChildren(...latest.questions.flatMap(questionElements));
  };
  question.addEventListener("toggle", writeCommands);

  let frame: string | undefined;
  let rest: ReturnType<typeof setTimeout> | undefined;
  const draw = ({ figure }: Answer) => {
    if (drawer === undefined || live === undefined) return;
    clearTimeout(rest);
    const { layout, width, height } = fittedLayout(figure, figure, canvas.clientWidth);
    // On a narrow screen the figure stays in sight of its controls, so that both must fit.
    const tallest = canvas.clientWidth < NARROW ? Math.max(300, 0.48 * innerHeight) : height;
    live.style.height = `${Math.min(height, tallest)}px`;
    live.style.minWidth = width > canvas.clientWidth ? `${width}px` : "0";
    frame = frameOf({ ...figure, layout });
    void drawer.react(live, figure.data, layout, plotConfig(canvas.clientWidth));
  };
  /** Follows a hand: what is drawn is moved where that is enough, and drawn anew when the hand rests. */
  const follow = (answer: Answer) => {
    if (live === undefined || frame === undefined) return;
    const { layout } = fittedLayout(answer.figure, answer.figure, canvas.clientWidth);
    const moved = { ...answer.figure, layout };
    if (!moveDrawn(live, frame, moved)) return draw(answer);
    clearTimeout(rest);
    rest = setTimeout(() => draw(answer), REST);
  };
  let width = canvas.clientWidth;
  new ResizeObserver(() => {
    // Without a width it is not shown: it comes back as it was.
    if (canvas.clientWidth === width || canvas.clientWidth === 0 || latest === undefined) return;
    width = canvas.clientWidth;
    draw(latest);
  }).observe(canvas);
  // Where the figure stays in sight, the style sheet keeps what is scrolled to clear of it.
  const figure = section.querySelector<HTMLElement>(".figure")!;
  new ResizeObserver(() => section.style.setProperty("--figure-height", `${figure.offsetHeight}px`)).observe(
    figure,
  );
  printState(section, () => live);
  const ready = plotly().then(
    (loaded) => {
      drawer = loaded;
      live = document.createElement("div");
      live.className = "live";
      canvas.append(live);
      picture.classList.add("print-only");
      if (latest !== undefined) draw(latest);
      section.dataset.state = "live";
    },
    () => {
      // Without plotly the words and numbers still answer; a picture that does not would mislead.
      picture.remove();
    },
  );

  const show: LiveAnswer["show"] = (answer, { moving } = { moving: false }) => {
    const isFirst = latest === undefined;
    latest = answer;
    words.replaceChildren(...answer.words.map(paragraph));
    numbers.innerHTML = tableHtml(answer.numbers, 4);
    caption.textContent = answer.figure.description;
    // Only who looks pays for writing them.
    writeCommands();
    if (moving) follow(answer);
    else draw(answer);
    // What stands in the page from the start is not announced.
    if (isFirst) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      status.textContent = answer.words.join(" ");
    }, QUIET);
  };
  return { show, ready };
}

function questionElements(question: Question): readonly HTMLElement[] {
  const command = document.createElement("pre");
  command.className = "command";
  command.tabIndex = 0;
  command.textContent = shellLine(question);
  return [paragraph(`${question.about}:`), command];
}

function paragraph(text: string): HTMLParagraphElement {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
