import type { Figure, JsonObject } from "@finetune-icl/plot";

/** The part of an axis of plotly's that tells where a value stands: pixels from the start of its panel. */
interface DrawnAxis {
  readonly d2p: (value: unknown) => number;
  readonly _offset: number;
  readonly _length: number;
}

/** What plotly keeps of a figure it has drawn. */
interface Drawn extends HTMLElement {
  readonly _fullLayout?: Readonly<Record<string, DrawnAxis | undefined>>;
  readonly _fullData?: readonly { readonly uid: string }[];
}

/** A drawing follows the hand on its old axes as long as it fills this share of them and does not leave them. */
const LEAST_FILLED = 0.4;
/** Pixels. */
const ROUNDING = 0.5;

/**
 * Moves what plotly has drawn (lines, points, bars, thin lines, title, names) to where a new figure has it, on the axes as they stand: a tenth of
 * the work of drawing anew, which follows once the hand rests. False, with nothing moved, when the new figure is not the old one with other
 * numbers (its `frame`), does not fit its axes, or plotly keeps its drawing otherwise than known here: then it must be drawn anew.
 */
export function moveDrawn(live: HTMLElement, frame: string, after: Figure): boolean {
  if (frame !== frameOf(after)) return false;
  const moves: (() => void)[] = [];
  try {
    if (!planned(live as Drawn, after, moves)) return false;
  } catch {
    // Another plotly may keep its drawing elsewhere.
    return false;
  }
  for (const move of moves) move();
  return true;
}

/** All of a figure but the numbers and words that may move; to be taken before plotly gets the figure, which writes into its layout. */
export function frameOf({ data, layout }: Figure): string {
  const { title: _title, shapes, annotations, ...axes } = layout;
  const ofLists = [shapes, annotations].map((list) =>
    ((list ?? []) as readonly JsonObject[]).map(({ x0, x1, y0, y1, x, y, ...look }) => look),
  );
  return JSON.stringify([
    data.map(({ x, y, z, name, hovertemplate, ...look }) => [
      look,
      // A line is one path, however many points it has.
      look.mode === "lines" ? null : (x as readonly unknown[]).length,
      look.type === "bar" ? y : null,
    ]),
    Object.entries(axes).map(([key, value]) => {
      if (!/^[xy]axis/.test(key)) return [key, value];
      const { tickvals, ticktext, ...axis } = value as JsonObject;
      return [key, axis];
    }),
    ofLists,
  ]);
}

