import { tableFrom } from "@finetune-icl/base";
import { FastRisk, pack } from "@finetune-icl/core/exact";
import type { AttentionParameters } from "@finetune-icl/core/model";
import { predict } from "@finetune-icl/core/predict";
import type { Setting } from "@finetune-icl/core/problem";
import {
  axis,
  baseLayout,
  type Figure,
  type JsonObject,
  logarithmicAxis,
  logarithmicTicks,
  REGIME_STYLE,
} from "@finetune-icl/plot";
import type { StateOf } from "./controls";
import { directExplorable } from "./explorable";
import { type FlowPoint, gradientFlowPath } from "./gradientFlowPath";
import { dimensionControl, NOISE, PRETRAINING_SHOTS, problemInput, settingOf, shown } from "./setting";

const controls = {
  dimension: dimensionControl(5),
  noiseVariance: NOISE,
  pretrainingShots: PRETRAINING_SHOTS,
  targetLength: {
    kind: "range",
    label: "length of the target",
    hint: "Euclidean length of θ₀",
    min: 0.25,
    max: 2,
    step: 0.25,
    initial: 1,
  },
  shots: {
    kind: "range",
    label: "examples n",
    hint: "of the few-shot risks in the second panel",
    min: 1,
    max: 60,
    step: 1,
    initial: 20,
  },
  progress: {
    kind: "range",
    label: "along the path",
    hint: "from the pretrained point to the end of the flow",
    min: 0,
    max: 100,
    step: 1,
    initial: 60,
    unit: "%",
  },
} as const;

type State = StateOf<typeof controls>;

export const gradientFlow = directExplorable({
  id: "gradient-flow",
  title: "Gradient flow from the pretrained point",
  summary:
    "Watch full fine-tuning erase the block that learns in context, and forget at the moment it learns the target.",
  text: `Full fine-tuning, followed exactly: gradient flow on the zero-shot risk in **all** entries of $v$ and $M$. On the left the path in the
plane of $M_{00}$, the constant score, and $\\lVert M_{xx}\\rVert$, the size of the block that compares examples with the query. The flow conserves
$\\lVert v\\rVert^2 - \\lVert M\\rVert_F^2$; together with the zero-shot optimum this says where it must end: the star. On the right the risks on the way.

*Try:* move along the path, and see the few-shot risk on *every* task rise while the zero-shot risk on the target falls.`,
  controls,
  answer: (state) => {
    const setting = settingOf(state);
    const target = scaledTarget(state);
    const path = followed(setting, state);
    const at = path[indexAlong(path, state.progress / 100)]!;
    const end = predict(setting.problem, setting.pretraining, { kind: "zero-shot-full", targetTask: target });
    const valueOnly = predict(setting.problem, setting.pretraining, {
      kind: "zero-shot-value",
      targetTask: target,
    });
    const rest = valueOnly.risk(target, 0);
    const opposite = target.map((entry) => (entry === 0 ? 0 : -entry));
    const engine = new FastRisk(setting.problem);
    const risks = ({ parameters }: FlowPoint) => {
      const packed = pack(parameters);
      const risk = (task: readonly number[], shots: number) =>
        engine.risk(Float64Array.from(task), shots, packed);
      return {
        zeroShot: risk(target, 0),
        fewShot: risk(target, state.shots),
        opposite: risk(opposite, state.shots),
      };
    };
    const all = path.map((point) => ({ time: point.time, ...place(point.parameters), ...risks(point) }));
    const now = all[path.indexOf(at)]!;
    const [first, last] = [all[0]!, all[all.length - 1]!];
    const predicted = place(end.parameters);
    return {
      figure: figure(all, now, predicted, state.shots),
      words: [
        `The flow starts at M₀₀ = 0 with a covariate block of size ${shown(first.block)} and ends at M₀₀ = ${shown(last.constant)}, block ${shown(last.block)}. The conservation law predicts M₀₀ = ${shown(predicted.constant)}, block 0.`,
        `The value row moves first: within a time of about 0.1 the zero-shot risk is near ${shown(rest)}, where value-only fine-tuning would stay. Only then is the block given up, slowly.`,
        `At this point of the path M₀₀ is ${shown(now.constant)} and the block has ${shown((100 * now.block) / first.block)} % of its size.`,
        `The zero-shot risk on the target is ${shown(now.zeroShot)} (from ${shown(first.zeroShot)} down to ${shown(last.zeroShot)}). With ${state.shots === 1 ? "1 example" : `${state.shots} examples`} the risk is ${shown(now.fewShot)} on the target (at the start ${shown(first.fewShot)}) and ${shown(now.opposite)} on its opposite (at the start ${shown(first.opposite)}).`,
      ],
      numbers: tableFrom(
        (
          [
            ["start", first],
            ["here", now],
            ["end of the path", last],
          ] as const
        ).map(([where, point]) => ({
          where,
          "M₀₀": point.constant,
          "size of M_xx": point.block,
          "R(0, θ₀)": point.zeroShot,
          [`R(${state.shots}, θ₀)`]: point.fewShot,
          [`R(${state.shots}, −θ₀)`]: point.opposite,
        })),
      ),
      question: {
        command: "predict",
        input: {
          problem: problemInput(setting),
          regime: "zero-shot-full",
          targetTask: target,
          testTasks: [target, opposite],
          shots: [0, state.shots],
        },
      },
    };
  },
});

function scaledTarget({ dimension, targetLength }: State): readonly number[] {
  return Array.from({ length: dimension }, (_, i) => (i === 0 ? targetLength : 0));
}

/** The last path is kept: moving along it, or reading other risks, does not change it. The noise does not move the flow. */
let last: { readonly key: string; readonly path: readonly FlowPoint[] } | undefined;

