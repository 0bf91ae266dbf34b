/** `node:crypto`: the hashes of sealed answers, and random bytes. */
import { scrypt } from "@noble/hashes/scrypt.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { Buffer } from "buffer";

interface Hash {
  readonly update: (content: string | Uint8Array) => Hash;
  digest(): Buffer;
  digest(encoding: BufferEncoding): string;
}

/** @throws Error for another algorithm than SHA-256. */
export function createHash(algorithm: string): Hash {
  if (algorithm !== "sha256") throw new Error(`createHash: a page has sha256 alone, not ${algorithm}`);
  const state = sha256.create();
  const hash: Hash = {
    update: (content) => {
      state.update(typeof content === "string" ? new TextEncoder().encode(content) : content);
      return hash;
    },
    digest: ((encoding?: BufferEncoding) => {
      const bytes = Buffer.from(state.digest());
      return encoding === undefined ? bytes : bytes.toString(encoding);
    }) as Hash["digest"],
  };
  return hash;
}

export function scryptSync(
  text: string,
  salt: string,
  length: number,
  {
    N,
    r,
    p,
    maxmem,
  }: { readonly N: number; readonly r: number; readonly p: number; readonly maxmem: number },
): Buffer {
  return Buffer.from(scrypt(text, salt, { N, r, p, dkLen: length, maxmem }));
}

export function randomBytes(length: number): Buffer {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(length)));
}

export function randomUUID(): string {
  const hex = randomBytes(16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
