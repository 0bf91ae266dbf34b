import { isNothing, shownNumber, tableFrom } from "@finetune-icl/base";
import type { Vector } from "@finetune-icl/core/algebra";
import type { ShotCount } from "@finetune-icl/core/problem";
import { axis, baseLayout, type Figure, type JsonObject } from "@finetune-icl/plot";
import { examplesText } from "./comparing";
import { directExplorable } from "./explorable";
import {
  alongShots,
  dimensionControl,
  NOISE,
  PRETRAINING_SHOTS,
  parametersOf,
  problemInput,
  regimeInput,
  riskOf,
  settingOf,
  taskAt,
} from "./setting";

const ANGLES = Array.from({ length: 61 }, (_, i) => 3 * i);
const SHOTS = Array.from({ length: 41 }, (_, n) => n);
const READ_ANGLES = [0, 30, 60, 90, 120, 150, 180] as const;

export const taskMap = directExplorable({
  id: "task-map",
  title: "Who gains and who loses from the auxiliary loss",
  summary:
    "An auxiliary few-shot loss is tuned to one task and to one length of prompts: who gains from it, who pays, and where is the border?",
  text: `Fine-tune the value matrix on zero-shot prompts of the target $\\theta_0$, with or without an **auxiliary few-shot loss** on the same
task. The map shows the difference of the two risks for every task: its angle to the target from left to right, the number of
examples in the test prompt from bottom to top. Blue tasks gain from the auxiliary loss, orange tasks lose; on the solid line nothing changes.

A weight $w = 1$ suits prompts as long as those of pretraining. Where test, auxiliary and pretraining prompts have the same number of examples, the line
therefore stands at exactly **60°**, whatever the dimension and the noise: tasks within 60° of the target gain, all others lose.

*Try:* set the auxiliary shots and $n$ to the pretraining shots, whatever they are, and read the angle. Then shorten the auxiliary prompts: the weight is now chosen for prompts
in which examples are scarce, and with many examples everybody loses.`,
  controls: {
    dimension: dimensionControl(20),
    noiseVariance: NOISE,
    pretrainingShots: PRETRAINING_SHOTS,
    auxiliaryShots: {
      kind: "shots",
      label: "auxiliary shots",
      hint: "examples in a prompt of the auxiliary loss",
      values: [1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 60, 100, 200, "infinity"],
      initial: 20,
    },
    shots: {
      kind: "range",
      label: "examples n",
      hint: "where the numbers are read",
      min: 0,
      max: 40,
      step: 1,
      initial: 20,
    },
  },
  answer: (state) => {
    const setting = settingOf(state);
    const [without, withLoss] = (["zero-shot-value", "auxiliary-value"] as const).map((kind) =>
      riskOf(setting, parametersOf(setting, kind, state.auxiliaryShots)),
    );
    // A difference of two risks that is rounding is none: the line where nothing changes goes through it.
    const change = (task: Vector, shots: ShotCount) => {
      const [before, after] = [without!(task, shots), withLoss!(task, shots)];
      return isNothing(after - before, before) ? 0 : after - before;
    };
    // Three angles and three numbers of examples determine the whole map.
    const known = READ_ENDS.map((angle) => {
      const task = taskAt(state.dimension, angle);
      return alongShots((shots) => change(task, shots));
    });
    const along = SHOTS.map((shots) => fromThree(known.map((risk) => risk(shots))));
    const read = alongAngles(state.dimension, (task) => change(task, state.shots));
    return {
      figure: map(along, state.shots),
      words: words(read, state.shots),
      numbers: tableFrom(
        READ_ANGLES.map((angle) => ({
          angle: `${angle}°`,
          "without auxiliary loss": without!(taskAt(state.dimension, angle), state.shots),
          "with auxiliary loss": withLoss!(taskAt(state.dimension, angle), state.shots),
          change: read(angle),
        })),
      ),
      questions: (["zero-shot-value", "auxiliary-value"] as const).map((kind) => ({
        about: kind === "auxiliary-value" ? "with auxiliary loss" : "without auxiliary loss",
        command: "predict" as const,
        input: {
          problem: problemInput(setting),
          ...regimeInput(kind, state.dimension, state.auxiliaryShots),
          testTasks: READ_ANGLES.map((angle) => taskAt(state.dimension, angle)),
          shots: [state.shots],
        },
      })),
    };
  },
});

/**
 * A risk as a function of the task's angle. It is quadratic in the task, and turning the task away from θ₀ to either side is
 * the same, so it is a₀ + a₁ cos φ + a₂ cos 2φ: three angles determine it.
 */
export function alongAngles(dimension: number, risk: (task: Vector) => number): (degrees: number) => number {
  return fromThree(READ_ENDS.map((angle) => risk(taskAt(dimension, angle))));
}