function followed(setting: Setting, state: State): readonly FlowPoint[] {
  const { problem, pretraining } = setting;
  const start = predict(problem, pretraining, { kind: "pretrained" }).parameters;
  const target = scaledTarget(state);
  const key = JSON.stringify([start, target]);
  if (last?.key !== key) last = { key, path: thinned(gradientFlowPath(problem, target, start)) };
  return last.path;
}

/** The first steps, which are very short, and of the others as many as a figure can show. */
function thinned(path: readonly FlowPoint[]): readonly FlowPoint[] {
  const stride = Math.max(1, Math.ceil(path.length / 100));
  return path.filter((_, i) => i < 30 || i % stride === 0 || i === path.length - 1);
}

/** Coordinates in the plane of the figure. */
function place({ keyQuery }: AttentionParameters): { readonly constant: number; readonly block: number } {
  const block = keyQuery.slice(1, -1).flatMap((row) => row.slice(1, -1));
  return { constant: keyQuery[0]![0]!, block: Math.hypot(...block) };
}

/** The point after a share of the way, measured by length in the plane. */
function indexAlong(path: readonly FlowPoint[], share: number): number {
  const places = path.map(({ parameters }) => place(parameters));
  const lengths = places.map(({ constant, block }, i) => {
    const before = places[Math.max(0, i - 1)]!;
    return Math.hypot(constant - before.constant, block - before.block);
  });
  const total = lengths.reduce((sum, length) => sum + length, 0);
  let gone = 0;
  const index = lengths.findIndex((length) => {
    gone += length;
    return gone >= share * total * (1 - 1e-12);
  });
  return index < 0 ? path.length - 1 : index;
}

interface Drawn {
  readonly time: number;
  readonly constant: number;
  readonly block: number;
  readonly zeroShot: number;
  readonly fewShot: number;
  readonly opposite: number;
}

const DECADES: JsonObject = {
  tickvals: [0.001, 0.01, 0.1, 1, 10, 100],
  ticktext: ["0.001", "0.01", "0.1", "1", "10", "100"],
};

function figure(
  all: readonly Drawn[],
  now: Drawn,
  predicted: { readonly constant: number; readonly block: number },
  shots: number,
): Figure {
  const title = "Full fine-tuning, followed exactly";
  const { color } = REGIME_STYLE["zero-shot-full"];
  const point = (at: { constant: number; block: number }, name: string, marker: JsonObject): JsonObject => ({
    type: "scatter",
    mode: "markers",
    name,
    x: [at.constant],
    y: [at.block],
    cliponaxis: false,
    marker: { size: 11, line: { color: "#ffffff", width: 1 }, ...marker },
    hovertemplate: `${name}<br>M₀₀ = %{x:.4g}, ‖M_xx‖ = %{y:.4g}<extra></extra>`,
  });
  // Time starts at the first step, because a logarithmic axis has no zero.
  const moving = all.slice(1);
  const times = moving.map(({ time }) => time);
  const curve = (name: string, key: "zeroShot" | "fewShot" | "opposite", line: JsonObject): JsonObject => ({
    type: "scatter",
    mode: "lines",
    name,
    xaxis: "x2",
    yaxis: "y2",
    x: times,
    y: moving.map((each) => each[key]),
    line: { width: 2, ...line },
    hovertemplate: `${name}<br>time %{x:.3g}, risk %{y:.4g}<extra></extra>`,
  });
  const risks = moving.flatMap(({ zeroShot, fewShot, opposite }) => [zeroShot, fewShot, opposite]);
  return {
    title,
    description:
      "Left: the path of gradient flow from the pretrained point to the predicted end, constant score against the size of the covariate block. Right: zero-shot and few-shot risk along the way.",
    data: [
      {
        type: "scatter",
        mode: "lines",
        name: "path",
        x: all.map(({ constant }) => constant),
        y: all.map(({ block }) => block),
        line: { color, width: 2.5 },
        hovertemplate: "M₀₀ = %{x:.4g}, ‖M_xx‖ = %{y:.4g}<extra></extra>",
        showlegend: false,
      },
      point(all[0]!, "pretrained", { color: "#000000", symbol: "circle" }),
      point(predicted, "predicted end", { color, symbol: "star", size: 15 }),
      point(now, "here", {
        color: "#56B4E9",
        symbol: "diamond",
        size: 13,
        line: { color: "#000000", width: 1 },
      }),
      curve("R(0, θ₀)", "zeroShot", { color, dash: "solid" }),
      curve(`R(${shots}, θ₀)`, "fewShot", { color: "#0072B2", dash: "dash" }),
      curve(`R(${shots}, −θ₀)`, "opposite", { color: "#009E73", dash: "dot" }),
    ],
    layout: {
      ...baseLayout(title),
      margin: { l: 66, r: 20, t: 84, b: 60 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: axis("constant score M₀₀", { domain: [0, 0.44], rangemode: "tozero" }),
      yaxis: axis("size of the block ‖M_xx‖", { rangemode: "tozero" }),
      // One tick a decade: the panel is narrow.
      xaxis2: logarithmicAxis("time of the flow", { domain: [0.56, 1], anchor: "y2", ...DECADES }),
      yaxis2: logarithmicAxis("risk", { anchor: "x2", ...logarithmicTicks(risks) }),
      shapes: [
        {
          type: "line",
          xref: "x2",
          x0: Math.max(now.time, times[0] ?? 1),
          x1: Math.max(now.time, times[0] ?? 1),
          yref: "y2 domain",
          y0: 0,
          y1: 1,
          line: { color: "#5f5f5f", width: 1, dash: "dot" },
        },
      ],
    },
    width: 860,
    height: 440,
  };
}
