import { type Table, tableFrom } from "@finetune-icl/base";
import { type AttentionParameters, labelSlot } from "@finetune-icl/core/model";
import type { ShotCount } from "@finetune-icl/core/problem";
import { curvesFigure, type Figure, type JsonObject, REGIME_STYLE } from "@finetune-icl/plot";
import { directExplorable } from "./explorable";
import {
  ANGLE,
  DRAWN_REGIMES,
  type DrawnRegime,
  dimensionControl,
  NOISE,
  PRETRAINING_SHOTS,
  parametersOf,
  problemInput,
  riskOf,
  settingOf,
  shown,
  targetTask,
  taskAt,
} from "./setting";

/** The curves are drawn from 0 shots to here. */
const MOST_SHOTS = 60;

export const riskCurves = directExplorable({
  id: "risk-curves",
  title: "Risk against examples, for every regime",
  summary: "Does the model still learn from examples, after which fine-tuning, and on which task?",
  text: `Each curve is the risk $R(n, \\theta)$ of a model on a task $\\theta$, against the number $n$ of examples in its prompt. The models
were pretrained alike and fine-tuned on one target task $\\theta_0$ without examples in the prompt. The tested task $\\theta$ has the length of the
target and stands at an angle to it.

*Try:* turn the angle from 0° to 180° and watch which curves care. Make the noise large. Let the pretraining prompts grow to
infinity. The **label weight** $w$ is the entry of the value row that reads labels; zero-shot prompts have none, so the zero-shot loss
does not see it, and it stays at 1. Move it, and see that few-shot risk does depend on it.`,
  controls: {
    dimension: dimensionControl(20),
    noiseVariance: NOISE,
    pretrainingShots: PRETRAINING_SHOTS,
    shots: {
      kind: "range",
      label: "examples n",
      hint: "where the numbers are read, and the shots of the auxiliary loss",
      min: 1,
      max: MOST_SHOTS,
      step: 1,
      initial: 20,
    },
    labelWeight: {
      kind: "range",
      label: "label weight w",
      hint: "after zero-shot fine-tuning; 1 is where training leaves it",
      min: 0,
      max: 2,
      step: 0.05,
      initial: 1,
    },
    angle: ANGLE,
  },
  answer: (state) => {
    const setting = settingOf(state);
    const task = taskAt(state.dimension, state.angle);
    const risks = Object.fromEntries(
      DRAWN_REGIMES.map((kind) => {
        const parameters = parametersOf(setting, kind, state.shots);
        const ofZeroShotLoss = kind === "zero-shot-full" || kind === "zero-shot-value";
        const weighted = ofZeroShotLoss ? withLabelWeight(parameters, state.labelWeight) : parameters;
        const risk = riskOf(setting, weighted);
        return [kind, (shots: ShotCount) => risk(task, shots)];
      }),
    ) as Readonly<Record<DrawnRegime, (shots: ShotCount) => number>>;
    const numbers = tableFrom(
      DRAWN_REGIMES.map((kind) => ({
        regime: REGIME_STYLE[kind].label,
        "n = 0": risks[kind](0),
        [`n = ${state.shots}`]: risks[kind](state.shots),
        "n → ∞": risks[kind]("infinity"),
      })),
    );
    return {
      figure: marked(curves(risks, state), state.shots),
      words: words(risks, state),
      numbers,
      question: {
        command: "predict",
        input: {
          problem: problemInput(setting),
          regime: "zero-shot-value",
          targetTask: targetTask(state.dimension),
          auxiliaryShots: state.shots,
          auxiliaryWeight: "annealed",
          testTasks: [task],
          shots: [0, state.shots, "infinity"],
        },
      },
    };
  },
});

/** Replaces w, the label slot of the value row. */
export function withLabelWeight(parameters: AttentionParameters, labelWeight: number): AttentionParameters {
  const slot = labelSlot(parameters.value.length - 2);
  return { ...parameters, value: parameters.value.map((entry, i) => (i === slot ? labelWeight : entry)) };
}

type Risks = Readonly<Record<DrawnRegime, (shots: ShotCount) => number>>;

function curves(risks: Risks, { noiseVariance, angle }: { noiseVariance: number; angle: number }): Figure {
  const rows: Table["rows"] = DRAWN_REGIMES.flatMap((kind) =>
    Array.from({ length: MOST_SHOTS + 1 }, (_, n) => [kind, n, risks[kind](n)]),
  );
  return curvesFigure(
    { columns: ["regime", "shots", "risk"], rows },
    {
      title: angle === 0 ? "Risk on the target task" : `Risk on a task at ${angle}° to the target`,
      description:
        "Risk against the number of examples for the pretrained model and after each kind of fine-tuning.",
      x: "shots",
      predicted: "risk",
      series: "regime",
      styles: REGIME_STYLE,
      xTitle: "labelled examples n",
      yTitle: "risk R(n, θ)",
      logarithmicY: true,
      references: noiseVariance > 0 ? [{ y: noiseVariance, text: "noise σ²" }] : [],
    },
  );
}

/** A thin vertical line where the numbers are read. */
function marked(figure: Figure, shots: number): Figure {
  const line: JsonObject = {
    type: "line",
    xref: "x",
    x0: shots,
    x1: shots,
    yref: "paper",
    y0: 0,
    y1: 1,
    line: { color: "#5f5f5f", width: 1, dash: "dot" },
  };
  const shapes = (figure.layout.shapes ?? []) as readonly JsonObject[];
  return { ...figure, layout: { ...figure.layout, shapes: [...shapes, line] } };
}

function words(
  risks: Risks,
  { shots, angle, labelWeight }: { shots: number; angle: number; labelWeight: number },
): string[] {
  const at = (kind: DrawnRegime, n: ShotCount) => shown(risks[kind](n));
  const task =
    angle === 0
      ? "the target task"
      : angle === 180
        ? "the opposite of the target"
        : `a task at ${angle}° to the target`;
  const examples = shots === 1 ? "1 example" : `${shots} examples`;
  const full = risks["zero-shot-full"];
  const helped = full(shots) < full(0);
  const value = risks["zero-shot-value"];
  const auxiliary = risks["auxiliary-value"](shots) - value(shots);
  const weighted = labelWeight === 1 ? "" : ` (with w = ${shown(labelWeight)})`;
  return [
    `On ${task}, the pretrained model has risk ${at("pretrained", 0)} without examples and ${at("pretrained", shots)} with ${examples}.`,
    `After fine-tuning all parameters${weighted} it is ${at("zero-shot-full", 0)} without and ${at("zero-shot-full", shots)} with ${examples}: examples ${helped ? "help here, but" : "hurt, and"} however many there are, it ends at ${at("zero-shot-full", "infinity")}.`,
    `After fine-tuning the value matrix only${weighted} it is ${at("zero-shot-value", 0)} without and ${at("zero-shot-value", shots)} with ${examples}, and it ends at ${at("zero-shot-value", "infinity")}: ${value("infinity") < value(0) ? "learning from examples is preserved" : "examples do not help on this task"}.`,
    `The auxiliary few-shot loss ${auxiliary < 0 ? "lowers" : "raises"} that risk at ${examples} by ${shown(Math.abs(auxiliary))}. Fine-tuning the key-query matrix only moves nothing from the exact pretrained point: its curve lies on the pretrained one.`,
  ];
}
