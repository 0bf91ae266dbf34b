import { allowedWhole, InputError } from "@finetune-icl/base";
import type { NumberField } from "../algebra/numberField";

/** How many labelled tokens n a prompt has; "infinity" is the limit n → ∞. */
export type ShotCount = number | "infinity";

/**
 * How attention splits its average over the N = n + 1 tokens of a prompt: n/N on the labelled tokens, 1/N on the query
 * token. Every risk is a polynomial in these two numbers, and the limit n → ∞ is the point (1, 0).
 */
export interface TokenShares<T> {
  readonly contextShare: T;
  readonly queryShare: T;
}

/**
 * n/N and 1/N for n shots, N = n + 1: the query token counts, as in the model's definition.
 * @throws InputError when `shots` is neither a whole number from 0 up nor "infinity".
 */
export function tokenShares<T>(field: NumberField<T>, shots: ShotCount): TokenShares<T> {
  const count = readShots(shots, "shots", { infinite: true });
  if (count === "infinity") return { contextShare: field.one, queryShare: field.zero };
  const tokens = field.from(count + 1);
  return {
    contextShare: field.divide(field.from(count), tokens),
    queryShare: field.divide(field.one, tokens),
  };
}

/** The largest count whose N = n + 1 is still exact. */
const MOST_SHOTS = Number.MAX_SAFE_INTEGER - 1;

/** Reads a shot count: a whole number from `least` (0 unless told) up, or "infinity" where the limit makes sense. */
export function readShots(
  raw: unknown,
  path: string,
  { least = 0, infinite = false }: { readonly least?: number; readonly infinite?: boolean } = {},
): ShotCount {
  if (infinite && raw === "infinity") return raw;
  if (typeof raw !== "number" || !Number.isInteger(raw) || raw < least || raw > MOST_SHOTS)
    throw new InputError(
      path,
      raw,
      `${allowedWhole(raw, least, MOST_SHOTS)}${infinite ? ', or "infinity"' : ""}`,
    );
  return raw;
}
