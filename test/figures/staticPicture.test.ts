import { JSDOM } from "jsdom";
import { beforeAll, describe, expect, it } from "vitest";
import { staticPicture } from "../../src/figures/staticPicture";
import type { Figure, JsonObject } from "../../src/plot/figure";
import { startNode } from "../notebooks/runner/support/processes";
import { expectClose } from "../support/expectClose";
import { FIGURES, TASKS, tracesOf } from "./support/samples";

const pictures = new Map<string, { readonly svg: string; readonly root: Element }>();
const names = Object.keys(FIGURES);
const curves = names.filter((name) => tracesOf(FIGURES[name]!, "lines").length > 0);
const matrices = names.filter((name) => !curves.includes(name));

beforeAll(async () => {
  for (const name of names) {
    const svg = await staticPicture(FIGURES[name]!);
    const { window } = new JSDOM(svg, { contentType: "image/svg+xml" });
    pictures.set(name, { svg, root: window.document.documentElement });
  }
});

const rootOf = (name: string) => pictures.get(name)!.root;
/** An element's own style or, if it has none, that of the group around it. */
const style = (element: Element) => element.closest("[style]")?.getAttribute("style") ?? "";
const paths = (root: Element) => [...root.querySelectorAll("path")];

/** Curves: paths through points, which a legend's sample (one horizontal stroke) is not. */
const curvePaths = (root: Element) =>
  paths(root).filter(
    (path) =>
      /fill: none/.test(style(path)) &&
      /stroke-width: 2px/.test(style(path)) &&
      /^M[^h]*L/.test(path.getAttribute("d")!),
  );

/** Markers: closed paths that are set somewhere. */
const markers = (root: Element) =>
  paths(root).filter((path) => /Z$/.test(path.getAttribute("d")!) && path.hasAttribute("transform"));

/** Sum of the translations of an element and those around it. */
function positionOf(element: Element): readonly [number, number] {
  let [x, y] = [0, 0];
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const shift = /translate\(([-\d.]+)(?:,\s*([-\d.]+))?\)/.exec(at.getAttribute("transform") ?? "");
    x += Number(shift?.[1] ?? 0);
    y += Number(shift?.[2] ?? 0);
  }
  return [x, y];
}

function texts(root: Element): readonly string[] {
  return [...root.querySelectorAll("text")].map((text) => text.textContent!);
}

const drawnPoints = (figure: Figure) =>
  figure.data
    .filter(({ mode }) => String(mode).includes("markers"))
    .reduce((sum, { x }) => sum + (x as readonly number[]).length, 0);

