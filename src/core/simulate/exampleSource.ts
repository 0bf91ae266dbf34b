/** Where the tokens of prompts come from: a distribution, or the rows of a table. */
export interface ExampleSource {
  readonly dimension: number;
  /** The covariates of the last example drawn, length d. */
  readonly covariates: Float64Array;
  /** Called before the first example of each prompt, for sources that must not repeat an example within one. */
  readonly startPrompt?: () => void;
  /** Draws the next example into `covariates` and returns its label. */
  readonly next: () => number;
}
