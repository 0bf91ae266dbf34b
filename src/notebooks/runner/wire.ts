import { createHmac, timingSafeEqual } from "node:crypto";
import { isJsonObject, type JsonObject } from "@finetune-icl/base";

/** A message of Jupyter's protocol as it travels: four JSON objects under one signature. */
export interface WireMessage {
  readonly header: JsonObject;
  readonly parentHeader: JsonObject;
  readonly metadata: JsonObject;
  readonly content: JsonObject;
}

const DELIMITER = "<IDS|MSG>";

/** The ZeroMQ frames of a message, signed with the connection's key (HMAC-SHA256). */
export function encodeMessage(message: WireMessage, key: string): string[] {
  const parts = [message.header, message.parentHeader, message.metadata, message.content].map((part) =>
    JSON.stringify(part),
  );
  return [DELIMITER, sign(parts, key), ...parts];
}

/** Reads the frames of a message. Throws when they are no message or the signature is not the key's. */
export function decodeMessage(frames: readonly Buffer[], key: string): WireMessage {
  const delimiter = frames.findIndex((frame) => frame.equals(Buffer.from(DELIMITER)));
  const [signature, ...parts] = frames.slice(delimiter + 1);
  if (delimiter < 0 || signature === undefined || parts.length < 4)
    throw new Error("the kernel sent something that is not a message of Jupyter's protocol");
  const expected = Buffer.from(sign(parts, key));
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected))
    throw new Error("a message from the kernel carries a wrong signature");
  const [header, parentHeader, metadata, content] = parts.map(parseObject) as [
    JsonObject,
    JsonObject,
    JsonObject,
    JsonObject,
  ];
  return { header, parentHeader, metadata, content };
}

function sign(parts: readonly (string | Buffer)[], key: string): string {
  const hmac = createHmac("sha256", key);
  for (const part of parts) hmac.update(part);
  return hmac.digest("hex");
}

function parseObject(frame: Buffer): JsonObject {
  const value: unknown = JSON.parse(frame.toString("utf8"));
  return isJsonObject(value) ? value : {};
}
