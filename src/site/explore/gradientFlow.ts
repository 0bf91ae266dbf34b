import { shownNumber, tableFrom } from "@finetune-icl/base";
import { FastRisk, pack } from "@finetune-icl/core/exact";
import { predict } from "@finetune-icl/core/predict";
import type { Setting } from "@finetune-icl/core/problem";
import { REGIME_STYLE } from "@finetune-icl/figures/regimes";
import {
  axis,
  baseLayout,
  type Figure,
  type JsonObject,
  logarithmicAxis,
  logarithmicTicks,
  subscripts,
} from "@finetune-icl/plot";
import { examplesText, percentText, wordFor } from "./comparing";
import type { StateOf } from "./controls";
import { directExplorable, type Question } from "./explorable";
import { type FlowPath, type FlowPoint, flowParameters, gradientFlowPath } from "./gradientFlowPath";
import { dimensionControl, NOISE, PRETRAINING_SHOTS, problemInput, settingOf } from "./setting";

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
    "How does full fine-tuning erase the block that learns in context, and when on the way is learning lost?",
  text: `Full fine-tuning, followed exactly: gradient flow on the zero-shot risk in **all** entries of $v$ and $M$. On the left the path in the
plane of $M_{00}$, the constant score, and $\\lVert M_{xx}\\rVert$, the size of the block that compares examples with the query. The flow conserves
$E = \\lVert M\\rVert_F^2 - \\lVert v\\rVert^2$; together with the zero-shot optimum this says where it must end: the star. On the right the risks on the way.

*Try:* move along the path. The zero-shot risk on the target can only fall; what do the few-shot risks on the target and on its opposite do meanwhile? Then
look again after pretraining on prompts of a single example, and with a short target, which takes the flow many times longer.`,
  controls,
  answer: (state) => {
    const setting = settingOf(state);
    const target = scaledTarget(state);
    const opposite = target.map((entry) => (entry === 0 ? 0 : -entry));
    const { points, settled } = followed(setting, state);
    const end = predict(setting.problem, setting.pretraining, { kind: "zero-shot-full", targetTask: target });
    const valueOnly = predict(setting.problem, setting.pretraining, {
      kind: "zero-shot-value",
      targetTask: target,
    }).risk(target, 0);
    const engine = new FastRisk(setting.problem);
    const tasks = [target, opposite].map((task) => Float64Array.from(task)) as [Float64Array, Float64Array];
    const all = points.map((point): Drawn => {
      const packed = pack(flowParameters(point, state.dimension));
      const [fewShot, elsewhere] = tasks.map((task) => engine.risk(task, state.shots, packed));
      const zeroShot = point.excess + state.noiseVariance;
      return { time: point.time, ...place(point, state), zeroShot, fewShot: fewShot!, opposite: elsewhere! };
    });
    const at = indexAlong(all, state.progress / 100);
    const predicted: Drawn = {
      time: Number.POSITIVE_INFINITY,
      constant: end.parameters.keyQuery[0]![0]!,
      block: 0,
      zeroShot: end.risk(target, 0),
      fewShot: end.risk(target, state.shots),
      opposite: end.risk(opposite, state.shots),
    };
    return {
      figure: figure(all, all[at]!, predicted, state.shots),
      words: words(all, at, predicted, { ...state, valueOnly, settled }),
      numbers: tableFrom(
        (
          [
            ["start", all[0]!],
            ["here", all[at]!],
            ["end of the path", all[all.length - 1]!],
            ["predicted end", predicted],
          ] as const
        ).map(([where, point]) => ({
          where,
          "M₀₀": point.constant,
          "size of the block": point.block,
          "R(0, θ₀)": point.zeroShot,
          [`R(${state.shots}, θ₀)`]: point.fewShot,
          [`R(${state.shots}, −θ₀)`]: point.opposite,
        })),
      ),
      questions: questions(setting, state, [target, opposite], points[at]!),
    };
  },
});

/** The start and the predicted end by theory, the point on the way by its exact risk. */
function questions(
  setting: Setting,
  { dimension, shots }: State,
  [target, opposite]: readonly [readonly number[], readonly number[]],
  here: FlowPoint,
): readonly Question[] {
  const problem = problemInput(setting);
  const common = { problem, testTasks: [target, opposite], shots: [0, shots] };
  const parameters = flowParameters(here, dimension);
  return [
    { about: "start", command: "predict", input: { ...common, regime: "pretrained" } },
    {
      about: "here, on θ₀",
      command: "risk",
      input: { problem, task: target, shots: [0, shots], parameters },
    },
    {
      about: "here, on −θ₀",
      command: "risk",
      input: { problem, task: opposite, shots: [shots], parameters },
    },
    {
      about: "predicted end",
      command: "predict",
      input: { ...common, regime: "zero-shot-full", targetTask: target },
    },
  ];
}

