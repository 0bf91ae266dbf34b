/**
 * A stream number made from names (FNV-1a, 32 bits): every check draws its own random numbers, which do not change when
 * another check is added.
 */
export function streamOf(...names: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(names.join("/"), "utf8")) {
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  return hash >>> 0;
}
