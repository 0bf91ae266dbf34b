import { numpy } from "@jax-js/jax";

export { type Array as DeviceArray, jit, nn, numpy as np, tree, valueAndGrad } from "@jax-js/jax";

/** As much of it as is asked for here: Node and browsers have it, and the types of neither are asked for. */
declare const WebAssembly: { validate: (bytes: unknown) => boolean };

/**
 * The one door to the tensor library (https://github.com/ekzhang/jax-js). Where WebAssembly has a relaxed multiply-add, the library uses it in
 * products of matrices; whether that rounds once or twice is the processor's choice, and after some hundred steps of training two machines, or Node and a
 * browser, have parted. Without it the same seed gives the same bytes everywhere. The library asks once, when it compiles its first kernel, and
 * remembers the answer: it is asked here, and told no.
 */
function withoutRelaxedArithmetic(): void {
  const { validate } = WebAssembly;
  WebAssembly.validate = () => false;
  try {
    numpy.array([1, 2]).add(1).dataSync();
  } finally {
    WebAssembly.validate = validate;
  }
}
withoutRelaxedArithmetic();