function planned(live: Drawn, figure: Figure, moves: (() => void)[]): boolean {
  const axisOf = (short: unknown, letter: "x" | "y"): DrawnAxis => {
    const axis = live._fullLayout?.[`${letter}axis${String(short ?? letter).slice(1)}`];
    if (axis === undefined) throw new Error("no such axis");
    return axis;
  };
  const extents = new Map<DrawnAxis, [number, number]>();
  const place = (axis: DrawnAxis, value: unknown): number => {
    const at = axis.d2p(value);
    if (!Number.isFinite(at)) throw new Error("no place on the axis");
    const extent = extents.get(axis);
    extents.set(axis, extent ? [Math.min(extent[0], at), Math.max(extent[1], at)] : [at, at]);
    return at;
  };

  for (const [i, trace] of figure.data.entries()) {
    const [x, y] = [axisOf(trace.xaxis, "x"), axisOf(trace.yaxis, "y")];
    const [xs, ys] = [trace.x, trace.y] as [readonly unknown[], readonly unknown[]];
    if (trace.type === "bar") {
      const panel = `.subplot.${trace.xaxis ?? "x"}${trace.yaxis ?? "y"}`;
      const bars = [...live.querySelectorAll<SVGPathElement>(`${panel} .barlayer .point > path`)];
      if (trace.orientation !== "h" || bars.length !== xs.length) return false;
      const zero = place(x, 0);
      for (const [k, bar] of bars.entries()) {
        const end = place(x, xs[k]);
        const [, top, bottom] = /^M[-\d.e]+,([-\d.e]+)V([-\d.e]+)H/.exec(bar.getAttribute("d") ?? "") ?? [];
        if (bottom === undefined) return false;
        moves.push(() => bar.setAttribute("d", `M${zero},${top}V${bottom}H${end}V${top}Z`));
      }
      continue;
    }
    if (trace.type !== "scatter" || trace.fill !== undefined || trace.error_y !== undefined) return false;
    const group = live.querySelector(`.scatterlayer .trace${live._fullData![i]!.uid}`);
    const at = xs.map((value, k) => [place(x, value), place(y, ys[k])] as const);
    if (String(trace.mode).includes("lines")) {
      const lines = group!.querySelectorAll<SVGPathElement>("path.js-line");
      if (lines.length !== 1) return false;
      moves.push(() => lines[0]!.setAttribute("d", `M${at.map((each) => each.join(",")).join("L")}`));
    }
    if (String(trace.mode).includes("markers")) {
      const points = [...group!.querySelectorAll<SVGPathElement>("path.point")];
      if (points.length !== at.length) return false;
      points.forEach((point, k) => {
        moves.push(() => point.setAttribute("transform", `translate(${at[k]!.join(",")})`));
      });
    }
  }
  for (const [axis, [low, high]] of extents) {
    if (low < -ROUNDING || high > axis._length + ROUNDING) return false;
    if (high - low < LEAST_FILLED * axis._length) return false;
  }

  const {
    title,
    shapes = [],
    annotations = [],
  } = figure.layout as {
    readonly title?: { readonly text?: string };
    readonly shapes?: readonly JsonObject[];
    readonly annotations?: readonly JsonObject[];
  };
  // From the left and from the top of the whole figure.
  const across = (reference: unknown, value: unknown): number => {
    const { x, width } = panelOf(live);
    if (reference === "paper") return x + Number(value) * width;
    const axis = axisOf(String(reference).split(" ")[0], "x");
    return (
      axis._offset + (String(reference).endsWith("domain") ? Number(value) * axis._length : axis.d2p(value))
    );
  };
  const down = (reference: unknown, value: unknown): number => {
    const { y, height } = panelOf(live);
    if (reference === "paper") return y + (1 - Number(value)) * height;
    const axis = axisOf(String(reference).split(" ")[0], "y");
    return (
      axis._offset +
      (String(reference).endsWith("domain") ? (1 - Number(value)) * axis._length : axis.d2p(value))
    );
  };
  for (const [i, shape] of shapes.entries()) {
    const line = live.querySelector(`.shapelayer path[data-index="${i}"]`);
    if (line === null || shape.type !== "line") return false;
    const ends = [0, 1].map((k) => [across(shape.xref, shape[`x${k}`]), down(shape.yref, shape[`y${k}`])]);
    if (!ends.flat().every(Number.isFinite)) return false;
    moves.push(() => line.setAttribute("d", `M${ends.map((end) => end.join(",")).join("L")}`));
  }
  // A word beside a line goes with it: the line's old place tells how far.
  for (const [i, word] of annotations.entries()) {
    const element = live.querySelector<SVGGElement>(`.annotation[data-index="${i}"]`);
    const line = live.querySelector(`.shapelayer path[data-index="${i}"]`);
    const old = /^M[-\d.e]+,([-\d.e]+)L/.exec(line?.getAttribute("d") ?? "")?.[1];
    const y = shapes[i]?.y0;
    if (element === null || old === undefined || y === undefined || word.yref !== shapes[i]!.yref)
      return false;
    const gone = Number(element.dataset.moved ?? 0) + down(word.yref, y) - Number(old);
    moves.push(() => {
      element.dataset.moved = String(gone);
      element.style.transform = `translate(0, ${gone}px)`;
    });
  }

  const text = live.querySelector(".gtitle");
  const broken = String(title?.text ?? "");
  if (text === null || text.querySelector("tspan") !== null || broken.includes("<br>")) return false;
  moves.push(() => {
    text.textContent = broken;
  });
  const names = figure.data.filter((trace) => trace.showlegend !== false).map((trace) => String(trace.name));
  const labels = [...live.querySelectorAll(".legend .legendtext")];
  if (figure.layout.showlegend !== false && labels.length > 0) {
    if (labels.length !== names.length || labels.some((label) => label.querySelector("tspan") !== null))
      return false;
    labels.forEach((label, k) => {
      if (label.textContent !== names[k]) moves.push(() => (label.textContent = names[k]!));
    });
  }
  return true;
}

/** Where all panels together stand in the figure, in pixels. */
function panelOf(live: Drawn): {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
} {
  const { l, t, w, h } = live._fullLayout!._size as unknown as Readonly<
    Record<"l" | "t" | "w" | "h", number>
  >;
  return { x: l, y: t, width: w, height: h };
}
