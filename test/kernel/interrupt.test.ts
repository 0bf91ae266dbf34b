import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isRunning, startNode, waitFor } from "../notebooks/runner/support/processes";
import { Client, KERNEL, summarize } from "./support/client";

/** What a cell may be busy with. Each says so first. */
const BUSY: Readonly<Record<string, string>> = {
  "a loop": "console.log('on'); while (true) {}",
  "a loop behind an await":
    "await new Promise((r) => setTimeout(r, 100)); console.log('on'); while (true) {}",
  "a loop in a timer":
    "await new Promise(() => setTimeout(() => { console.log('on'); while (true) {} }, 50));",
  "a promise that never settles": "console.log('on'); await new Promise(() => {});",
  "a loop of awaits": "console.log('on'); while (true) await new Promise((r) => setTimeout(r, 20));",
  "a loop that catches every error":
    "console.log('on'); while (true) try { await new Promise((r) => setTimeout(r, 20)); } catch { continue; }",
  "a loop of microtasks": "console.log('on'); while (true) await null;",
  "an endless iteration":
    "async function* forever() { while (true) yield 1; }\nconsole.log('on'); for await (const each of forever()) {}",
  "printing without pause": "console.log('on'); while (true) console.log('x'.repeat(100));",
  "a regular expression that never ends": "console.log('on'); /^(a+)+$/.test('a'.repeat(60) + 'b');",
  "a loop under a listener of its own": "process.on('SIGINT', () => {}); console.log('on'); for (;;) {}",
  "a loop in a finally block":
    "try { setTimeout(() => console.log('on'), 20); await new Promise(() => {}); } finally { for (;;) {} }",
  "the making of its value's text":
    "console.log('on'); ({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;) {} } })",
  "a loop with another behind it, which only awaits":
    "async function spin() { while (true) await null; }\nvoid spin(); console.log('on'); for (;;) {}",
  "code that is about to iterate without end":
    "async function* forever() { while (true) yield 1; }\nconsole.log('on'); const end = Date.now() + 300; while (Date.now() < end); for await (const each of forever()) {}",
  "a loop in a finally block behind another":
    "try { try { setTimeout(() => console.log('on'), 20); await new Promise(() => {}); } finally { for (;;) {} } } finally { for (;;) {} }",
  "a loop of awaits that it left behind":
    "async function leave() { while (true) await null; }\nconsole.log('on'); void leave(); await new Promise(() => {});",
  "a loop in an immediate behind another":
    "console.log('on'); setImmediate(() => {}); setImmediate(() => { for (;;) {} }); await new Promise(() => {});",
  "a loop in an immediate that a failing cell left behind":
    "setImmediate(() => setImmediate(() => { console.log('on'); for (;;) {} })); throw new Error('gone');",
  "an error whose message never ends":
    "console.log('on'); throw Object.defineProperty(new Error(), 'message', { get() { for (;;) {} } });",
  "the telling of what it threw":
    "console.log('on'); throw { [Symbol.for('nodejs.util.inspect.custom')]() { for (;;) {} } };",
  "waiting for input": "console.log('on'); await input('?');",
};

/** Sends a cell and gives the id of its request once it has printed something. */
async function begun(client: Client, code: string, content: object = {}): Promise<string> {
  const id = client.sendCell(code, content);
  await client.waitFor(
    "the cell is on",
    ({ header, parent_header }) => header.msg_type === "stream" && parent_header.msg_id === id,
  );
  return id;
}

/** How often cells have printed a line. */
function timesPrinted(client: Client, line: string): number {
  const texts = client.log.filter(({ header }) => header.msg_type === "stream");
  return texts.flatMap(({ content }) => String(content.text).split("\n")).filter((text) => text === line)
    .length;
}

