import { tableFrom } from "@finetune-icl/base";
import { bilinear, dot, labelSlot, predictLabel, promptTokens } from "@finetune-icl/core/model";
import { ExampleSampler, RandomSource, samplePrompt } from "@finetune-icl/core/simulate";
import { axis, baseLayout, type Figure, type JsonObject } from "@finetune-icl/plot";
import { directExplorable } from "./explorable";
import {
  ANGLE,
  dimensionControl,
  NOISE,
  PRETRAINING_SHOTS,
  parametersOf,
  problemInput,
  REGIME,
  regimeOf,
  SEED,
  settingOf,
  shown,
  targetTask,
  taskAt,
} from "./setting";

export const promptAnatomy = directExplorable({
  id: "prompt-anatomy",
  title: "Anatomy of one prompt",
  summary: "One prompt, token by token: its score, what it says, and what it adds to the prediction.",
  text: `The prediction is an average over tokens, $f = \\frac1N\\sum_j (z_j^\\top M z_q)(v^\\top z_j)$. For every token the figure shows its **score** for the query,
its **content**, and their product over $N$: what the token adds. The last token is the query itself, whose label slot is empty.

*Try:* compare the pretrained model with the one whose parameters were all fine-tuned. There every token gets the *same* score, and the query
token alone says what was learned: the examples only dilute it. In the value-only model scores still compare.`,
  controls: {
    regime: REGIME,
    shots: {
      kind: "range",
      label: "examples n",
      hint: "labelled tokens in the prompt",
      min: 0,
      max: 16,
      step: 1,
      initial: 8,
    },
    angle: ANGLE,
    noiseVariance: NOISE,
    dimension: dimensionControl(10),
    pretrainingShots: PRETRAINING_SHOTS,
    seed: SEED,
  },
  answer: (state) => {
    const setting = settingOf(state);
    const task = taskAt(state.dimension, state.angle);
    const parameters = parametersOf(setting, state.regime, 20);
    const sampler = new ExampleSampler(setting.problem, task, new RandomSource(state.seed));
    const { prompt, queryLabel } = samplePrompt(sampler, state.shots);
    const tokens = promptTokens(prompt);
    const query = tokens[tokens.length - 1]!;
    const rows = tokens.map((token, j) => {
      const score = bilinear(token, parameters.keyQuery, query);
      const content = dot(parameters.value, token);
      return {
        token: j === state.shots ? "query" : `example ${j + 1}`,
        label: j === state.shots ? "?" : token[labelSlot(state.dimension)]!,
        score,
        content,
        contribution: (score * content) / tokens.length,
      };
    });
    const prediction = predictLabel(parameters, prompt);
    const ofQuery = rows[rows.length - 1]!.contribution;
    return {
      figure: figure(rows, prediction, queryLabel),
      words: [
        `The contributions add up to the prediction ${shown(prediction)}. The true label of the query is ${shown(queryLabel)}, so the squared error of this one prompt is ${shown((prediction - queryLabel) ** 2)}.`,
        `The query token itself adds ${shown(ofQuery)}, the ${state.shots === 1 ? "example adds" : `${state.shots} examples add`} ${shown(prediction - ofQuery)}.`,
        state.regime === "zero-shot-full"
          ? `Every token has the score ${shown(rows[0]!.score)}: no example is compared with the query.`
          : "Examples that point in the direction of the query have a positive score and count with their label; those that point away count with its negative.",
      ],
      numbers: tableFrom(rows),
      question: {
        command: "predict",
        input: {
          problem: problemInput(setting),
          ...commandRegime(state.regime, state.dimension),
          testTasks: [task],
          shots: [state.shots],
        },
      },
    };
  },
});

/** The regime as the command line takes it, which names the kind `regime`. */
function commandRegime(
  kind: Parameters<typeof regimeOf>[0],
  dimension: number,
): Readonly<Record<string, unknown>> {
  const { kind: regime, ...rest } = regimeOf(kind, dimension, 20);
  return { regime, targetTask: targetTask(dimension), ...rest };
}

interface Row {
  readonly token: string;
  readonly score: number;
  readonly content: number;
  readonly contribution: number;
}

const PANELS = [
  ["score", "score z_jᵀMz_q"],
  ["content", "content vᵀz_j"],
  ["contribution", "contribution"],
] as const;

function figure(rows: readonly Row[], prediction: number, queryLabel: number): Figure {
  const title = `Prediction ${shown(prediction)}, true label ${shown(queryLabel)}`;
  const names = rows.map(({ token }) => token);
  const width = 0.3;
  const layout: { [key: string]: JsonObject[keyof JsonObject] } = {
    ...baseLayout(title),
    margin: { l: 92, r: 20, t: 50, b: 60 },
    showlegend: false,
    bargap: 0.3,
  };
  const data = PANELS.map(([key, name], p): JsonObject => {
    const suffix = p === 0 ? "" : String(p + 1);
    const left = p * (width + 0.05);
    layout[`xaxis${suffix}`] = axis(name, {
      domain: [left, left + width],
      anchor: `y${suffix}`,
      zeroline: true,
      zerolinecolor: "#888888",
    });
    layout[`yaxis${suffix}`] = axis("", {
      anchor: `x${suffix}`,
      autorange: "reversed",
      type: "category",
      ...(p === 0 ? {} : { matches: "y", showticklabels: false }),
    });
    return {
      type: "bar",
      orientation: "h",
      name,
      xaxis: `x${suffix}`,
      yaxis: `y${suffix}`,
      y: names,
      x: rows.map((row) => row[key]),
      marker: { color: rows.map((_, j) => (j === rows.length - 1 ? "#D55E00" : "#56B4E9")) },
      hovertemplate: `%{y}: ${key} %{x:.4g}<extra></extra>`,
    };
  });
  return {
    title,
    description:
      "Bars for every token of one prompt: its score for the query, its content, and what it adds to the prediction. The query token is orange.",
    data,
    layout,
    width: 860,
    height: 460,
  };
}
