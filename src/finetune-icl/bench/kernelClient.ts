import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@finetune-icl/base";
import {
  createConnection,
  decodeMessage,
  encodeMessage,
  kernelProgram,
} from "@finetune-icl/notebooks/runner";
import { Dealer, Subscriber } from "zeromq";

export type KernelName = "this kernel" | "stock tslab";

/** What a cell came to, as far as it is measured. */
export interface CellCost {
  readonly milliseconds: number;
  /** Lines that it printed and that arrived. */
  readonly lines: number;
}

const ASK_AGAIN_MS = 20;
const PATIENCE_MS = 120_000;

/** A client that takes the time of a kernel, the package's own or stock tslab as it comes. */
export class TimedKernel {
  readonly #connection = createConnection();
  readonly #child: ChildProcess;
  readonly #shell = new Dealer({ linger: 0, sendTimeout: 0 });
  readonly #iopub = new Subscriber({ linger: 0, receiveHighWaterMark: 0 });
  readonly #replied = new Set<unknown>();
  readonly #idle = new Set<unknown>();
  readonly #lines = new Map<unknown, number>();
  #wake: () => void = () => {};

  constructor(name: KernelName) {
    const stock = () => createRequire(__filename).resolve("tslab/bin/tslab");
    const args =
      name === "this kernel"
        ? [kernelProgram, this.#connection.file]
        : [stock(), "kernel", "--config-path", this.#connection.file];
    if (name === "stock tslab") this.#separator = ":";
    this.#child = spawn(process.execPath, args, {
      cwd: this.#connection.directory,
      env: { ...process.env, NODE_OPTIONS: "" },
      stdio: "ignore",
    });
    this.#shell.connect(this.#address("shell"));
    this.#iopub.connect(this.#address("iopub"));
    this.#iopub.subscribe();
    void this.#listen(this.#shell);
    void this.#listen(this.#iopub);
  }

  #separator = "-";

  #address(channel: "shell" | "iopub"): string {
    return this.#connection.address(channel).replace(/-(\d)$/, `${this.#separator}$1`);
  }

  /** Milliseconds until the kernel has answered and been heard; asks until then. */
  async ready(): Promise<number> {
    const start = performance.now();
    const asked: string[] = [];
    while (!asked.some((id) => this.#replied.has(id) && this.#idle.has(id))) {
      if (performance.now() - start > PATIENCE_MS) throw new Error("the kernel does not answer");
      asked.push(this.#send("kernel_info_request", {}));
      await sleep(ASK_AGAIN_MS);
    }
    return performance.now() - start;
  }

  /** Runs a cell; after `patienceMs` it counts as done with what has arrived. */
  async run(code: string, patienceMs = PATIENCE_MS): Promise<CellCost> {
    const start = performance.now();
    const content = { code, silent: false, store_history: true, user_expressions: {}, allow_stdin: false };
    const id = this.#send("execute_request", content);
    const deadline = start + patienceMs;
    while (!(this.#replied.has(id) && this.#idle.has(id)) && performance.now() < deadline)
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
        sleep(deadline - performance.now(), undefined, { ref: false }),
      ]);
    return { milliseconds: performance.now() - start, lines: this.#lines.get(id) ?? 0 };
  }

  /** Resident memory in 10⁶ bytes; NaN where the system does not say. */
  megabytes(): number {
    try {
      const status = readFileSync(join("/proc", String(this.#child.pid), "status"), "utf8");
      return (Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024) / 1e6;
    } catch {
      return Number.NaN;
    }
  }

  stop(): void {
    this.#child.kill("SIGKILL");
    for (const socket of [this.#shell, this.#iopub]) socket.close();
    this.#connection.remove();
  }

  #send(type: string, content: JsonObject): string {
    const id = randomUUID();
    const header = {
      msg_id: id,
      msg_type: type,
      session: "bench",
      username: "",
      date: new Date().toISOString(),
      version: "5.3",
    };
    const message = { header, parentHeader: {}, metadata: {}, content };
    void this.#shell.send(encodeMessage(message, this.#connection.key));
    return id;
  }

  async #listen(socket: Dealer | Subscriber): Promise<void> {
    for await (const frames of socket) {
      const { header, parentHeader, content } = decodeMessage(frames, this.#connection.key);
      const id = parentHeader.msg_id;
      if (socket === this.#shell) this.#replied.add(id);
      else if (header.msg_type === "status" && content.execution_state === "idle") this.#idle.add(id);
      else if (header.msg_type === "stream")
        this.#lines.set(id, (this.#lines.get(id) ?? 0) + String(content.text).split("\n").length - 1);
      this.#wake();
    }
  }
}