/** The angles that determine the others. */
const READ_ENDS = [0, 90, 180] as const;

function fromThree(values: readonly number[]): (degrees: number) => number {
  const [at0, at90, at180] = values as readonly [number, number, number];
  const a1 = (at0 - at180) / 2;
  const a2 = (at0 + at180 - 2 * at90) / 4;
  const a0 = at90 + a2;
  return (degrees) => {
    const phi = (degrees * Math.PI) / 180;
    return a0 + a1 * Math.cos(phi) + a2 * Math.cos(2 * phi);
  };
}

/** The angle at which the change goes through zero, in degrees; undefined when all tasks gain or all lose. */
export function turningAngle(change: (degrees: number) => number): number | undefined {
  let [low, high] = [0, 180];
  if (Math.sign(change(low)) === Math.sign(change(high)) || change(low) === change(high)) return undefined;
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (Math.sign(change(middle)) === Math.sign(change(low))) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

function words(change: (degrees: number) => number, shots: number): readonly string[] {
  if (shots === 0) {
    return [
      "Without examples the label weight does nothing, and neither does the auxiliary loss, once it is annealed: no task gains or loses.",
      "The target, a task at right angles and the opposite task all keep their risk.",
    ];
  }
  // The change is linear in the cosine of the angle, so that what holds at both ends holds for all tasks between them.
  const scale = Math.max(Math.abs(change(0)), Math.abs(change(180)));
  const sign = (angle: number) => (isNothing(change(angle), scale) ? 0 : Math.sign(change(angle)));
  const side = (angle: number) =>
    sign(angle) === 0
      ? "neither gains nor loses"
      : `${sign(angle) < 0 ? "gains" : "loses"} ${shownNumber(Math.abs(change(angle)))}`;
  return [
    `With ${examplesText(shots)} in the prompt, ${whoGains(sign(0), sign(180), () => turningAngle(change)!)}.`,
    `The target ${side(0)}, a task at right angles ${side(90)}, the opposite task ${side(180)}.`,
  ];
}

/** Signs of the change at the target and at its opposite, and the angle between them at which it is zero. */
function whoGains(target: number, opposite: number, turn: () => number): string {
  const verb = (sign: number) => (sign < 0 ? "gain" : "lose");
  if (target === 0 && opposite === 0) return "no task gains or loses";
  if (target === 0) return `all tasks but the target ${verb(opposite)}`;
  if (opposite === 0) return `all tasks but the opposite of the target ${verb(target)}`;
  if (target === opposite) return `all tasks ${verb(target)}`;
  return `tasks within ${turn().toFixed(1)}° of the target ${verb(target)}, all others ${verb(opposite)}`;
}

function map(along: readonly ((degrees: number) => number)[], shots: number): Figure {
  const z = along.map((change) => ANGLES.map((angle) => change(angle)));
  const largest = Math.max(1e-9, ...z.flat().map(Math.abs));
  const title = "Change of the risk by the auxiliary loss";
  const common: JsonObject = { type: "contour", x: ANGLES, y: SHOTS, z, hoverinfo: "skip" };
  return {
    title,
    description:
      "Angle between task and target against the number of examples: blue where the auxiliary loss lowers the risk, orange where it raises it, a solid line where nothing changes.",
    data: [
      {
        ...common,
        zmin: -largest,
        zmax: largest,
        autocontour: false,
        contours: { coloring: "fill", showlines: false, start: -largest, end: largest, size: largest / 12 },
        colorscale: [
          [0, "#0072B2"],
          [0.5, "#f7f7f7"],
          [1, "#D55E00"],
        ],
        colorbar: { title: { text: "change", side: "top" }, thickness: 14, len: 0.9, tickformat: "~g" },
        hovertemplate: "angle %{x}°, n = %{y}<br>change %{z:.4g}<extra></extra>",
        hoverinfo: "all",
      },
      {
        ...common,
        autocontour: false,
        showscale: false,
        contours: { coloring: "none", start: 0, end: 0, size: 1 },
        line: { color: "#000000", width: 2 },
      },
    ],
    layout: {
      ...baseLayout(title),
      margin: { l: 66, r: 20, t: 50, b: 60 },
      showlegend: false,
      xaxis: axis("angle to the target (degrees)", { range: [0, 180], dtick: 30, showgrid: false }),
      yaxis: axis("labelled examples n", { range: [0, 40], showgrid: false }),
      shapes: [
        {
          type: "line",
          xref: "x",
          x0: 0,
          x1: 180,
          yref: "y",
          y0: shots,
          y1: shots,
          line: { color: "#222222", width: 1, dash: "dot" },
        },
      ],
    },
    width: 720,
    height: 440,
  };
}
