import type { Message } from "./client";

/**
 * The shapes that Jupyter's messaging specification (5.3, 5.4) gives to what a kernel sends: for each field a test, and whether
 * it must be there.
 * https://jupyter-client.readthedocs.io/en/stable/messaging.html
 */
type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const truth: Check = (value) => typeof value === "boolean";
const count: Check = (value) => Number.isInteger(value) && (value as number) >= 0;
const object: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const list =
  (of: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(of);
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    allowed.includes(value as string);
const bundle: Check = (value) =>
  object(value) && Object.keys(value as object).every((mime) => mime.includes("/"));

const display = { data: bundle, metadata: object, "transient?": object };
const error = { ename: text, evalue: text, traceback: list(text) };
const execution = { execution_count: count, "payload?": list(object), "user_expressions?": object };

type Shape = Readonly<Record<string, Check>>;

const SHAPES: Readonly<Record<string, Shape | ((content: Record<string, unknown>) => Shape)>> = {
  status: { execution_state: oneOf("busy", "idle", "starting") },
  iopub_welcome: { subscription: text },
  stream: { name: oneOf("stdout", "stderr"), text },
  display_data: display,
  update_display_data: {
    ...display,
    transient: (value) => object(value) && text((value as { display_id?: unknown }).display_id),
  },
  execute_input: { code: text, execution_count: count },
  execute_result: { ...display, execution_count: count },
  error,
  clear_output: { wait: truth },
  comm_close: { comm_id: text, data: object },
  input_request: { prompt: text, password: truth },
  execute_reply: ({ status }) => ({
    status: oneOf("ok", "error", "aborted"),
    ...(status === "aborted" ? {} : execution),
    ...(status === "error" ? error : {}),
  }),
  kernel_info_reply: {
    status: oneOf("ok"),
    protocol_version: (value) => /^5\.\d+$/.test(String(value)),
    implementation: text,
    implementation_version: text,
    language_info: (value) => {
      const info = value as Record<string, unknown>;
      return (
        object(value) && ["name", "version", "mimetype", "file_extension"].every((key) => text(info[key]))
      );
    },
    banner: text,
    "help_links?": list(object),
    "supported_features?": list(text),
  },
  complete_reply: {
    status: oneOf("ok"),
    matches: list(text),
    cursor_start: count,
    cursor_end: count,
    metadata: object,
  },
  inspect_reply: { status: oneOf("ok"), found: truth, data: bundle, metadata: object },
  is_complete_reply: { status: oneOf("complete", "incomplete", "invalid", "unknown"), "indent?": text },
  history_reply: {
    status: oneOf("ok"),
    history: list((entry) => Array.isArray(entry) && entry.length === 3),
  },
  comm_info_reply: { status: oneOf("ok"), comms: object },
  shutdown_reply: { status: oneOf("ok"), restart: truth },
  interrupt_reply: { status: oneOf("ok") },
};

const HEADER: Shape = {
  msg_id: (value) => text(value) && value !== "",
  msg_type: text,
  session: text,
  username: text,
  date: (value) => text(value) && !Number.isNaN(Date.parse(value as string)),
  version: (value) => /^5\.\d+$/.test(String(value)),
};

const PARENTLESS = ["iopub_welcome"];

/** Throws when a message is not what the specification says. */
export function assertMessage(message: Message): void {
  const { header, parent_header, content } = message;
  const type = header.msg_type;
  assertShape(`${type}: header`, HEADER, header);
  const isFirst = type === "status" && content.execution_state === "starting";
  if (!isFirst && !PARENTLESS.includes(type) && typeof parent_header.msg_id !== "string")
    throw new Error(`${type}: has no parent`);
  const shape = SHAPES[type];
  if (!shape) throw new Error(`${type}: the specification has no such message`);
  assertShape(type, typeof shape === "function" ? shape(content) : shape, content);
}

function assertShape(where: string, shape: Shape, value: Record<string, unknown>): void {
  for (const [name, check] of Object.entries(shape)) {
    const key = name.replace(/\?$/, "");
    const isOptional = name.endsWith("?");
    if (isOptional && value[key] === undefined) continue;
    if (!check(value[key])) throw new Error(`${where}: ${key} holds ${JSON.stringify(value[key])}`);
  }
  const known = Object.keys(shape).map((name) => name.replace(/\?$/, ""));
  const unknown = Object.keys(value).find((key) => !known.includes(key) && !key.startsWith("_"));
  if (unknown !== undefined) throw new Error(`${where}: the specification has no field ${unknown}`);
}
