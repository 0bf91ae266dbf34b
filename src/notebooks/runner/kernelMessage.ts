import { isJsonObject, type JsonObject, type JsonValue } from "@finetune-icl/base";
import type { MimeBundle } from "./nbformat";
import type { WireMessage } from "./wire";

/** What a kernel says about a request while it works on it (the IOPub channel). */
export type KernelMessage =
  | { readonly type: "status"; readonly state: string }
  | { readonly type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | ({ readonly type: "display_data" | "update_display_data" } & Display)
  | ({ readonly type: "execute_result"; readonly executionCount: number | null } & Display)
  | {
      readonly type: "error";
      readonly ename: string;
      readonly evalue: string;
      readonly traceback: readonly string[];
    }
  | { readonly type: "clear_output"; readonly wait: boolean }
  | { readonly type: "other" };

interface Display {
  readonly data: MimeBundle;
  readonly metadata: JsonObject;
  /** Later messages update every display that carries this id. */
  readonly displayId: string | undefined;
}

/** The kernel's answer to an `execute_request`. `aborted` means: not executed, because of an earlier error. */
export interface ExecuteReply {
  readonly status: "ok" | "error" | "aborted";
  readonly executionCount: number | null;
}

/** Gives a message of the IOPub channel its type; what a notebook does not store becomes `other`. */
export function toKernelMessage({ header, content }: WireMessage): KernelMessage {
  switch (header.msg_type) {
    case "status":
      return { type: "status", state: asText(content.execution_state) };
    case "stream":
      return {
        type: "stream",
        name: content.name === "stderr" ? "stderr" : "stdout",
        text: asText(content.text),
      };
    case "display_data":
    case "update_display_data":
      return { type: header.msg_type, ...toDisplay(content) };
    case "execute_result":
      return {
        type: "execute_result",
        ...toDisplay(content),
        executionCount: asCount(content.execution_count),
      };
    case "error":
      return {
        type: "error",
        ename: asText(content.ename),
        evalue: asText(content.evalue),
        traceback: Array.isArray(content.traceback) ? content.traceback.map(asText) : [],
      };
    case "clear_output":
      return { type: "clear_output", wait: content.wait === true };
    default:
      return { type: "other" };
  }
}

/** Reads an `execute_reply`. */
export function toExecuteReply(content: JsonObject): ExecuteReply {
  const status = content.status === "ok" || content.status === "error" ? content.status : "aborted";
  return { status, executionCount: asCount(content.execution_count) };
}

function toDisplay(content: JsonObject): Display {
  const id = asObject(content.transient).display_id;
  return {
    data: asObject(content.data),
    metadata: asObject(content.metadata),
    displayId: typeof id === "string" ? id : undefined,
  };
}

function asObject(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function asText(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function asCount(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}
