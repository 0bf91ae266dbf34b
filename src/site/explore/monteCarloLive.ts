import { shownNumber, tableFrom } from "@finetune-icl/base";
import { growingRisk } from "@finetune-icl/core/simulate";
import { REGIME_STYLE } from "@finetune-icl/figures/regimes";
import {
  axis,
  baseLayout,
  type Figure,
  type JsonObject,
  logarithmicAxis,
  referenceLine,
} from "@finetune-icl/plot";
import type { StateOf } from "./controls";
import { type Answer, gradualExplorable } from "./explorable";
import {
  ANGLE,
  dimensionControl,
  NOISE,
  PRETRAINING_SHOTS,
  parametersOf,
  REGIME,
  riskOf,
  SEED,
  settingOf,
  taskAt,
} from "./setting";

/** Prompts in the first step; steps grow with what is there, so that the curve moves evenly on a logarithmic axis. */
const FIRST_STEP = 100;
const LARGEST_STEP = 20_000;
/** Labelled tokens in one step, so that a step stays short for long prompts. */
const TOKENS_PER_STEP = 150_000;
const MOST_PROMPTS = 1_000_000;

const controls = {
  regime: REGIME,
  shots: {
    kind: "range",
    label: "examples n",
    hint: "labelled tokens in a prompt",
    min: 0,
    max: 40,
    step: 1,
    initial: 20,
  },
  angle: ANGLE,
  noiseVariance: NOISE,
  dimension: dimensionControl(10),
  pretrainingShots: PRETRAINING_SHOTS,
  seed: SEED,
} as const;

type State = StateOf<typeof controls>;

/** The estimate after some number of prompts. */
interface Estimate {
  readonly prompts: number;
  readonly mean: number;
  readonly standardError: number;
}

export const monteCarloLive = gradualExplorable({
  id: "monte-carlo",
  title: "A Monte Carlo that closes in on the exact value",
  summary: "Prompts are drawn at random as you watch; the exact risk was computed without drawing any.",
  text: `The dotted line is the **exact** risk, an explicit polynomial of the parameters. The simulation knows nothing of it: it draws every token of every prompt, runs the
layer and averages the squared error. The band is two standard errors wide to each side and shrinks with the square root of the number of prompts.

*Try:* another seed draws another path to the same line. About one time in twenty the line is outside the band: that is what two standard errors mean.`,
  controls,
  start: (state) => {
    const setting = settingOf(state);
    const task = taskAt(state.dimension, state.angle);
    const parameters = parametersOf(setting, state.regime, 20);
    const exact = riskOf(setting, parameters)(task, state.shots);
    const sampled = growingRisk(setting.problem, task, state.shots, parameters, { seed: state.seed });
    const estimates: Estimate[] = [];
    const largest = Math.min(LARGEST_STEP, Math.round(TOKENS_PER_STEP / (state.shots + 1)));
    const advance = (): boolean => {
      const done = sampled.prompts();
      const prompts = Math.min(largest, Math.max(FIRST_STEP, Math.round(done * 0.12)), MOST_PROMPTS - done);
      if (prompts < 1) return false;
      sampled.draw(prompts);
      estimates.push({ prompts: sampled.prompts(), ...sampled.estimate() });
      return sampled.prompts() < MOST_PROMPTS;
    };
    advance();
    return { advance, answer: () => answerOf(state, exact, estimates, setting, task, parameters) };
  },
});

function answerOf(
  state: State,
  exact: number,
  estimates: readonly Estimate[],
  { problem }: ReturnType<typeof settingOf>,
  task: readonly number[],
  parameters: ReturnType<typeof parametersOf>,
): Answer {
  const now = estimates[estimates.length - 1]!;
  const z = (now.mean - exact) / now.standardError;
  return {
    figure: figure(state, exact, estimates),
    words: [
      `After ${now.prompts.toLocaleString("en")} prompts the simulation says ${shownNumber(now.mean)} ± ${shownNumber(now.standardError)} (one standard error). The exact risk is ${shownNumber(exact)}.`,
      `The two are ${shownNumber(Math.abs(z))} standard errors apart: the exact value is ${Math.abs(z) <= 2 ? "inside" : "outside"} the band${Math.abs(z) > 3 ? ", which is rare; squared errors are skewed, and a short run believes itself too precise" : ""}.`,
    ],
    numbers: tableFrom([
      {
        prompts: now.prompts,
        simulated: now.mean,
        "standard error": now.standardError,
        exact,
        "standard errors apart": z,
      },
    ]),
    questions: [
      {
        about: "the simulation, with the same prompts, and the exact risk",
        command: "risk",
        options: `--monte-carlo ${now.prompts} --seed ${state.seed}`,
        input: {
          problem: { covariance: problem.covariance, noiseVariance: problem.noiseVariance },
          task,
          shots: [state.shots],
          parameters,
        },
      },
    ],
  };
}

function figure(state: State, exact: number, estimates: readonly Estimate[]): Figure {
  const title = `Simulated and exact risk: ${REGIME_STYLE[state.regime].label}`;
  const { color } = REGIME_STYLE[state.regime];
  const x = estimates.map(({ prompts }) => prompts);
  const edge = (sign: number) => estimates.map(({ mean, standardError }) => mean + sign * 2 * standardError);
  const invisible: JsonObject = { width: 0, color: "rgba(0,0,0,0)" };
  const { shape, annotation } = referenceLine(exact, "exact", { x: "x", y: "y" });
  // Scaled to what a run of this length may still do, so that the axes do not jump.
  const spread = estimates[0]!.standardError * 3.5;
  return {
    title,
    description:
      "Running mean of the squared error against the number of prompts, with a band of two standard errors, and the exact risk as a dotted line.",
    data: [
      {
        type: "scatter",
        mode: "lines",
        x,
        y: edge(-1),
        line: invisible,
        hoverinfo: "skip",
        showlegend: false,
      },
      {
        type: "scatter",
        mode: "lines",
        x,
        y: edge(1),
        fill: "tonexty",
        fillcolor: "rgba(86,180,233,0.3)",
        line: invisible,
        hoverinfo: "skip",
        name: "two standard errors",
      },
      {
        type: "scatter",
        mode: "lines+markers",
        x,
        y: estimates.map(({ mean }) => mean),
        line: { color, width: 2 },
        marker: { color, size: 4 },
        name: "simulated",
        hovertemplate: "%{x} prompts: %{y:.5g}<extra></extra>",
      },
    ],
    layout: {
      ...baseLayout(title),
      margin: { l: 76, r: 56, t: 80, b: 60 },
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: logarithmicAxis("prompts drawn", {
        range: [Math.log10(FIRST_STEP * 0.9), Math.log10(MOST_PROMPTS)],
        tickvals: [100, 1000, 10_000, 100_000, 1_000_000],
        ticktext: ["100", "1,000", "10,000", "100,000", "1,000,000"],
      }),
      yaxis: axis("risk R(n, θ)", { range: [Math.max(0, exact - spread), exact + spread] }),
      shapes: [shape],
      annotations: [annotation],
    },
    width: 720,
    height: 440,
  };
}
