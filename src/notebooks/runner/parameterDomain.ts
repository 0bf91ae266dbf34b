import { InputError } from "@finetune-icl/base";

/**
 * What a parameter of a lesson may hold. `because` ends the sentence "allowed: …" in words of the lesson: why it asks for that.
 */
export type ParameterDomain = { readonly because?: string } & (
  | {
      readonly kind: "whole";
      readonly from: number;
      readonly to?: number;
      /** The text "infinity" is allowed too: the limit. */
      readonly orInfinity?: true;
    }
  | {
      readonly kind: "number";
      /** The least value allowed. */
      readonly from?: number;
      /** The value must be greater. */
      readonly above?: number;
      readonly to?: number;
    }
  | { readonly kind: "choice"; readonly among: readonly (string | number | boolean)[] }
  | {
      readonly kind: "list";
      readonly of: ParameterDomain;
      /** Fewest and most entries: 1 and any number, unless told. */
      readonly from?: number;
      readonly to?: number;
    }
);

/**
 * Refuses parameters with which a lesson would fail later, or say what is not so. Stands in the cell tagged `parameters`, below the
 * constants, and states for each what the lesson is written for; what passes must run to the end, with sentences that hold.
 * @throws InputError for the first parameter outside its domain: its name, what it holds, what is allowed and why.
 * @example
 * checkParameters({ noiseVariance: 0.1 }, { noiseVariance: { kind: "number", from: 0 } });
 * console.log("allowed"); // allowed
 */
export function checkParameters<Values extends Readonly<Record<string, unknown>>>(
  values: Values,
  domains: { readonly [Name in keyof Values]: ParameterDomain },
): void {
  for (const [name, value] of Object.entries(values)) checkOne(name, value, domains[name]!);
}

function checkOne(name: string, value: unknown, domain: ParameterDomain): void {
  if (!holds(value, domain)) throw new InputError(name, value, describe(domain));
  if (domain.kind !== "list") return;
  for (const [i, entry] of (value as readonly unknown[]).entries())
    checkOne(`${name}[${i}]`, entry, domain.of);
}

function holds(value: unknown, domain: ParameterDomain): boolean {
  switch (domain.kind) {
    case "whole":
      if (value === "infinity") return domain.orInfinity ?? false;
      return Number.isSafeInteger(value) && isWithin(value as number, domain);
    case "number":
      return typeof value === "number" && Number.isFinite(value) && isWithin(value, domain);
    case "choice":
      return domain.among.some((choice) => choice === value);
    case "list":
      return Array.isArray(value) && isWithin(value.length, { ...domain, from: domain.from ?? 1 });
  }
}

interface Bounds {
  readonly from?: number;
  readonly above?: number;
  readonly to?: number;
}

function isWithin(
  value: number,
  {
    from = Number.NEGATIVE_INFINITY,
    above = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
  }: Bounds,
): boolean {
  return value >= from && value > above && value <= to;
}

function describe(domain: ParameterDomain): string {
  const reason = domain.because === undefined ? "" : ` (${domain.because})`;
  return `${describeValues(domain)}${reason}`;
}

function describeValues(domain: ParameterDomain): string {
  switch (domain.kind) {
    case "whole":
      return `a whole number${describeBounds(domain)}${domain.orInfinity ? ', or "infinity"' : ""}`;
    case "number":
      return `a number${describeBounds(domain)}`;
    case "choice":
      return domain.among.map((choice) => JSON.stringify(choice)).join(", ");
    case "list":
      return `a list of entries, their number${describeBounds({ ...domain, from: domain.from ?? 1 })}`;
  }
}

function describeBounds({ from, above, to }: Bounds): string {
  if (above !== undefined) return ` above ${above}${to === undefined ? "" : `, at most ${to}`}`;
  if (from !== undefined && to !== undefined)
    return from === to ? ` that is ${from}` : ` from ${from} to ${to}`;
  if (from !== undefined) return `, ${from} or more`;
  return to === undefined ? "" : `, ${to} or less`;
}
