import { type Table, tableFrom } from "@finetune-icl/base";
import { predict } from "@finetune-icl/core/predict";
import { isotropicSetting } from "@finetune-icl/core/problem";
import { REGIME_STYLE } from "@finetune-icl/figures/regimes";
import { curvesFigure, type Figure, type SeriesStyle } from "@finetune-icl/plot";
import { regimeOf, taskAt } from "./setting";

/** The setting of the released experiment. */
const SETTING = { dimension: 5, noiseVariance: 0.1, pretrainingShots: 20 } as const;
const MOST_SHOTS = 40;
const MODELS = ["pretrained", "zero-shot-full", "zero-shot-value"] as const;
const TASKS = [
  ["on the task it was fine-tuned for", 0],
  ["on an unrelated task", 90],
] as const;

/** The looks of all figures, with names that say what was done. */
const LOOKS: Readonly<Record<string, SeriesStyle>> = {
  pretrained: REGIME_STYLE.pretrained,
  "zero-shot-full": { ...REGIME_STYLE["zero-shot-full"], label: "fine-tuned, all parameters" },
  "zero-shot-value": { ...REGIME_STYLE["zero-shot-value"], label: "fine-tuned, value matrix only" },
};

/**
 * The closed-form risk of the pretrained and of two fine-tuned models, on the target and on a task at right angles to it.
 * @example
 * console.log(messageTable().columns); // [ 'task', 'model', 'shots', 'risk' ]
 */
export function messageTable(): Table {
  const { problem, pretraining } = isotropicSetting(SETTING);
  return tableFrom(
    TASKS.flatMap(([task, angle]) =>
      MODELS.flatMap((model) => {
        const { risk } = predict(problem, pretraining, regimeOf(model, SETTING.dimension, 1));
        return Array.from({ length: MOST_SHOTS + 1 }, (_, shots) => ({
          task,
          model,
          shots,
          risk: risk(taskAt(SETTING.dimension, angle), shots),
        }));
      }),
    ),
  );
}

/** The message in one figure: who still learns from the examples in the prompt. */
export function messageFigure(table: Table): Figure {
  return curvesFigure(table, {
    title: "After fine-tuning without examples: does it still learn from examples?",
    description:
      "Risk against the number of examples in the prompt. Fine-tuned in all parameters, the model is right about its target without examples, and examples make it worse; on an unrelated task it stays worse than the pretrained model without any examples. Fine-tuned in the value matrix only, it learns from examples on both tasks, though on its target the first ones cost more than they teach, and only long prompts are better than none.",
    x: "shots",
    predicted: "risk",
    series: "model",
    panel: "task",
    styles: LOOKS,
    xTitle: "examples in the prompt",
    yTitle: "squared error",
    logarithmicY: true,
    references: [{ y: SETTING.noiseVariance, text: "noise" }],
  });
}

/** Colours of a figure on white → on the dark ground of a page of code. */
const DARK: Readonly<Record<string, string>> = {
  "#ffffff": "#0d1117",
  "#222222": "#e6edf3",
  "#e6e6e6": "#2b323b",
  "#888888": "#8b949e",
  "#5f5f5f": "#a4acb8",
  "#000000": "#f0f3f6",
  "#D55E00": "#ff9248",
  "#0072B2": "#5fb0f5",
};

/** The same figure for a dark page. */
export function onDarkGround(figure: Figure): Figure {
  const text = JSON.stringify(figure).replace(/#[\dA-Fa-f]{6}/g, (color) => DARK[color] ?? color);
  return JSON.parse(text) as Figure;
}
