import type { NumberField, Rational } from "@finetune-icl/core/algebra";
/**
 * The limit n → ∞ of a risk from its values at three finite numbers of shots: the risk is a polynomial of degree two in
 * 1/N, so Lagrange's extrapolation to 1/N = 0 is exact. The weight of one value is Π Nᵢ/(Nᵢ − Nⱼ).
 */
export function limitFromFiniteShots(
  field: NumberField<Rational>,
  risk: (shots: number) => Rational,
  shots: readonly [number, number, number],
): Rational {
  return shots.reduce((sum, n) => {
    const weight = shots
      .filter((other) => other !== n)
      .reduce((product, other) => product.mul(field.from(n + 1)).div(n - other), field.one);
    return sum.add(weight.mul(risk(n)));
  }, field.zero);
}

/** Three different numbers of shots, from three that were drawn. */
export const threeShots = (draw: { shots(): number }): readonly [number, number, number] => {
  const first = draw.shots();
  const second = first + draw.shots();
  return [first, second, second + draw.shots()];
};
