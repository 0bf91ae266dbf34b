import { isNothing, shownNumber, tableFrom } from "@finetune-icl/base";
import { predictLabel, tokenContributions } from "@finetune-icl/core/model";
import { ExampleSampler, RandomSource, samplePrompt } from "@finetune-icl/core/simulate";
import { axis, baseLayout, type Figure, type JsonObject } from "@finetune-icl/plot";
import { examplesText } from "./comparing";
import { directExplorable } from "./explorable";
import {
  ANGLE,
  dimensionControl,
  NOISE,
  PRETRAINING_SHOTS,
  parametersOf,
  REGIME,
  SEED,
  settingOf,
  taskAt,
} from "./setting";

export const promptAnatomy = directExplorable({
  id: "prompt-anatomy",
  title: "Anatomy of one prompt",
  summary: "One prompt, token by token: its score, what it says, and what it adds to the prediction.",
  text: `The prediction is an average over tokens, $f = \\frac1N\\sum_j (z_j^\\top M z_q)(v^\\top z_j)$. For every token the figure shows its **score** for the query,
its **content**, and their product over $N$: what the token adds. The last token is the query itself, whose label slot is empty.

*Try:* compare the pretrained model with the one whose parameters were all fine-tuned. There every token gets the *same* score: no example is
compared with the query any more, and what the examples say is averaged. In the value-only model scores still compare.`,
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
    const rows = tokenContributions(parameters, prompt).map((parts, j) => ({
      token: j === state.shots ? "query" : `example ${j + 1}`,
      label: j === state.shots ? "?" : prompt.labels[j]!,
      ...parts,
    }));
    const prediction = predictLabel(parameters, prompt);
    return {
      figure: figure(rows, prediction, queryLabel),
      words: words(rows, prediction, queryLabel),
      numbers: tableFrom(rows),
      questions: [
        {
          about: "the same prompt, token by token",
          command: "prompt",
          options: `--seed ${state.seed}`,
          input: {
            problem: { covariance: setting.problem.covariance, noiseVariance: setting.problem.noiseVariance },
            task,
            shots: state.shots,
            parameters,
          },
        },
      ],
    };
  },
});

function words(rows: readonly Row[], prediction: number, queryLabel: number): readonly string[] {
  const examples = rows.slice(0, -1);
  const ofQuery = rows[rows.length - 1]!.contribution;
  const scale = Math.max(...rows.map(({ contribution }) => Math.abs(contribution)));
  const ofExamples = prediction - ofQuery;
  const error = (guess: number) => Math.abs(guess - queryLabel);
  const first = `The contributions add up to the prediction ${shownNumber(prediction)}. The true label of the query is ${shownNumber(queryLabel)}, so the squared error of this one prompt is ${shownNumber(error(prediction) ** 2)}.`;
  if (examples.length === 0) {
    return [
      first,
      `There are no examples: the query token alone says ${isNothing(ofQuery, 1) ? "nothing" : shownNumber(ofQuery)}.`,
    ];
  }
  const added = (value: number) => (isNothing(value, scale) ? "nothing" : shownNumber(value));
  const [bring, take] = examples.length === 1 ? ["it brings", "it takes"] : ["they bring", "they take"];
  const isNearer = error(prediction) < error(ofQuery);
  return [
    first,
    `The query token itself adds ${added(ofQuery)}, the ${examplesText(examples.length)} ${examples.length === 1 ? "adds" : "add"} ${added(ofExamples)}: ${isNearer ? `${bring} the prediction nearer` : `${take} the prediction no nearer`} to the label than the query's own part.`,
    scoreSentence(examples),
  ];
}

/** What the scores of the examples say: whether they compare at all, and which way the examples count. */
function scoreSentence(examples: readonly Row[]): string {
  const scores = examples.map(({ score }) => score);
  const size = Math.max(...scores.map(Math.abs));
  const spread = Math.max(...scores) - Math.min(...scores);
  if (examples.length > 1 && isNothing(spread, size)) {
    return `Every example has the score ${shownNumber(scores[0]!)}: none is compared with the query.`;
  }
  const positive = scores.filter((score) => score > 0).length;
  const counted = (count: number) => `${count} of ${examples.length}`;
  return `Of the examples ${counted(positive)} ${positive === 1 ? "has" : "have"} a positive score, and ${positive === 1 ? "counts" : "count"} with what ${positive === 1 ? "it says" : "they say"}; ${counted(examples.length - positive)} ${examples.length - positive === 1 ? "counts" : "count"} with the opposite.`;
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
  const title = `Prediction ${shownNumber(prediction)}, true label ${shownNumber(queryLabel)}`;
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
