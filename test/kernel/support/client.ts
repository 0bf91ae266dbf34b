import { type ChildProcess, spawn } from "node:child_process";
import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Dealer, Request as HeartbeatSocket, Subscriber } from "zeromq";
import { packageRoot } from "../../support/root";
import { assertMessage } from "./schema";

export const KERNEL = join(packageRoot, "src/kernel/dist/main.js");

/** A message as the protocol has it. */
export interface Message {
  readonly header: { readonly msg_id: string; readonly msg_type: string; readonly [key: string]: unknown };
  readonly parent_header: { readonly msg_id?: string; readonly [key: string]: unknown };
  readonly metadata: Record<string, unknown>;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into content of every shape.
  readonly content: any;
  readonly channel: Channel;
}

type Channel = "shell" | "control" | "iopub" | "stdin";

/** What came back for one request. */
export interface Answered {
  readonly reply: Message;
  /** Everything on IOPub that names the request, from busy to idle. */
  readonly messages: readonly Message[];
}

export interface ClientOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly kernel?: string;
  readonly nodeArgs?: readonly string[];
}

const PORTS = { shell: 1, iopub: 2, control: 3, stdin: 4, hb: 5 } as const;

/** A Jupyter client of a dozen lines a channel, which checks every message against the protocol. */
export class Client {
  readonly directory = mkdtempSync(join(tmpdir(), "kernel-client-"));
  readonly process: ChildProcess;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  /** All messages, in the order of their arrival. */
  readonly log: Message[] = [];
  stderr = "";
  readonly #key = randomBytes(16).toString("hex");
  readonly #session = randomUUID();
  readonly #sockets = {
    shell: new Dealer({ linger: 0, sendTimeout: 0 }),
    control: new Dealer({ linger: 0, sendTimeout: 0 }),
    stdin: new Dealer({ linger: 0, sendTimeout: 0 }),
    iopub: new Subscriber({ linger: 0, receiveHighWaterMark: 0 }),
  };
  readonly #sent = new Map<string, () => void>();
  readonly #waiting = new Set<() => void>();

  private constructor({ cwd, env, kernel = KERNEL, nodeArgs = [] }: ClientOptions) {
    const file = join(this.directory, "connection.json");
    const ip = join(this.directory, "s");
    const ports = Object.fromEntries(Object.entries(PORTS).map(([name, port]) => [`${name}_port`, port]));
    writeFileSync(
      file,
      JSON.stringify({ transport: "ipc", ip, ...ports, key: this.#key, signature_scheme: "hmac-sha256" }),
    );
    this.process = spawn(process.execPath, [...nodeArgs, kernel, file], {
      cwd: cwd ?? this.directory,
      env: { ...process.env, JPY_PARENT_PID: String(process.pid), ...env },
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
    });
    this.process.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.stderr += text;
    });
    this.exited = new Promise((resolve) =>
      this.process.once("exit", (code, signal) => resolve({ code, signal })),
    );
    // Routers send input requests to the identity of the shell channel.
    const identity = randomUUID();
    this.#sockets.shell.routingId = identity;
    this.#sockets.stdin.routingId = identity;
    for (const channel of ["shell", "control", "stdin", "iopub"] as const) {
      this.#sockets[channel].connect(`ipc://${ip}-${PORTS[channel]}`);
      void this.#listen(channel);
    }
    this.#sockets.iopub.subscribe();
  }

  /** Starts a kernel and waits until it answers and is heard. */
  static async start(options: ClientOptions = {}): Promise<Client> {
    const client = new Client(options);
    await client.waitFor("the welcome", ({ header }) => header.msg_type === "iopub_welcome");
    await client.request("kernel_info_request");
    return client;
  }

  /** Sends a request and waits for its reply and the idle status. */
  async request(
    type: string,
    content: object = {},
    channel: "shell" | "control" = "shell",
  ): Promise<Answered> {
    return this.answer(this.send(type, content, channel), type, channel);
  }

  /** Runs a cell. */
  async execute(code: string, content: object = {}): Promise<Executed> {
    return summarize(await this.answer(this.sendCell(code, content), "execute_request"));
  }

  sendCell(code: string, content: object = {}): string {
    return this.send("execute_request", {
      code,
      silent: false,
      store_history: true,
      user_expressions: {},
      allow_stdin: false,
      stop_on_error: true,
      ...content,
    });
  }

  /** Sends a message, which may name the one it answers, and returns its id. */
  send(
    type: string,
    content: object,
    channel: "shell" | "control" | "stdin" = "shell",
    parent: object = {},
  ): string {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: this.#session,
      username: "test",
      date: new Date().toISOString(),
      version: "5.3",
    };
    const parts = [header, parent, {}, content].map((part) => JSON.stringify(part));
    const hmac = createHmac("sha256", this.#key);
    for (const part of parts) hmac.update(part);
    const frames = ["<IDS|MSG>", hmac.digest("hex"), ...parts];
    this.#sent.set(id, () => void this.#sockets[channel].send(frames));
    this.sendAgain(id);
    return id;
  }

  /** Repeats a message to the letter, as somebody would who only listens. */
  sendAgain(id: string): void {
    this.#sent.get(id)?.();
  }

  /** Waits for the reply to the request `id` and for the kernel to be idle after it. */
  async answer(id: string, type: string, channel: Channel = "shell"): Promise<Answered> {
    const isOf = ({ parent_header }: Message) => parent_header.msg_id === id;
    const reply = await this.waitFor(
      `the reply to ${type}`,
      (each) => isOf(each) && each.channel === channel,
    );
    await this.waitFor(
      `idle after ${type}`,
      (each) => isOf(each) && each.header.msg_type === "status" && each.content.execution_state === "idle",
    );
    return { reply, messages: this.log.filter((each) => isOf(each) && each.channel === "iopub") };
  }

  /** The first message, past or to come, for which this holds. */
  async waitFor(what: string, holds: (message: Message) => boolean, seconds = 60): Promise<Message> {
    const deadline = performance.now() + seconds * 1000;
    while (true) {
      const found = this.log.find(holds);
      if (found) return found;
      const left = deadline - performance.now();
      if (left <= 0)
        throw new Error(`waited ${seconds} s in vain for ${what}; the kernel said: ${this.stderr}`);
      await Promise.race([
        new Promise<void>((resolve) => this.#waiting.add(resolve)),
        sleep(Math.min(left, 500)),
      ]);
    }
  }

  /** Sends a heartbeat and waits until it comes back. */
  async heartbeat(): Promise<string> {
    const socket = new HeartbeatSocket({ linger: 0, receiveTimeout: 5000 });
    socket.connect(`ipc://${join(this.directory, "s")}-${PORTS.hb}`);
    await socket.send("ping");
    const [answer] = await socket.receive();
    socket.close();
    return answer!.toString();
  }

  /** Kills the kernel and forgets it. */
  stop(): void {
    try {
      process.kill(-this.process.pid!, "SIGKILL");
    } catch {
      // It has ended.
    }
    for (const socket of Object.values(this.#sockets)) socket.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  async #listen(channel: Channel): Promise<void> {
    for await (const frames of this.#sockets[channel]) {
      const start = frames.findIndex((frame) => frame.toString() === "<IDS|MSG>");
      const parts = frames.slice(start + 2, start + 6);
      const hmac = createHmac("sha256", this.#key);
      for (const part of parts) hmac.update(part);
      if (frames[start + 1]!.toString() !== hmac.digest("hex")) throw new Error("a wrong signature");
      const [header, parent_header, metadata, content] = parts.map((part) => JSON.parse(part.toString()));
      const message: Message = { header, parent_header, metadata, content, channel };
      assertMessage(message);
      this.log.push(message);
      for (const wake of this.#waiting) wake();
      this.#waiting.clear();
    }
  }
}

/** What a cell came to, for short. */
export interface Executed extends Answered {
  readonly status: string;
  readonly stdout: string;
  readonly stderr: string;
  /** The text of the result. */
  readonly result: string | undefined;
  readonly error:
    | { readonly ename: string; readonly evalue: string; readonly traceback: readonly string[] }
    | undefined;
  readonly types: readonly string[];
}

export function summarize({ reply, messages }: Answered): Executed {
  const text = (name: string) =>
    messages
      .filter(({ header, content }) => header.msg_type === "stream" && content.name === name)
      .map(({ content }) => content.text)
      .join("");
  const contentOf = (type: string) => messages.find(({ header }) => header.msg_type === type)?.content;
  return {
    reply,
    messages,
    status: reply.content.status,
    stdout: text("stdout"),
    stderr: text("stderr"),
    result: contentOf("execute_result")?.data["text/plain"],
    error: contentOf("error"),
    types: messages.map(({ header }) => header.msg_type),
  };
}
