import { shownNumber, type Table, tableFrom } from "@finetune-icl/base";
import { type AttentionParameters, labelSlot } from "@finetune-icl/core/model";
import type { ShotCount } from "@finetune-icl/core/problem";
import { REGIME_STYLE } from "@finetune-icl/figures/regimes";
import { curvesFigure, type Figure, type JsonObject } from "@finetune-icl/plot";
import { compare, examplesText, learningVerdict, percentText, wordFor } from "./comparing";
import { directExplorable, type Question } from "./explorable";
import {
  ANGLE,
  alongShots,
  DRAWN_REGIMES,
  type DrawnRegime,
  dimensionControl,
  gainOf,
  NOISE,
  PRETRAINING_SHOTS,
  parametersOf,
  problemInput,
  regimeInput,
  riskOf,
  settingOf,
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
    const models = DRAWN_REGIMES.map((kind) => {
      const parameters = parametersOf(setting, kind, state.shots);
      const isWeighted = ofZeroShotLoss(kind) && state.labelWeight !== 1;
      return {
        kind,
        isWeighted,
        parameters: isWeighted ? withLabelWeight(parameters, state.labelWeight) : parameters,
      };
    });
    const risks = Object.fromEntries(
      models.map(({ kind, parameters }) => {
        const risk = riskOf(setting, parameters);
        return [kind, (shots: ShotCount) => risk(task, shots)];
      }),
    ) as Readonly<Record<DrawnRegime, (shots: ShotCount) => number>>;
    const gains = Object.fromEntries(
      models.map(({ kind, parameters }) => [kind, gainOf(setting, parameters, task)]),
    ) as Readonly<Record<DrawnRegime, number>>;
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
      words: words(risks, gains, state),
      numbers,
      questions: models.map(({ kind, isWeighted, parameters }): Question => {
        const shots = [0, state.shots, "infinity"];
        const about = REGIME_STYLE[kind].label;
        const problem = problemInput(setting);
        return isWeighted
          ? { about, command: "risk", input: { problem, task, shots, parameters } }
          : {
              about,
              command: "predict",
              input: {
                problem,
                ...regimeInput(kind, state.dimension, state.shots),
                testTasks: [task],
                shots,
              },
            };
      }),
    };
  },
});

/** The regimes whose loss does not see w. */
const ofZeroShotLoss = (kind: DrawnRegime) => kind === "zero-shot-full" || kind === "zero-shot-value";

/** Replaces w, the label slot of the value row. */
export function withLabelWeight(parameters: AttentionParameters, labelWeight: number): AttentionParameters {
  const slot = labelSlot(parameters.value.length - 2);
  return { ...parameters, value: parameters.value.map((entry, i) => (i === slot ? labelWeight : entry)) };
}

type Risks = Readonly<Record<DrawnRegime, (shots: ShotCount) => number>>;

function curves(risks: Risks, { noiseVariance, angle }: { noiseVariance: number; angle: number }): Figure {
  const rows: Table["rows"] = DRAWN_REGIMES.flatMap((kind) => {
    const risk = alongShots(risks[kind]);
    return Array.from({ length: MOST_SHOTS + 1 }, (_, n) => [kind, n, risk(n)]);
  });
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
  gains: Readonly<Record<DrawnRegime, number>>,
  { shots, angle, labelWeight }: { shots: number; angle: number; labelWeight: number },
): string[] {
  const at = (kind: DrawnRegime, n: ShotCount) => shownNumber(risks[kind](n));
  const task =
    angle === 0
      ? "the target task"
      : angle === 180
        ? "the opposite of the target"
        : `a task at ${angle}° to the target`;
  const examples = examplesText(shots);
  const { pretrained } = risks;
  const weighted = labelWeight === 1 ? "" : ` (with w = ${labelWeight})`;
  const after = (kind: "zero-shot-full" | "zero-shot-value", what: string) => {
    const risk = risks[kind];
    const share = gains[kind] / gains.pretrained;
    const effect = wordFor(risk(shots), risk(0), ["lower", "do not change", "raise"]);
    // With w = 1 value-only fine-tuning differs from the pretrained model by its memory alone.
    const memory = kind === "zero-shot-value" && labelWeight === 1 ? ", by its memory alone" : "";
    const endless = wordFor(risk("infinity"), pretrained("infinity"), [
      `below the pretrained model's ${at("pretrained", "infinity")}${memory}`,
      `as much as the pretrained model's`,
      `above the pretrained model's ${at("pretrained", "infinity")}${memory}`,
    ]);
    return `After fine-tuning ${what}${weighted} the risk is ${at(kind, 0)} without examples, ${at(kind, shots)} with ${examples} and ${at(kind, "infinity")} with endless ones: ${shots === 1 ? "the" : "these"} ${examples} ${singular(effect, shots)} it, and ${learningVerdict(share)} (with endless examples their task has ${percentText(share)} of the weight in the answer that it has in the pretrained model's). The risk is then ${endless}.`;
  };
  const [value, auxiliary] = [risks["zero-shot-value"](shots), risks["auxiliary-value"](shots)];
  const change = wordFor(auxiliary, value, ["lower by", "the same", "higher by"]);
  const size = compare(auxiliary, value) === 0 ? "" : ` ${shownNumber(Math.abs(auxiliary - value))}`;
  return [
    `On ${task}, the pretrained model has the risk ${at("pretrained", 0)} without examples and ${at("pretrained", shots)} with ${examples}.`,
    after("zero-shot-full", "all parameters"),
    after("zero-shot-value", "the value matrix only"),
    `With an auxiliary few-shot loss on the target the risk at ${examples} is ${at("auxiliary-value", shots)}, ${change}${size}. Fine-tuning the key-query matrix only moves nothing from the exact pretrained point: its curve lies on the pretrained one.`,
  ];
}

/** "the 1 example lowers", "these 5 examples lower". */
function singular(verb: string, shots: number): string {
  if (shots > 1) return verb;
  return verb === "do not change" ? "does not change" : `${verb}s`;
}
