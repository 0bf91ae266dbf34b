import { readWhole } from "@finetune-icl/base";

/**
 * Seeded random numbers: xoshiro128** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", 2021) with
 * its state filled by SplitMix32, and standard normals by the ziggurat of Marsaglia and Tsang (2000) with 128 layers. The
 * same seed and stream give the same numbers on every machine.
 */
export class RandomSource {
  private readonly state = new Uint32Array(4);

  /**
   * Sources with different `stream` numbers are independent of each other.
   * @throws InputError when `seed` or `stream` is no whole number from 0 up.
   */
  constructor(seed: number, stream = 0) {
    readWhole(seed, "seed", 0);
    readWhole(stream, "stream", 0);
    const words = [seed, Math.floor(seed / 2 ** 32), stream, Math.floor(stream / 2 ** 32)];
    let hash = 0;
    for (let i = 0; i < 4; i += 1) {
      // Every word of the seed reaches every word of the state.
      for (const word of words) hash = splitMix32((hash ^ word) >>> 0);
      this.state[i] = hash;
    }
    if (this.state.every((word) => word === 0)) this.state[0] = 1;
  }

  /** 32 uniform random bits, as an unsigned integer. */
  bits(): number {
    const s = this.state;
    const s1 = s[1]!;
    const five = Math.imul(s1, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9) >>> 0;
    const shifted = s1 << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s1;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** Uniform on the open interval (0, 1), 53 bits. */
  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 2 ** 26 + low + 0.5) * 2 ** -53;
  }

  /** Standard normal. */
  normal(): number {
    for (;;) {
      const bits = this.bits();
      const layer = bits & (LAYERS - 1);
      // The upper 25 bits are signed, and do not overlap those that choose the layer; ½ makes them symmetric.
      const signed = ((bits | 0) >> 7) + 0.5;
      if (Math.abs(signed) < INSIDE[layer]!) return signed * WIDTH[layer]!;
      const x = this.beyond(layer, signed);
      if (x !== undefined) return x;
    }
  }

  /** Writes `count` standard normals, the same as so many calls of {@link normal}, but faster: the state stays in registers. */
  normals(out: Float64Array, count: number): void {
    const { state } = this;
    let s0 = state[0]! | 0;
    let s1 = state[1]! | 0;
    let s2 = state[2]! | 0;
    let s3 = state[3]! | 0;
    for (let i = 0; i < count; ) {
      const five = Math.imul(s1, 5);
      const bits = Math.imul((five << 7) | (five >>> 25), 9);
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
      const layer = bits & (LAYERS - 1);
      const signed = (bits >> 7) + 0.5;
      if (Math.abs(signed) < INSIDE[layer]!) {
        out[i] = signed * WIDTH[layer]!;
        i += 1;
        continue;
      }
      // One in thirty: hand the state over, and take it back.
      state[0] = s0;
      state[1] = s1;
      state[2] = s2;
      state[3] = s3;
      const x = this.beyond(layer, signed);
      s0 = state[0]! | 0;
      s1 = state[1]! | 0;
      s2 = state[2]! | 0;
      s3 = state[3]! | 0;
      if (x === undefined) continue;
      out[i] = x;
      i += 1;
    }
    state[0] = s0;
    state[1] = s1;
    state[2] = s2;
    state[3] = s3;
  }

  /** A normal whose first bits fell outside the sure part of their layer, or undefined when it is rejected. */
  private beyond(layer: number, signed: number): number | undefined {
    const x = signed * WIDTH[layer]!;
    if (layer === 0) return signed < 0 ? -this.tail() : this.tail();
    const height = HEIGHT[layer]! + this.uniform() * (HEIGHT[layer - 1]! - HEIGHT[layer]!);
    return height < Math.exp(-0.5 * x * x) ? x : undefined;
  }

  /** A normal beyond the last layer (Marsaglia 1964). */
  private tail(): number {
    for (;;) {
      const x = -Math.log(this.uniform()) / TAIL_START;
      const y = -Math.log(this.uniform());
      if (2 * y >= x * x) return TAIL_START + x;
    }
  }
}

function splitMix32(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

/** Layers of equal area under exp(−x²/2); the outermost starts at TAIL_START and holds the tail. */
const LAYERS = 128;
const TAIL_START = 3.442619855899;
const AREA = 9.91256303526217e-3;
const SIGNED_RANGE = 2 ** 24;

/** x = signed · WIDTH[layer]; HEIGHT[layer] is the density at the layer's inner edge; |signed| < INSIDE[layer] needs no test. */
const { WIDTH, HEIGHT, INSIDE } = zigguratTables();

function zigguratTables(): Record<"WIDTH" | "HEIGHT" | "INSIDE", Float64Array> {
  const edges = new Float64Array(LAYERS + 1);
  const density = (x: number): number => Math.exp(-0.5 * x * x);
  edges[0] = AREA / density(TAIL_START);
  edges[1] = TAIL_START;
  for (let i = 2; i < LAYERS; i += 1) {
    edges[i] = Math.sqrt(-2 * Math.log(AREA / edges[i - 1]! + density(edges[i - 1]!)));
  }
  edges[LAYERS] = 0;
  const right = edges.subarray(0, LAYERS);
  return {
    WIDTH: right.map((edge) => edge / SIGNED_RANGE),
    HEIGHT: edges.subarray(1).map(density),
    INSIDE: right.map((edge, i) => (edges[i + 1]! / edge) * SIGNED_RANGE),
  };
}
