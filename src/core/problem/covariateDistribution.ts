import { InputError } from "@finetune-icl/base";
import { FLOAT } from "../algebra/numberField";
import { join, readChoice, readRecord, readScalar } from "./readInput";

/**
 * How covariates are distributed: x = L e with Σ = LLᵀ and a law of e for which E eeᵀ = I, so that E xxᵀ = Σ for all of them.
 * The Gaussian theory, told Σ, is thus told the truth; what differs are the other moments.
 */
export type CovariateDistribution =
  /** Independent standard normals: the assumption of the theory. */
  | { readonly kind: "gaussian" }
  /** Independent coordinates, uniform on [−√3, √3]. */
  | { readonly kind: "uniform" }
  /** Independent coordinates, zero but for a share `density`, and then normal with variance 1/density. */
  | { readonly kind: "sparse"; readonly density: number }
  /** Independent coordinates, each a mixture of two normals at ±separation, of variance 1 − separation². */
  | { readonly kind: "mixture"; readonly separation: number }
  /** Uniform on the sphere of radius √d: all covariates have the same length |e|. */
  | { readonly kind: "sphere" }
  /** Multivariate Student t with `degrees` degrees of freedom, scaled: moments below that order exist, so the risk needs more than 6. */
  | { readonly kind: "heavy-tailed"; readonly degrees: number }
  /** Independent coordinates, each a gamma variable of this shape, centred and scaled: skewness 2/√shape. */
  | { readonly kind: "skewed"; readonly shape: number }
  /** Independent normals, the first with mean `shift` and variance 1 − shift². */
  | { readonly kind: "shifted"; readonly shift: number };

/** The parameter of each kind, and the open or closed interval it may come from. */
const PARAMETERS = {
  gaussian: undefined,
  uniform: undefined,
  sphere: undefined,
  sparse: { name: "density", allowed: "a number above 0, at most 1", fits: (x: number) => x > 0 && x <= 1 },
  mixture: { name: "separation", allowed: "a number from 0 to 1", fits: (x: number) => x >= 0 && x <= 1 },
  "heavy-tailed": {
    name: "degrees",
    allowed: "a number above 6: the risk needs moments of order six",
    fits: (x: number) => x > 6,
  },
  skewed: { name: "shape", allowed: "a number above 0", fits: (x: number) => x > 0 },
  shifted: {
    name: "shift",
    allowed: "a number from -1 to 1",
    fits: (x: number) => Math.abs(x) <= 1,
  },
} as const satisfies Record<
  CovariateDistribution["kind"],
  { readonly name: string; readonly allowed: string; readonly fits: (x: number) => boolean } | undefined
>;

export const COVARIATE_KINDS = Object.keys(PARAMETERS) as readonly CovariateDistribution["kind"][];

/**
 * Reads `{kind}` and the parameter of that kind, as `{kind: "sparse", density: 0.3}`.
 * @throws InputError naming the field when the kind is unknown or its parameter outside the range.
 */
export function readCovariateDistribution(raw: unknown, path = "covariates"): CovariateDistribution {
  const names = Object.values(PARAMETERS).flatMap((parameter) => parameter?.name ?? []);
  const kind = readChoice(
    readRecord(raw, path, ["kind", ...names]).kind,
    join(path, "kind"),
    COVARIATE_KINDS,
  );
  const parameter = PARAMETERS[kind];
  const record = readRecord(raw, path, ["kind", ...(parameter === undefined ? [] : [parameter.name])]);
  if (parameter === undefined) return { kind } as CovariateDistribution;
  const at = join(path, parameter.name);
  const value = readScalar(FLOAT, record[parameter.name], at, parameter.allowed);
  if (!parameter.fits(value)) throw new InputError(at, value, parameter.allowed);
  return { kind, [parameter.name]: value } as unknown as CovariateDistribution;
}

/**
 * A few words for tables and legends, such as "sparse, density 0.3".
 * @throws InputError as {@link readCovariateDistribution} does.
 */
export function describeCovariates(distribution: CovariateDistribution): string {
  readCovariateDistribution(distribution);
  const parameter = PARAMETERS[distribution.kind];
  if (parameter === undefined) return distribution.kind;
  const value = (distribution as unknown as Readonly<Record<string, number>>)[parameter.name]!;
  return `${distribution.kind}, ${parameter.name} ${value}`;
}