describe("an interrupt", () => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.start();
    await client.execute("let survivor = 1;");
  });
  afterAll(() => client.stop());

  it("that comes while a cell is compiled ends the cell, not the kernel", async () => {
    for (const wait of [0, 0, 20, 60]) {
      const id = client.sendCell("for (;;) {}");
      await new Promise((resolve) => setTimeout(resolve, wait));
      await client.request("interrupt_request", {}, "control");
      const { status, error } = summarize(await client.answer(id, "execute_request"));
      expect({ wait, status, ename: error?.ename }).toEqual({ wait, status: "error", ename: "Interrupted" });
      expect((await client.execute("survivor + 1")).result).toBe("2");
    }
  });

  describe.each(["message", "signal"])("by %s", (how) => {
    it.each(Object.entries(BUSY))(
      "ends %s, and leaves the kernel idle and its names alive",
      async (_, code) => {
        const id = await begun(client, code, { allow_stdin: true });
        // As Jupyter sends it: to the kernel's group.
        if (how === "signal") process.kill(-client.process.pid!, "SIGINT");
        else await client.request("interrupt_request", {}, "control");
        const { status, error } = summarize(await client.answer(id, "execute_request"));
        const ename = code.includes("gone") ? "Error" : "Interrupted";
        expect({ status, ename: error?.ename }).toEqual({ status: "error", ename });
        const next = await client.execute("survivor += 1");
        expect({ status: next.status, stdout: next.stdout }).toEqual({ status: "ok", stdout: "" });
      },
    );
  });

  it("to an idle kernel changes nothing", async () => {
    // A signal takes its time: one that comes when the next cell has begun is meant for that.
    await client.execute("process.on('SIGINT', () => console.log('heard'));");
    for (const heard of [1, 2]) {
      if (heard === 1) await client.request("interrupt_request", {}, "control");
      else process.kill(client.process.pid!, "SIGINT");
      await client.waitFor("the signal is heard", () => timesPrinted(client, "heard") === heard);
      expect((await client.execute("survivor > 1")).result).toBe("true");
    }
  });

  it("is heard by a cell's own listener, and by the kernel", async () => {
    await client.execute("let heard = 0; process.removeAllListeners('SIGINT');");
    await client.execute("process.once('SIGINT', () => { heard += 1; });");
    const id = await begun(client, "console.log('on'); await new Promise(() => {});");
    await client.request("interrupt_request", {}, "control");
    expect(summarize(await client.answer(id, "execute_request")).error?.ename).toBe("Interrupted");
    expect((await client.execute("heard")).result).toBe("1");
  });

  it("ends one cell, and not the next", async () => {
    const cells = [
      client.sendCell("console.log('on'); await new Promise(() => {});", { stop_on_error: false }),
      client.sendCell("await new Promise((r) => setTimeout(r, 100)); 'ran'"),
    ];
    await client.waitFor(
      "the cell is on",
      ({ header, parent_header }) => header.msg_type === "stream" && parent_header.msg_id === cells[0],
    );
    await client.request("interrupt_request", {}, "control");
    expect(summarize(await client.answer(cells[0]!, "execute_request")).error?.ename).toBe("Interrupted");
    expect(summarize(await client.answer(cells[1]!, "execute_request")).result).toBe("ran");
  });

  it("is heard by a cell that asks for one tick after the other", async () => {
    const id = await begun(
      client,
      "let ticks = true; console.log('on'); process.nextTick(function tick() { if (ticks) process.nextTick(tick); }); await new Promise(() => {});",
    );
    await client.request("interrupt_request", {}, "control");
    expect(summarize(await client.answer(id, "execute_request")).error?.ename).toBe("Interrupted");
    expect((await client.execute("ticks = false")).status).toBe("ok");
  });

  it("ends a cell's own listener of it that loops", async () => {
    await client.execute("let loops = 0; process.on('SIGINT', () => { loops += 1; for (;;) {} });");
    const id = await begun(client, "console.log('on'); await new Promise(() => {});");
    await client.request("interrupt_request", {}, "control");
    expect(summarize(await client.answer(id, "execute_request")).error?.ename).toBe("Interrupted");
    expect((await client.execute("process.removeAllListeners('SIGINT'); loops")).result).toBe("1");
  });

  it("by message reaches a cell whose own script takes the signal and goes on", async () => {
    const id = await begun(
      client,
      "import * as vm from 'vm'; console.log('on'); try { vm.runInThisContext('for (;;) {}', { breakOnSigint: true }); } catch {} for (;;) {}",
    );
    await client.request("interrupt_request", {}, "control");
    expect(summarize(await client.answer(id, "execute_request")).error?.ename).toBe("Interrupted");
    expect((await client.execute("1 + 1")).result).toBe("2");
  });

  it("ends what a cell that failed has left behind, whenever that begins to loop", async () => {
    for (let awaits = 0; awaits <= 12; awaits += 1) {
      const id = client.sendCell(
        `void (async () => { for (let i = 0; i < ${awaits}; i++) await null; for (;;) {} })(); throw new Error('gone');`,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
      await client.request("interrupt_request", {}, "control");
      const { status } = summarize(await client.answer(id, "execute_request"));
      expect({ awaits, status }).toEqual({ awaits, status: "error" });
      expect((await client.execute("1 + 1")).result).toBe("2");
    }
  });

  // What begins to loop between the kernel's own steps: it must not be taken for one of them.
  const LEAVING: Readonly<
    Record<string, readonly [awaits: readonly number[], code: (left: string) => string]>
  > = {
    "a loop": [[2, 5, 8], (left) => `${left} for (;;) {}`],
    "a finally block": [[6, 8], (left) => `try { await new Promise(() => {}); } finally { ${left} }`],
    "a value that shows itself": [
      [2, 4],
      (left) => `({ [Symbol.for('nodejs.util.inspect.custom')]() { ${left} return 'shown'; } })`,
    ],
  };
  it.each(Object.entries(LEAVING))(
    "ends what %s has left behind, whenever that begins to loop",
    async (_, [all, code]) => {
      for (const awaits of all) {
        const left = `void (async () => { for (let i = 0; i < ${awaits}; i++) await null; for (;;) {} })();`;
        const id = await begun(client, `console.log('on'); ${code(left)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
        process.kill(client.process.pid!, "SIGINT");
        const { reply } = await client.answer(id, "execute_request");
        expect({ awaits, isAnswered: reply.content.status !== "aborted" }).toEqual({
          awaits,
          isAnswered: true,
        });
        expect((await client.execute("1 + 1")).result).toBe("2");
      }
    },
  );

  it.each(["message", "signal"])("by %s ends a program that the cell waits for", async (how) => {
    const id = await begun(
      client,
      "import { execSync } from 'child_process'; console.log('on'); execSync('sleep 60');",
    );
    if (how === "signal") process.kill(-client.process.pid!, "SIGINT");
    else await client.request("interrupt_request", {}, "control");
    // Which of the two hears of it first is the system's choice.
    const { status, error } = summarize(await client.answer(id, "execute_request"));
    expect({ status, isTold: /^(Interrupted|Error)$/.test(error?.ename ?? "") }).toEqual({
      status: "error",
      isTold: true,
    });
    expect((await client.execute("1 + 1")).result).toBe("2");
  });

  it("however often it comes, ends no kernel", async () => {
    for (let times = 0; times < 4000; times += 1) {
      process.kill(client.process.pid!, "SIGINT");
      if (times % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect((await client.execute("1 + 1")).result).toBe("2");
  });

  const PRINTING: Readonly<Record<string, string>> = {
    timers: "setTimeout(function next() { setTimeout(next, 2); console.log('left'); }, 1);",
    awaits:
      "void (async () => { while (true) { await new Promise((r) => setTimeout(r, 2)); console.log('left'); } })();",
    immediates: "setImmediate(function next() { setImmediate(next); console.log('left'); });",
  };
  it.each(Object.entries(PRINTING))(
    "by force lets nothing of the cell's %s print into later cells",
    async (_, code) => {
      const id = await begun(client, `${code} await null; console.log('on'); for (;;) {}`);
      await client.request("interrupt_request", {}, "control");
      await client.answer(id, "execute_request");
      for (let times = 0; times < 3; times += 1) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const later = await client.execute("await new Promise((r) => setTimeout(r, 20));");
        expect({ status: later.status, stdout: later.stdout }).toEqual({ status: "ok", stdout: "" });
      }
    },
  );

  it("by force is no exception to a cell's own listener of these", async () => {
    await client.execute("let caught = 0; process.on('uncaughtException', () => { caught += 1; });");
    const id = await begun(client, "await null; console.log('on'); for (;;) {}");
    await client.request("interrupt_request", {}, "control");
    await client.answer(id, "execute_request");
    expect((await client.execute("caught")).result).toBe("0");
  });

  it("ends an expression of a client whose value never shows itself", async () => {
    const code = "({ [Symbol.for('nodejs.util.inspect.custom')]() { for (;;) {} } })";
    const id = await begun(client, "console.log('on');", { user_expressions: { endless: code } });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await client.request("interrupt_request", {}, "control");
    const { reply } = await client.answer(id, "execute_request");
    expect(reply.content.user_expressions.endless.ename).toBe("Interrupted");
  });

  it("lets finally blocks of the cell run", async () => {
    const id = await begun(
      client,
      "try { await null; setTimeout(() => console.log('on'), 20); await new Promise(() => {}); } finally { survivor = -1; }",
    );
    await client.request("interrupt_request", {}, "control");
    await client.answer(id, "execute_request");
    expect((await client.execute("survivor")).result).toBe("-1");
  });
});

describe("a kernel", () => {
  it("ends at once after an interrupt that took the debugger", async () => {
    const client = await Client.start();
    try {
      const id = await begun(client, BUSY["a loop in a finally block"]!);
      await client.request("interrupt_request", {}, "control");
      await client.answer(id, "execute_request");
      const started = performance.now();
      client.send("shutdown_request", { restart: true }, "control");
      await client.exited;
      // A kernel that waits for its debugger does so until its client kills it, after 5 s.
      expect(performance.now() - started).toBeLessThan(2000);
      expect(client.stderr).toBe("");
    } finally {
      client.stop();
    }
  });

  it("ends within seconds when it is shut down in native code, where nothing else reaches it, and says so", async () => {
    const client = await Client.start();
    try {
      await begun(
        client,
        "import { execSync } from 'child_process'; console.log('on'); execSync('sleep 60');",
      );
      const started = performance.now();
      client.send("shutdown_request", { restart: true }, "control");
      const reply = await client.waitFor(
        "the reply",
        ({ header, channel }) => header.msg_type === "shutdown_reply" && channel === "control",
      );
      expect(reply.content).toEqual({ status: "ok", restart: true });
      await client.exited;
      // A second, with room for a machine that is busy with other things.
      expect(performance.now() - started).toBeLessThan(10_000);
    } finally {
      client.stop();
    }
  });

  it("sends what a cell printed before it ended the process", async () => {
    const client = await Client.start();
    try {
      const id = client.sendCell("for (let i = 0; i < 1000; i++) console.log(i); process.exit(3);");
      expect(await client.exited).toEqual({ code: 3, signal: null });
      await client.waitFor(
        "the last line",
        ({ header, parent_header, content }) =>
          header.msg_type === "stream" && parent_header.msg_id === id && content.text.endsWith("999\n"),
        5,
      );
    } finally {
      client.stop();
    }
  });

  // A client that starts a kernel as Jupyter does, tells its number, and waits to be killed.
  const CLIENT = `
    const { spawn } = require("node:child_process"); const fs = require("node:fs"); const path = require("node:path");
    const [kernel, folder] = process.argv.slice(1);
    const file = path.join(folder, "connection.json");
    fs.writeFileSync(file, JSON.stringify({ transport: "ipc", ip: path.join(folder, "s"), shell_port: 1, iopub_port: 2,
      stdin_port: 3, control_port: 4, hb_port: 5, key: "k", signature_scheme: "hmac-sha256" }));
    const env = { ...process.env, JPY_PARENT_PID: String(process.pid) };
    const child = spawn(process.execPath, [kernel, file], { detached: true, stdio: "ignore", env });
    setInterval(() => { if (fs.existsSync(path.join(folder, "s-1"))) fs.writeFileSync(path.join(folder, "pid"), String(child.pid)); }, 50);`;

  it("ends when its client is killed, and removes the connection", async () => {
    const folder = mkdtempSync(join(tmpdir(), "orphan-"));
    try {
      const { child, ended } = startNode(["-e", CLIENT, KERNEL, folder]);
      const pid = Number(
        await waitFor(
          "the kernel is up",
          () => existsSync(join(folder, "pid")) && readFileSync(join(folder, "pid"), "utf8"),
          60,
        ),
      );
      rmSync(join(folder, "pid"));
      child.kill("SIGKILL");
      await ended;
      await waitFor("the kernel ends", () => !isRunning(pid), 10);
      expect(existsSync(join(folder, "connection.json"))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
