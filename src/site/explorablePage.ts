import { escapeXml } from "@finetune-icl/base";
import { type MarkdownOptions, type Page, PageMarkdown, type Pictures } from "@finetune-icl/book";
import { staticPicture } from "@finetune-icl/figures";
import { tableHtml } from "@finetune-icl/plot";
import type { Control } from "./explore/controls";
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
    scripts: ["assets/explorable.js"],
  };
}

/**
 * The explorable as it stands in a page: controls that wait for their script, and the answer at rest (picture, words,
 * numbers), which is all a reader without JavaScript needs to see.
 */
export async function explorableElement(explorable: Explorable, pictures: Pictures): Promise<string> {
  const { id, title, controls } = explorable;
  const { figure, words, numbers } = answerAtRest(explorable);
  const picture = pictures.add(`explore-${id}`, await staticPicture(figure));
  const inputs = Object.entries(controls).map(([name, control]) =>
    controlElement(`${id}-${name}`, name, control),
  );
  const buttons =
    explorable.kind === "gradual"
      ? '<button type="button" class="run">Pause</button> <button type="button" class="again">Start again</button> '
      : "";
  return `<section class="explorable" data-explorable="${id}" aria-label="${escapeXml(title)}">
<form class="controls" hidden>
${inputs.join("\n")}
<p class="actions">${buttons}<button type="button" class="reset">Reset</button> <button type="button" class="link">Copy link</button></p>
</form>
<p class="complaint" role="alert" hidden></p>
<figure class="figure" style="--natural:${figure.width}px">
<div class="canvas" tabindex="0" role="group" aria-label="${escapeXml(`Figure: ${title}`)}" style="min-height:${figure.height}px">
<img src="${picture}" alt="${escapeXml(`${figure.title}. ${figure.description}`)}" width="${figure.width}" height="${figure.height}">
</div>
<figcaption>${escapeXml(figure.description)}</figcaption>
</figure>
<div class="words">${words.map((sentence) => `<p>${escapeXml(sentence)}</p>`).join("")}</div>
<div class="numbers scroll" tabindex="0" role="group" aria-label="Numbers">${tableHtml(numbers, 4)}</div>
<details class="question" hidden><summary>The same from the command line</summary><pre class="command" tabindex="0"></pre></details>
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
