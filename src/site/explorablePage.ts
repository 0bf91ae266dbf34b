import { escapeXml } from "@finetune-icl/base";
import { type MarkdownOptions, type Page, PageMarkdown, type Pictures } from "@finetune-icl/book";
import { staticPicture } from "@finetune-icl/figures";
import { tableHtml } from "@finetune-icl/plot";
import { type Control, readState } from "./explore/controls";
import type { Explorable } from "./explore/explorable";
import { answerAtRest } from "./explore/explorables";

export function explorablePageFile({ id }: Explorable): string {
  return `explore-${id}.html`;
}

/** The page of one explorable: what it shows, the live figure, and how to ask the command line the same. */
export function explorablePage(explorable: Explorable, element: string, options: MarkdownOptions): Page {
  const markdown = new PageMarkdown(options);
  const html = [markdown.render(`# ${explorable.title}`), element, markdown.render(explorable.text)].join(
    "\n",
  );
  return {
    file: explorablePageFile(explorable),
    title: explorable.title,
    summary: explorable.summary,
    part: "explore",
    html,
    headings: markdown.headings,
    sections: markdown.sections,
    scripts: ["assets/explorable-start.js"],
  };
}

/** Where a live figure stands other than on its own page. */
export interface ExplorablePlace {
  /** What it shows at rest, as its page has it in its address. */
  readonly state?: string;
  /** Words above it, when a lesson holds it. */
  readonly heading?: string;
  /** Name that no other live figure of the book has. */
  readonly name?: string;
}

/**
 * The explorable as it stands in a page: controls that wait for their script, and the answer at rest (picture, words,
 * numbers), which is all a reader without JavaScript needs to see.
 */
export async function explorableElement(
  explorable: Explorable,
  pictures: Pictures,
  place: ExplorablePlace = {},
): Promise<string> {
  const { id, controls } = explorable;
  const { state = "", heading, name = id } = place;
  const title = heading ?? explorable.title;
  const { figure, words, numbers } = answerAtRest(explorable, readState(controls, state).state);
  const picture = pictures.add(`explore-${name}`, await staticPicture(figure));
  const inputs = Object.entries(controls).map(([control, how]) =>
    controlElement(`${name}-${control}`, control, how),
  );
  const buttons =
    explorable.kind === "gradual"
      ? '<button type="button" class="run">Pause</button> <button type="button" class="again">Start again</button> '
      : "";
  const address = `${explorablePageFile(explorable)}${state === "" ? "" : `#${state}`}`;
  const held =
    heading === undefined
      ? ["", ""]
      : [
          ` data-state-at-rest="${escapeXml(state)}"`,
          `<p class="held"><strong>${escapeXml(heading)}</strong> <a href="${escapeXml(address)}">On a page of its own</a></p>\n`,
        ];
  return `<section class="explorable" data-explorable="${id}"${held[0]} aria-label="${escapeXml(title)}">
${held[1]}<div class="stage">
<form class="controls" hidden>
${inputs.join("\n")}
<p class="actions">${buttons}<button type="button" class="reset">Reset</button> <button type="button" class="link">Copy link</button></p>
</form>
<p class="complaint" role="alert" hidden></p>
<figure class="figure" style="--natural:${figure.width}px">
<div class="canvas" tabindex="0" role="group" aria-label="${escapeXml(`Figure: ${title}`)}" style="min-height:min(${figure.height}px, var(--tallest, ${figure.height}px))">
<img src="${picture}" alt="${escapeXml(`${figure.title}. ${figure.description}`)}" width="${figure.width}" height="${figure.height}">
</div>
<figcaption>${escapeXml(figure.description)}</figcaption>
</figure>
</div>
<div class="words">${words.map((sentence) => `<p>${escapeXml(sentence)}</p>`).join("")}</div>
<div class="numbers scroll" tabindex="0" role="group" aria-label="Numbers">${tableHtml(numbers, 4)}</div>
<details class="question" hidden><summary>The same from the command line</summary><div class="commands"></div></details>
<p class="visually-hidden status" role="status"></p>
</section>`;
}

function controlElement(id: string, name: string, control: Control): string {
  const { label, hint } = control;
  const common = `id="${id}" name="${name}" aria-describedby="${id}-hint"`;
  const input = (() => {
    switch (control.kind) {
      case "range":
        return `<input type="range" ${common} min="${control.min}" max="${control.max}" step="${control.step}" value="${control.initial}">`;
      case "shots": {
        const at = control.values.indexOf(control.initial);
        return `<input type="range" ${common} min="0" max="${control.values.length - 1}" step="1" value="${at}">`;
      }
      case "choice": {
        const options = control.options.map(
          (option) =>
            `<option value="${option.value}"${option.value === control.initial ? " selected" : ""}>${escapeXml(option.label)}</option>`,
        );
        return `<select ${common}>${options.join("")}</select>`;
      }
    }
  })();
  const output = control.kind === "choice" ? "" : ` <output for="${id}"></output>`;
  return `<div class="control"><label for="${id}">${escapeXml(label)}${output}</label>${input}<span class="hint" id="${id}-hint">${escapeXml(hint)}</span></div>`;
}
