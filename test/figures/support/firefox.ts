import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The Firefox that FIREFOX_PATH names, or the first on the PATH that runs. */
export function firefoxProgram(): string | undefined {
  const named = process.env.FIREFOX_PATH;
  return (named === undefined ? ["firefox-esr", "firefox"] : [named])
    .map((name) => spawnSync(`command -v "${name}"`, { shell: true, encoding: "utf8" }).stdout.trim())
    .find((path) => path !== "" && spawnSync(path, ["--version"]).status === 0);
}

/**
 * A Firefox as Mozilla builds it, driven by Marionette, its own protocol: `LENGTH:JSON` over a socket, `[0, id, command, parameters]` there and
 * `[1, id, error, result]` back. Playwright drives builds of its own.
 */
export class Firefox {
  #socket: Socket | undefined;
  #received = Buffer.alloc(0);
  #next = 0;
  readonly #waiting = new Map<number, (answer: readonly unknown[]) => void>();

  private constructor(
    private readonly child: ChildProcess,
    private readonly profile: string,
  ) {}

  static async start(program: string): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), "firefox-"));
    // A port that is free, which Firefox writes into its profile.
    writeFileSync(join(profile, "user.js"), 'user_pref("marionette.port", 0);\n');
    const options = ["--headless", "--marionette", "--no-remote", "--profile", profile];
    const child = spawn(program, options, { env: { ...process.env, HOME: profile }, stdio: "ignore" });
    const firefox = new Firefox(child, profile);
    const file = join(profile, "MarionetteActivePort");
    for (let tries = 0; !existsSync(file) && tries < 600; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const socket = connect(Number(readFileSync(file, "utf8")), "127.0.0.1");
    socket.on("data", (chunk) => firefox.#receive(chunk));
    firefox.#socket = socket;
    await firefox.#ask("WebDriver:NewSession", { capabilities: {} });
    return firefox;
  }

  async open(url: string): Promise<void> {
    await this.#ask("WebDriver:Navigate", { url });
  }

  /** What a function's body returns in the page. */
  async evaluate(body: string): Promise<unknown> {
    const { value } = (await this.#ask("WebDriver:ExecuteScript", { script: body, args: [] })) as {
      value: unknown;
    };
    return value;
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.#socket?.destroy();
    this.child.kill();
    await ended;
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }

  #ask(command: string, parameters: object): Promise<unknown> {
    this.#next += 1;
    const id = this.#next;
    const text = Buffer.from(JSON.stringify([0, id, command, parameters]));
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, ([, , error, result]) =>
        error === null ? resolve(result) : reject(new Error(`${command}: ${JSON.stringify(error)}`)),
      );
      this.#socket!.write(Buffer.concat([Buffer.from(`${text.length}:`), text]));
    });
  }

  #receive(chunk: Buffer): void {
    this.#received = Buffer.concat([this.#received, chunk]);
    for (;;) {
      const colon = this.#received.indexOf(":");
      const end = colon + 1 + Number(this.#received.subarray(0, Math.max(0, colon)).toString());
      if (colon < 0 || this.#received.length < end) return;
      const message: unknown = JSON.parse(this.#received.subarray(colon + 1, end).toString());
      this.#received = this.#received.subarray(end);
      // The first message says who speaks.
      if (Array.isArray(message)) this.#waiting.get(message[1] as number)?.(message);
    }
  }
}
