import { readFileSync } from "node:fs";

/** Where a client expects the kernel: the content of the file that it names on the command line. */
export interface ConnectionInfo {
  readonly path: string;
  readonly transport: "tcp" | "ipc";
  readonly ip: string;
  readonly key: string;
  readonly ports: Readonly<Record<Channel, number>>;
}

export type Channel = "shell" | "control" | "iopub" | "stdin" | "hb";

const CHANNELS = ["shell", "control", "iopub", "stdin", "hb"] as const;

/** Reads a connection file. Throws with one line when it is none. */
export function readConnectionFile(path: string): ConnectionInfo {
  const info = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
  const wrong = (field: string, allowed: string) =>
    new Error(`connection file: ${field} holds ${JSON.stringify(info[field])}; allowed: ${allowed}`);
  const { transport, ip, key = "", signature_scheme = "hmac-sha256" } = info;
  if (transport !== "tcp" && transport !== "ipc") throw wrong("transport", "tcp, ipc");
  if (typeof ip !== "string") throw wrong("ip", "a string");
  if (typeof key !== "string") throw wrong("key", "a string");
  if (key !== "" && signature_scheme !== "hmac-sha256") throw wrong("signature_scheme", "hmac-sha256");
  const port = (channel: Channel): number => {
    const value = info[`${channel}_port`];
    if (typeof value !== "number") throw wrong(`${channel}_port`, "a number");
    return value;
  };
  const ports = Object.fromEntries(CHANNELS.map((channel) => [channel, port(channel)])) as Record<
    Channel,
    number
  >;
  return { path, transport, ip, key, ports };
}

/** The address of a channel, as ZeroMQ writes it. */
export function addressOf(info: ConnectionInfo, channel: Channel): string {
  const { transport, ip, ports } = info;
  return transport === "ipc"
    ? `ipc://${socketFile(info, channel)}`
    : `tcp://${bracketed(ip)}:${ports[channel]}`;
}

/** With the ipc transport a port is the end of a socket's file name, behind the hyphen that Jupyter's clients write. */
export function socketFile({ ip, ports }: ConnectionInfo, channel: Channel): string {
  return `${ip}-${ports[channel]}`;
}

/** All files that belong to a connection. */
export function filesOf(info: ConnectionInfo): readonly string[] {
  return info.transport === "ipc"
    ? [info.path, ...CHANNELS.map((channel) => socketFile(info, channel))]
    : [info.path];
}

function bracketed(ip: string): string {
  return ip.includes(":") ? `[${ip}]` : ip;
}
