/** `node:util`: values as Node shows them. */
export * from "node-inspect-extracted";
export { format, formatWithOptions, inspect } from "node-inspect-extracted";

const Decoder = globalThis.TextDecoder;
const Encoder = globalThis.TextEncoder;

export { Decoder as TextDecoder, Encoder as TextEncoder };

export function promisify<Args extends readonly unknown[], T>(
  call: (...given: [...Args, (error: unknown, value: T) => void]) => void,
): (...given: Args) => Promise<T> {
  return (...given) =>
    new Promise((resolve, reject) => {
      call(...given, (error, value) => (error == null ? resolve(value) : reject(error)));
    });
}

export function inherits(child: { prototype: object }, parent: { prototype: object }): void {
  Object.setPrototypeOf(child.prototype, parent.prototype);
}

export const deprecate = <T>(call: T): T => call;
export const types = {
  isPromise: (value: unknown) => value instanceof Promise,
  isDate: (value: unknown) => value instanceof Date,
  isTypedArray: (value: unknown) => ArrayBuffer.isView(value) && !(value instanceof DataView),
};
