import { InputError, readWhole, requireNumber } from "@finetune-icl/base";

/**
 * P(|T| > t) for Student's t with a whole number of degrees of freedom, by the finite sums in powers of cos(arctan(t/√ν))
 * (Abramowitz and Stegun 26.7.3 and 26.7.4).
 * @throws InputError when t is NaN, or `degrees` no whole number from 1 up.
 */
export function studentTail(t: number, degrees: number): number {
  // An infinite t has no tail left.
  if (Number.isNaN(t)) requireNumber(t, "t");
  readWhole(degrees, "degrees", 1);
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, square] = [Math.sin(angle), Math.cos(angle) ** 2];
  const odd = degrees % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = 0;
  for (let k = odd ? 3 : 2; k <= degrees; k += 2) {
    sum += term;
    term *= (square * (k - 1)) / k;
  }
  return 1 - (odd ? (2 / Math.PI) * (angle + sine * sum) : sine * sum);
}

/**
 * t with P(|T| > t) = p, by bisection.
 * @throws InputError when p is not above 0 and at most 1.
 * @example
 * console.log(studentQuantile(0.05, 4).toFixed(3)); // 2.776
 */
export function studentQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p <= 1)) throw new InputError("p", p, "a number above 0, at most 1");
  let [low, high] = [0, 1];
  while (studentTail(high, degrees) > p) high *= 2;
  for (let step = 0; step < 80; step += 1) {
    const middle = (low + high) / 2;
    if (studentTail(middle, degrees) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
