import type { DeviceParameters } from "./forward";
import type { Parameters, Tensor } from "./parameters";
import { type DeviceArray, np } from "./tensors";

/** A tensor as the tensor library holds it. */
export const toDevice = ({ shape, values }: Tensor): DeviceArray => np.array(values, { shape: [...shape] });

export const allToDevice = (parameters: Parameters): DeviceParameters => mapValues(parameters, toDevice);

/** Reads an array back, and gives it up. */
export function fromDevice(array: DeviceArray): Tensor {
  const { shape } = array;
  return { shape, values: Float32Array.from(array.dataSync()) };
}

export const allFromDevice = (arrays: DeviceParameters): Parameters => mapValues(arrays, fromDevice);

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