function scaledTarget({ dimension, targetLength }: State): readonly number[] {
  return Array.from({ length: dimension }, (_, i) => (i === 0 ? targetLength : 0));
}

/** The last path is kept: moving along it, or reading other risks, does not change it. */
let last: { readonly key: string; readonly path: FlowPath } | undefined;

function followed({ problem, pretraining }: Setting, { dimension, targetLength }: State): FlowPath {
  const start = predict(problem, pretraining, { kind: "pretrained" }).parameters;
  const blockScale = start.keyQuery[1]![1]!;
  const key = JSON.stringify([dimension, blockScale, targetLength]);
  if (last?.key !== key) {
    const { points, settled } = gradientFlowPath({ dimension, blockScale, targetLength });
    last = { key, path: { points: thinned(points), settled } };
  }
  return last.path;
}

/** As many points as a figure can show, the first and the last among them. */
function thinned(path: readonly FlowPoint[]): readonly FlowPoint[] {
  const stride = Math.max(1, Math.ceil(path.length / 120));
  return path.filter((_, i) => i % stride === 0 || i === path.length - 1);
}

/** Coordinates in the plane of the figure. */
function place(
  { constant, along, across }: FlowPoint,
  { dimension }: Pick<State, "dimension">,
): { readonly constant: number; readonly block: number } {
  return { constant, block: Math.hypot(along, Math.sqrt(dimension - 1) * across) };
}

/** The point after a share of the way, measured by length in the plane. */
function indexAlong(path: readonly Drawn[], share: number): number {
  const lengths = path.map(({ constant, block }, i) => {
    const before = path[Math.max(0, i - 1)]!;
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

/** A block this much smaller than at the start counts as gone, where the flow has come to rest. */
const GONE = 1e-3;

function words(
  all: readonly Drawn[],
  at: number,
  predicted: Drawn,
  {
    shots,
    valueOnly,
    settled,
  }: { readonly shots: number; readonly valueOnly: number; readonly settled: boolean },
): readonly string[] {
  const [first, now, end] = [all[0]!, all[at]!, all[all.length - 1]!];
  const left = ({ block }: Drawn) => block / first.block;
  const isNear = all.find(({ zeroShot }) => zeroShot <= valueOnly + 0.05 * (first.zeroShot - valueOnly))!;
  const isHalved = all.find((point) => left(point) <= 0.5);
  const moved = (key: "fewShot" | "opposite") =>
    `${wordFor(now[key], first[key], ["has fallen from", "is still", "has risen from"])} ${shownNumber(first[key])}${wordFor(now[key], first[key], [` to ${shownNumber(now[key])}`, "", ` to ${shownNumber(now[key])}`])}`;
  return [
    settled
      ? `The flow starts at M₀₀ = 0 with a covariate block of size ${shownNumber(first.block)}. It comes to rest at time ${shownNumber(end.time, 2)}, at M₀₀ = ${shownNumber(end.constant)}, ${left(end) < GONE ? "the block gone" : `with ${percentText(left(end))} of the block`}; the conservation law predicts M₀₀ = ${shownNumber(predicted.constant)} and no block.`
      : `The flow starts at M₀₀ = 0 with a covariate block of size ${shownNumber(first.block)}. It has not come to rest at time ${shownNumber(end.time, 2)}, where the path is cut off, at M₀₀ = ${shownNumber(end.constant)} with ${percentText(left(end))} of the block; the conservation law predicts where it will: M₀₀ = ${shownNumber(predicted.constant)} and no block.`,
    `At time ${shownNumber(isNear.time, 2)} the zero-shot risk has come down to ${shownNumber(isNear.zeroShot)} (value-only fine-tuning stays at ${shownNumber(valueOnly)}), and the block still has ${percentText(left(isNear))} of its size${isHalved === undefined ? "" : `; half of it is gone at time ${shownNumber(isHalved.time, 2)}`}.`,
    `At this point of the path M₀₀ is ${shownNumber(now.constant)} and the block has ${percentText(left(now))} of its size. The zero-shot risk on the target is ${shownNumber(now.zeroShot)} (from ${shownNumber(first.zeroShot)} at the start to ${shownNumber(end.zeroShot)} at the end).`,
    `With ${examplesText(shots)} the risk on the target ${moved("fewShot")}, on its opposite it ${moved("opposite")}.`,
  ];
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
    hovertemplate: subscripts(`${name}<br>M₀₀ = %{x:.4g}, ‖M_xx‖ = %{y:.4g}<extra></extra>`),
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
        hovertemplate: subscripts("M₀₀ = %{x:.4g}, ‖M_xx‖ = %{y:.4g}<extra></extra>"),
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
      yaxis2: logarithmicAxis("risk", { anchor: "x2", ...logarithmicTicks(risks, 2) }),
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
