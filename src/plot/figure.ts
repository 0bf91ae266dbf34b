/** A value that JSON can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One plotly trace or layout: plain JSON, so that it can be stored in a notebook and drawn by any plotly. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What is drawn: plotly data and layout, with words for those who cannot see it. */
export interface Figure {
  readonly title: string;
  /** One sentence that says what the figure shows. */
  readonly description: string;
  readonly data: readonly JsonObject[];
  readonly layout: JsonObject;
  /** Size of the static picture in pixels. */
  readonly width: number;
  readonly height: number;
}
