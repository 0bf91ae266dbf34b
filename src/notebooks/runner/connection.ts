import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reasonOf, writeFully } from "@finetune-icl/files";

/** Where a kernel and its client meet: sockets in a folder that only this user may enter, and a shared secret. */
export interface Connection {
  readonly directory: string;
  /** Jupyter's connection file, which the kernel reads; it holds the key. */
  readonly file: string;
  readonly key: string;
  readonly address: (channel: Channel) => string;
  /** Deletes the connection file: the key is then in the memory of two processes and nowhere else. */
  readonly forgetFile: () => void;
  readonly remove: () => void;
}

export type Channel = keyof typeof PORTS;

// With the ipc transport a port is the number at the end of a socket's file name: no race for free TCP ports.
const PORTS = { shell: 1, iopub: 2, control: 3, stdin: 4, hb: 5 } as const;

// The name of a socket may have 103 bytes on macOS and 107 on Linux.
const LONGEST_SOCKET_NAME = 103;

/** Makes the folder (mode 0700) and the connection file (mode 0600). */
export function createConnection(): Connection {
  const directory = makeDirectory();
  const file = join(directory, "connection.json");
  const key = randomBytes(32).toString("hex");
  const sockets = join(directory, "socket");
  const ports = Object.fromEntries(Object.entries(PORTS).map(([channel, port]) => [`${channel}_port`, port]));
  const content = {
    transport: "ipc",
    ip: sockets,
    ...ports,
    key,
    signature_scheme: "hmac-sha256",
    kernel_name: "tslab",
  };
  writeSecret(directory, file, JSON.stringify(content));
  return {
    directory,
    file,
    key,
    address: (channel) => `ipc://${sockets}-${PORTS[channel]}`,
    forgetFile: () => rmSync(file, { force: true }),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** Writes the file to its last byte, for this user alone, or leaves nothing. A kernel that reads half of it would say only that it is no JSON. */
function writeSecret(directory: string, file: string, content: string): void {
  try {
    const open = openSync(file, "wx", 0o600);
    try {
      writeFully(open, content);
    } finally {
      closeSync(open);
    }
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw new Error(`${file}: not written (${reasonOf(error)})`);
  }
}

function makeDirectory(): string {
  const name = "notebook-kernel-";
  const needed = `/${name}XXXXXX/socket-1`.length;
  const base = tmpdir().length + needed <= LONGEST_SOCKET_NAME ? tmpdir() : "/tmp";
  return mkdtempSync(join(base, name));
}
