import { createHmac, timingSafeEqual } from "node:crypto";
import type { SignatureMemory } from "./signatureMemory";

/** Any value that JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** A request as it arrives: who sent it (ZeroMQ's routing prefix) and what it says. */
export interface IncomingMessage {
  readonly identities: readonly Uint8Array[];
  readonly header: JsonObject;
  readonly parentHeader: JsonObject;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
}

/** A message to send; the content is JSON already, written by the thread that had it to say. */
export interface OutgoingMessage {
  readonly header: JsonObject;
  readonly parentHeader: JsonObject;
  readonly content: string;
}

const DELIMITER = Buffer.from("<IDS|MSG>");
const EMPTY = "{}";

/** The frames of a message behind their routing prefix, signed with the connection's key (HMAC-SHA256; no key, no signature). */
export function encodeMessage(
  { header, parentHeader, content }: OutgoingMessage,
  key: string,
): (string | Buffer)[] {
  const parts = [JSON.stringify(header), JSON.stringify(parentHeader), EMPTY, content];
  return [DELIMITER, sign(parts, key), ...parts];
}

/** Reads the frames of a message. Throws when they are no message, the signature is not the key's, or it has come before. */
export function decodeMessage(
  frames: readonly Buffer[],
  key: string,
  memory: SignatureMemory,
): IncomingMessage {
  const delimiter = frames.findIndex((frame) => frame.equals(DELIMITER));
  const [signature, ...parts] = frames.slice(delimiter + 1);
  if (delimiter < 0 || signature === undefined || parts.length < 4)
    throw new Error("not a message of Jupyter's protocol");
  // Whatever follows the four parts is binary data, which is not signed.
  const signed = parts.slice(0, 4);
  const expected = Buffer.from(sign(signed, key));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
    throw new Error("a message with a wrong signature");
  if (!memory.takes(signature.toString())) throw new Error("a message that has come before");
  const [header, parentHeader, metadata, content] = signed.map(parseObject);
  return {
    identities: frames.slice(0, delimiter),
    header: header!,
    parentHeader: parentHeader!,
    metadata: metadata!,
    content: content!,
  };
}

function sign(parts: readonly (string | Buffer)[], key: string): string {
  if (key === "") return "";
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

function parseObject(frame: Buffer): JsonObject {
  const value: unknown = JSON.parse(frame.toString("utf8"));
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}
