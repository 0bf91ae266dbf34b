import { PLOT_CONFIG, type Plotly, plotly } from "@finetune-icl/book/browser";
import { tableHtml } from "@finetune-icl/plot";
import type { Answer } from "../explore/explorable";

/** Milliseconds after the last change until a screen reader hears what is seen. */
const QUIET = 700;

export interface LiveAnswer {
  readonly show: (answer: Answer) => void;
  /** Settles when the figure can be drawn, or never will be. */
  readonly ready: Promise<void>;
}

/** Shows answers in the section of an explorable: words and numbers at once, the figure as soon as plotly is there. */
export function liveAnswer(section: HTMLElement): LiveAnswer {
  const words = section.querySelector<HTMLElement>(".words")!;
  const numbers = section.querySelector<HTMLElement>(".numbers")!;
  const question = section.querySelector<HTMLDetailsElement>(".question")!;
  const command = section.querySelector<HTMLElement>(".command")!;
  const caption = section.querySelector<HTMLElement>("figcaption")!;
  const status = section.querySelector<HTMLElement>(".status")!;
  const canvas = section.querySelector<HTMLElement>(".canvas")!;
  const picture = canvas.querySelector("img")!;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let drawer: Plotly | undefined;
  let live: HTMLDivElement | undefined;
  let latest: Answer | undefined;
  question.hidden = false;

  const draw = ({ figure }: Answer) => {
    if (drawer === undefined || live === undefined) return;
    void drawer.react(live, figure.data, figure.layout, PLOT_CONFIG);
  };
  const ready = plotly().then(
    (loaded) => {
      drawer = loaded;
      live = document.createElement("div");
      live.className = "live";
      live.style.height = `${picture.getAttribute("height")}px`;
      live.style.minWidth = "36rem";
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

  const show = (answer: Answer) => {
    const isFirst = latest === undefined;
    latest = answer;
    words.replaceChildren(...answer.words.map(paragraph));
    numbers.innerHTML = tableHtml(answer.numbers, 4);
    caption.textContent = answer.figure.description;
    const { command: name, options = "", input } = answer.question;
    command.textContent = `echo '${JSON.stringify(input)}' | npx finetune-icl ${name} - ${options}`.trimEnd();
    draw(answer);
    // What stands in the page from the start is not announced.
    if (isFirst) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      status.textContent = answer.words.join(" ");
    }, QUIET);
  };
  return { show, ready };
}

function paragraph(text: string): HTMLParagraphElement {
  const element = document.createElement("p");
  element.textContent = text;
  return element;
}
