import { escapeXml } from "@finetune-icl/base";
import type { Figure } from "@finetune-icl/plot";

/**
 * The figure for a notebook page that does not know plotly's MIME type (stock Jupyter): the static picture, which stands
 * wherever scripts are stripped, and a script that puts a live figure in its place when the page belongs to a Jupyter
 * server from which this package's own copy of plotly.js can be read. It asks no other host for anything.
 */
export function figureHtml(figure: Figure, svg: string): string {
  const picture = Buffer.from(svg, "utf8").toString("base64");
  // Inside a script element "</script" ends the JSON early and "<!--" changes how it is read: no "<" at all.
  const specification = JSON.stringify({ data: figure.data, layout: figure.layout }).replaceAll(
    "<",
    "\\u003c",
  );
  return [
    `<div class="finetune-icl-figure" style="width:${figure.width}px;max-width:100%;overflow-x:auto">`,
    `<img alt="${escapeXml(`${figure.title}. ${figure.description}`)}" width="${figure.width}" height="${figure.height}" style="max-width:100%;height:auto" src="data:image/svg+xml;base64,${picture}">`,
    `<script type="application/json">${specification}</script>`,
    `<script>${UPGRADE}</script>`,
    "</div>",
  ].join("\n");
}

/**
 * Runs in the reader's page. plotly.js is read as text and run as a module of its own, because the page's AMD loader would
 * otherwise take it. The folder that holds node_modules is the notebook's or one above it.
 */
const UPGRADE = `(() => {
const page = document.getElementById("jupyter-config-data");
const base = document.body.dataset.baseUrl || (page && JSON.parse(page.textContent).baseUrl);
if (!base || !location.protocol.startsWith("http")) return;
const path = document.body.dataset.notebookPath || (location.pathname.match(/\\/(?:tree|notebooks)\\/(.*)$/) || [])[1] || "";
const folders = path.split("/").slice(0, -1);
const load = async () => {
  for (let depth = folders.length; depth >= 0; depth -= 1) {
    const root = folders.slice(0, depth).map((folder) => folder + "/").join("");
    const answer = await fetch(base + "files/" + root + "node_modules/plotly.js-dist-min/plotly.min.js");
    if (!answer.ok) continue;
    const module = { exports: {} };
    new Function("module", "exports", "define", await answer.text())(module, module.exports, undefined);
    return module.exports;
  }
};
window.finetuneIclPlotly = window.finetuneIclPlotly || load();
window.finetuneIclPlotly.then((plotly) => {
  if (!plotly) return;
  for (const box of document.querySelectorAll(".finetune-icl-figure:not([data-live])")) {
    box.dataset.live = "";
    const { data, layout } = JSON.parse(box.querySelector("script").textContent);
    const picture = box.querySelector("img");
    const live = document.createElement("div");
    live.style.height = picture.getAttribute("height") + "px";
    box.prepend(live);
    plotly.newPlot(live, data, layout, { responsive: true, displaylogo: false }).then(() => picture.remove(), () => live.remove());
  }
}, () => {});
})();`;
