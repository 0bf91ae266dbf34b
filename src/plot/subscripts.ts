/**
 * Symbols as a person writes them: `v_x` and `z_jᵀMz_q` with lowered letters, in plotly's markup. Names that hold an underscore, such as `zs_v` or
 * `concave_points`, are no symbols and stay.
 */
export function subscripts(text: string): string {
  return text.replace(SYMBOL, "$1<sub>$2</sub>");
}

/** One letter, not the end of a small-letter word, and one or two lowered ones. */
const SYMBOL = /(?<![a-z0-9_])([A-Za-zΑ-Ωα-ω])_([a-z0-9]{1,2})(?![a-z0-9_])/g;