describe.each(names)("the picture of %s", (name) => {
  const figure = FIGURES[name]!;

  it("is the same, byte for byte, when it is drawn again, and leaves the figure as it was", async () => {
    const before = JSON.stringify(figure);
    expect(await staticPicture(figure)).toBe(pictures.get(name)!.svg);
    expect(JSON.stringify(figure)).toBe(before);
  });

  it("is well-formed, of the figure's size, with words for those who cannot see it", () => {
    const root = rootOf(name);
    expect(root.tagName).toBe("svg");
    expect(root.getAttribute("viewBox")).toBe(`0 0 ${figure.width} ${figure.height}`);
    expect(root.querySelector(":scope > title")?.textContent).toBe(figure.title);
    expect(root.querySelector(":scope > desc")?.textContent).toBe(figure.description);
  });

  it("has one marker for each point of the data, in its colour", () => {
    const found = markers(rootOf(name));
    expect(found.length).toBe(drawnPoints(figure));
    const expected = figure.data
      .filter(({ mode }) => mode === "markers")
      .flatMap(({ x, marker }) => (x as readonly number[]).map(() => String((marker as JsonObject).color)));
    if (expected.length === 0) return;
    const colors = found.map((each) => /fill: (#\w+)/.exec(style(each))![1]);
    expect(colors.sort()).toEqual(expected.map((color) => color.toLowerCase()).sort());
  });

  it("has no random identifiers, and every reference finds its element", () => {
    const ids = [...rootOf(name).querySelectorAll("[id]")].map(({ id }) => id);
    const prefix = ids[0]!.replace(/-0$/, "");
    expect(ids).toEqual(ids.map((_, i) => `${prefix}-${i}`));
    const { svg } = pictures.get(name)!;
    const references = [...svg.matchAll(/url\(([^)]*)\)/g)].map(([, target]) => target!);
    for (const target of references) expect(ids, target).toContain(target.replace("#", ""));
    expect(svg, "nothing from elsewhere").not.toMatch(/<(?:image|script|foreignObject)|href=/);
  });

  it("has only finite coordinates, rounded, and nothing set outside its box", () => {
    const { svg, root } = pictures.get(name)!;
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    for (const tag of svg.match(/<[^>]*>/g)!)
      expect(tag, "at most one digit").not.toMatch(/(?<!opacity: )\b\d+\.\d\d/);
    for (const each of [...markers(root), ...root.querySelectorAll("text")]) {
      const [left, top] = positionOf(each);
      const x = left + Number(each.getAttribute("x") ?? 0);
      const y = top + Number(each.getAttribute("y") ?? 0);
      const inside = x >= 0 && x <= figure.width && y >= 0 && y <= figure.height;
      expect(inside, `${each.outerHTML} at ${x}, ${y} in ${figure.width} × ${figure.height}`).toBe(true);
    }
  });

  it("is small", () => expect(pictures.get(name)!.svg.length).toBeLessThan(40_000));
});

describe.each(curves)("the curves of %s", (name) => {
  const figure = FIGURES[name]!;
  const { layout } = figure as unknown as {
    layout: Record<string, { title: { text: string }; tickvals: number[] }>;
  };

  it("are one path for each line of the data, in its colour", () => {
    const colors = curvePaths(rootOf(name)).map((path) => /stroke: (#\w+)/.exec(style(path))![1]);
    const expected = tracesOf(figure, "lines").map(({ line }) =>
      String((line as JsonObject).color).toLowerCase(),
    );
    expect(colors.sort()).toEqual(expected.sort());
  });

  it("stand beside their titles, axes, panels, legend and reference line in words", () => {
    const found = texts(rootOf(name));
    const panels = name.startsWith("three") ? TASKS : [];
    const legend = tracesOf(figure, "lines").filter(({ showlegend }) => showlegend);
    const wanted = [
      figure.title,
      layout.xaxis!.title.text,
      layout.yaxis!.title.text,
      ...panels,
      ...legend.map((trace) => String(trace.name)),
      ...(figure.layout.annotations as readonly JsonObject[]).map(({ text }) =>
        String(text).replace(/<\/?b>/g, ""),
      ),
    ];
    for (const text of wanted) expect(found, `${text} among ${found.join(" | ")}`).toContain(text);
    for (const [key, value] of Object.entries(layout).filter(([each]) => /^yaxis$|^xaxis/.test(each))) {
      if (value.tickvals === undefined) continue;
      const shown = value.tickvals.filter((tick) => found.includes(String(tick)));
      expect(shown.length, `tick labels of ${key}`).toBeGreaterThanOrEqual(3);
    }
  });

  it("pass their points at the height that the tick labels say", () => {
    const root = rootOf(name);
    const isLogarithmic = (figure.layout.yaxis as JsonObject).type === "log";
    const scale = (value: number) => (isLogarithmic ? Math.log10(value) : value);
    const ticks = [...root.querySelectorAll('text[text-anchor="end"]')]
      .filter((text) => /^[\d.]+$/.test(text.textContent!))
      .map((text) => ({ value: scale(Number(text.textContent)), height: positionOf(text)[1] }))
      .sort((a, b) => a.value - b.value);
    const [low, high] = [ticks[0]!, ticks.at(-1)!];
    const heightOf = (value: number) =>
      low.height + ((scale(value) - low.value) / (high.value - low.value)) * (high.height - low.height);
    const expected = tracesOf(figure, "markers").flatMap(({ y }) => (y as readonly number[]).map(heightOf));
    const got = markers(root).map((marker) => positionOf(marker)[1]);
    expect(got.length).toBe(expected.length);
    const sorted = (heights: readonly number[]) => [...heights].sort((a, b) => a - b);
    sorted(got).forEach((height, i) => {
      const reason = "coordinates are rounded to a tenth of a pixel";
      expectClose(height, sorted(expected)[i]!, { tolerance: 0.35, reason, input: `${name}, point ${i}` });
    });
  });
});

describe.each(matrices)("the matrices of %s", (name) => {
  it("hold their numbers as they are in the figure, and the names of rows and columns", () => {
    const found = texts(rootOf(name));
    for (const { text, name: label } of FIGURES[name]!.data) {
      expect(found).toContain(label);
      for (const number of text as readonly string[]) expect(found).toContain(number);
    }
    const axes = Object.entries(FIGURES[name]!.layout).filter(([key]) => /axis/.test(key));
    for (const [, axis] of axes) {
      for (const label of (axis as { readonly ticktext: readonly string[] }).ticktext) {
        if (label !== "") expect(found).toContain(label);
      }
    }
  });
});

describe("a picture", () => {
  it("keeps what the reader reads, also where it looks like the drawing's own code", async () => {
    const figure = FIGURES["a narrow logarithmic range"]!;
    const title = 'rgb(1, 2, 3) 0.12345 opacity: 1; id="a" class="b" url(#c)';
    const layout = { ...figure.layout, title: { text: title } };
    const svg = await staticPicture({ ...figure, title, layout });
    const { window } = new JSDOM(svg, { contentType: "image/svg+xml" });
    expect(texts(window.document.documentElement)).toContain(title);
  });

  it("shares no identifier with another figure of the same title", async () => {
    const ids = async (figure: Figure) =>
      [...(await staticPicture(figure)).matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
    const figure = FIGURES["three panels"]!;
    const first = await ids(figure);
    const second = await ids({ ...figure, data: figure.data.slice(1) });
    expect(first.length).toBeGreaterThan(5);
    expect(second.filter((id) => first.includes(id))).toEqual([]);
  });

  it("is the same when several are drawn at once", async () => {
    const drawn = await Promise.all(names.map((name) => staticPicture(FIGURES[name]!)));
    expect(drawn).toEqual(names.map((name) => pictures.get(name)!.svg));
  });

  it("is the same in another process, which ends by itself", async () => {
    const name = "three panels, logarithmic";
    const program = `require("@finetune-icl/figures").staticPicture(${JSON.stringify(FIGURES[name])}).then((svg) => process.stdout.write(svg));`;
    const { child, ended } = startNode(["-e", program]);
    const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
    const { code, signal, stdout, stderr } = await ended;
    clearTimeout(timer);
    expect({ code, signal, stderr }, "ends within 20 s, silently").toEqual({
      code: 0,
      signal: null,
      stderr: "",
    });
    expect(stdout).toBe(pictures.get(name)!.svg);
  });
});

describe("the package", () => {
  it("is imported without plotly, jsdom or danfojs", async () => {
    const program = `
      require("finetune-icl"); require("@finetune-icl/figures");
      const heavy = Object.keys(require.cache).filter((file) => /node_modules.(?:plotly|jsdom|danfojs|@tensorflow)/.test(file));
      process.stdout.write(JSON.stringify({ heavy, files: Object.keys(require.cache).length }));`;
    const { stdout, stderr } = await startNode(["-e", program]).ended;
    const { heavy, files } = JSON.parse(stdout || "{}");
    expect(heavy, stderr).toEqual([]);
    expect(files, "the cache lists what is loaded").toBeGreaterThan(20);
  });
});
