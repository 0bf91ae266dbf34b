import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Client, type Message, summarize } from "./support/client";

// Every message that arrives in these tests is checked against the specification's shapes (support/schema.ts).
describe("a client of the kernel", () => {
  let client: Client;
  beforeAll(async () => {
    client = await Client.start();
  });
  afterAll(() => client.stop());

  it("learns which language, file extension and MIME type its editor should use", async () => {
    const { reply } = await client.request("kernel_info_request");
    expect(reply.content.language_info).toMatchObject({
      name: "typescript",
      mimetype: "text/typescript",
      file_extension: ".ts",
    });
    expect(reply.content.supported_features).toContain("iopub_welcome");
  });

  it("gets for a cell: busy, its input, what it prints, its result, idle", async () => {
    const { reply, types, stdout, result, messages } = await client.execute("console.log('one'); 1 + 1");
    expect(types).toEqual(["status", "execute_input", "stream", "execute_result", "status"]);
    expect({ stdout, result }).toEqual({ stdout: "one\n", result: "2" });
    const count = reply.content.execution_count;
    expect(
      messages
        .filter(({ content }) => "execution_count" in content)
        .map(({ content }) => content.execution_count),
    ).toEqual([count, count]);
  });

  it("gets no trace of a silent cell, and no count of one that is not stored", async () => {
    const before = (await client.execute("0")).reply.content.execution_count;
    const silent = await client.execute("2 + 2", { silent: true });
    expect(silent.types).toEqual(["status", "status"]);
    const unstored = await client.execute("2 + 2", { store_history: false });
    expect(unstored.result).toBe("4");
    expect((await client.execute("0")).reply.content.execution_count).toBe(before + 1);
  });

  it("gets the values of user expressions, and their errors", async () => {
    const { reply } = await client.execute("const base = 20;", {
      user_expressions: { sum: "base + 1", wrong: "base.nothing" },
    });
    expect(reply.content.user_expressions).toMatchObject({
      sum: { status: "ok", data: { "text/plain": "21" } },
      wrong: { status: "error", ename: "CompileError" },
    });
  });

  it("completes names of earlier cells, counting characters as Jupyter does", async () => {
    await client.execute("const answerToAll = 42;");
    const code = "'🙂'; answerT";
    const { reply } = await client.request("complete_request", { code, cursor_pos: [...code].length });
    expect(reply.content).toMatchObject({ matches: ["answerToAll"], cursor_start: 5, cursor_end: 12 });
  });

  it.each([
    ['import {} from "f', ["fs", "fs/promises"], 'import {} from "fs'],
    ['require("f', ["fs", "fs/promises"], 'require("fs'],
    ['await import("node:f', ["node:fs", "node:fs/promises"], 'await import("node:fs'],
    ['import {} from "node:fs/p', ["promises"], 'import {} from "node:fs/promises'],
    ['let x: "aa" | "bb" = "a', ["aa"], 'let x: "aa" | "bb" = "aa'],
    ["let x: 'aa' | 'bb' = '", ["aa", "bb"], "let x: 'aa' | 'bb' = 'aa"],
    [
      "const held = { foo: 1, barBaz: 2 }; held['b",
      ["barBaz"],
      "const held = { foo: 1, barBaz: 2 }; held['barBaz",
    ],
    ["const held = { 'it\\'s': 1 }; held['i", ["it\\'s"], "const held = { 'it\\'s': 1 }; held['it\\'s"],
  ])("completes %j within its quotes, and replaces what was typed", async (code, matches, completed) => {
    const { reply } = await client.request("complete_request", { code, cursor_pos: code.length });
    const { cursor_start, cursor_end } = reply.content;
    expect(reply.content.matches).toEqual(matches);
    expect(code.slice(0, cursor_start) + reply.content.matches[0] + code.slice(cursor_end)).toBe(completed);
  });

  it("replaces all that stands between quotes that are closed", async () => {
    const code = 'const held = { foo: 1, "bar-baz": 2 }; held["bar-x"];';
    const place = code.indexOf("x");
    const { reply } = await client.request("complete_request", { code, cursor_pos: place });
    expect(reply.content).toMatchObject({
      matches: ["bar-baz"],
      cursor_start: place - 4,
      cursor_end: place + 1,
    });
  });

  it("is told of names that later cells declare again, or that the code around cells uses, as of others", async () => {
    const own = await Client.start();
    try {
      await own.execute("interface Pt { x: number } const pt: Pt = { x: 1 }; const exports = { alpha: 1 };");
      await own.execute("interface Pt { y: number } const other = pt;");
      const complete = async (code: string) => {
        const { reply } = await own.request("complete_request", { code, cursor_pos: code.length });
        const { matches, cursor_start, cursor_end } = reply.content;
        return [
          matches.filter((name: string) => /^(?:Pt|x|exports|alpha)/.test(name)),
          cursor_start,
          cursor_end,
        ];
      };
      expect(await complete("let more: P")).toEqual([["Pt"], 10, 11]);
      expect(await complete("pt.")).toEqual([["x"], 3, 3]);
      expect(await complete("expor")).toEqual([["exports"], 0, 5]);
      expect(await complete("exports; exports.al")).toEqual([["alpha"], 17, 19]);
      for (const [code, text] of [
        ["pt", "const pt: Pt"],
        ["exports.alpha", "(property) alpha: number"],
      ] as const) {
        const asked = { code, cursor_pos: code.length, detail_level: 0 };
        const { reply } = await own.request("inspect_request", asked);
        expect(reply.content.data["text/plain"]).toBe(text);
      }
    } finally {
      own.stop();
    }
  });

  it("explains names, or says that it knows nothing", async () => {
    const { reply } = await client.request("inspect_request", {
      code: "Math.max",
      cursor_pos: 8,
      detail_level: 0,
    });
    expect(reply.content.found).toBe(true);
    expect(reply.content.data["text/plain"]).toContain("max(...values: number[]): number");
    const nothing = await client.request("inspect_request", { code: "  ", cursor_pos: 1, detail_level: 0 });
    expect(nothing.reply.content.found).toBe(false);
    const unknown = await client.request("inspect_request", { code: "nope", cursor_pos: 2, detail_level: 0 });
    expect(unknown.reply.content).toMatchObject({ found: false, data: {} });
  });

  it("opens a page for a name with a question mark", async () => {
    const { reply } = await client.execute("Math.max?");
    expect(reply.content.payload).toMatchObject([
      { source: "page", data: { "text/plain": expect.stringContaining("max(") } },
    ]);
  });

  it.each([
    ["1", "complete"],
    ["function f() {", "incomplete"],
    ["`open", "incomplete"],
    ["const x = ", "incomplete"],
    ["foo(1, ", "incomplete"],
    ["const = 1;", "invalid"],
    ['"x', "invalid"],
    ['"x\\', "incomplete"],
    ["1e", "invalid"],
    ["function f()", "incomplete"],
    ["function f(): number // why", "incomplete"],
    ["function f(): number;", "complete"],
    ["declare function f(): number", "complete"],
    ["for await (const x of y) {}", "complete"],
  ])("is told that %j is %s", async (code, status) => {
    const { reply } = await client.request("is_complete_request", { code });
    expect(reply.content.status).toBe(status);
  });

  it("finds what was run by its end, by numbers and by a pattern", async () => {
    const code = "const unusual = 'x[1]';";
    await client.execute(code);
    await client.execute(code);
    const ask = async (content: object) =>
      (await client.request("history_request", { output: false, raw: true, ...content })).reply.content
        .history;
    const tail = await ask({ hist_access_type: "tail", n: 2 });
    expect(tail.map(([, , input]: string[]) => input)).toEqual([code, code]);
    const line = tail[0][1];
    expect(await ask({ hist_access_type: "range", session: 0, start: line, stop: line + 1 })).toEqual([
      tail[0],
    ]);
    expect(await ask({ hist_access_type: "search", pattern: "*x[[]1]*" })).toEqual([]);
    const found = await ask({ hist_access_type: "search", pattern: "const unusual*", unique: true });
    expect(found).toHaveLength(1);
  });

  it("gets rich output, updates of it, and its output emptied", async () => {
    const code = `import * as tslab from "tslab";
      const shown = tslab.newDisplay(); shown.html("<b>1</b>"); shown.html("<b>2</b>"); clearOutput(true);`;
    const { types, messages } = await client.execute(code);
    expect(types).toEqual([
      "status",
      "execute_input",
      "display_data",
      "update_display_data",
      "clear_output",
      "status",
    ]);
    const [first, second] = messages.slice(2).map(({ content }) => content.transient?.display_id);
    expect(first).toBe(second);
  });

  it("answers a question that a cell asks", async () => {
    const id = client.sendCell("const named = await input('name? '); 'hello ' + named", {
      allow_stdin: true,
    });
    const asked = await client.waitFor(
      "the question",
      ({ header, parent_header }) => header.msg_type === "input_request" && parent_header.msg_id === id,
    );
    expect(asked.content).toEqual({ prompt: "name? ", password: false });
    client.send("input_reply", { status: "ok", value: "Ada" }, "stdin");
    expect(summarize(await client.answer(id, "execute_request")).result).toBe("hello Ada");
    const refused = await client.execute("await input('?')");
    expect(refused.error?.evalue).toContain("this client cannot ask");
  });

  it("does not have a question answered by what was meant for an earlier one", async () => {
    const ask = async (name: string) => {
      const id = client.sendCell(`await input('${name}? ')`, { allow_stdin: true });
      const question = await client.waitFor(
        "the question",
        ({ header, parent_header }) => header.msg_type === "input_request" && parent_header.msg_id === id,
      );
      return { id, question };
    };
    const first = await ask("first");
    await client.request("interrupt_request", {}, "control");
    await client.answer(first.id, "execute_request");
    const second = await ask("second");
    const answer = (value: string, parent: object) =>
      client.send("input_reply", { status: "ok", value }, "stdin", parent);
    // Clients name the question itself, or as JupyterLab does what the question names.
    answer("late", first.question.header);
    answer("late too", first.question.parent_header);
    answer("in time", second.question.parent_header);
    expect(summarize(await client.answer(second.id, "execute_request")).result).toBe("in time");
    const third = await ask("third");
    answer("late again", second.question.header);
    answer("by its own id", third.question.header);
    expect(summarize(await client.answer(third.id, "execute_request")).result).toBe("by its own id");
  });

  it("gets null as the value of a cell, and nothing for undefined", async () => {
    expect((await client.execute("null")).result).toBe("null");
    expect((await client.execute("const none: string | null = null; none")).result).toBe("null");
    for (const code of ["undefined", "null; void 0", "const after = null;"])
      expect((await client.execute(code)).types, code).not.toContain("execute_result");
  });

  it.each([
    ["execSync('echo out; echo err >&2', { stdio: 'inherit' });", "out\n", "err\n"],
    ["spawnSync('sh', ['-c', 'echo out; echo err >&2'], { stdio: [0, 2, 'ignore'] });", "", "out\n"],
    [
      "try { execFileSync('sh', ['-c', 'echo out; exit 3'], { stdio: 'inherit' }); } catch (error) { console.log((error as any).status); }",
      "out\n3\n",
      "",
    ],
    [
      "const child = spawn('sh', ['-c', 'echo out; sleep 0.05; echo more; echo err >&2'], { stdio: 'inherit' }); await new Promise((done) => child.on('close', done)); console.log(child.stdout);",
      "out\nmore\nnull\n",
      "err\n",
    ],
  ])("sees what programs print that inherit a cell's output: %s", async (code, stdout, stderr) => {
    await client.execute("import { execFileSync, execSync, spawn, spawnSync } from 'child_process';");
    const executed = await client.execute(code);
    expect({ stdout: executed.stdout, stderr: executed.stderr, error: executed.error }).toEqual({
      stdout,
      stderr,
      error: undefined,
    });
  });

  it.each([
    [
      "fs.writeSync(1, 'a'); fs.writeSync(2, Buffer.from('xbx'), 1, 1); fs.writeSync(process.stdout.fd, 'c') + 1",
      "ac",
      "b",
      "2",
    ],
    [
      "fs.writeSync(1, new TextEncoder().encode('ü').subarray(0, 1)); fs.writeSync(1, Buffer.from([0xbc, 10]), { offset: 0, length: 1 } as any) + 1;",
      "ü",
      "",
      "2",
    ],
    [
      "fs.writeSync(1, '616a', null, 'hex'); fs.writevSync(1, [Buffer.from('b'), new Uint8Array([99])])",
      "ajbc",
      "",
      "2",
    ],
    [
      "fs.writeFileSync('/dev/stdout', 'a'); fs.appendFileSync(2, 'b'); fs.writeFileSync(new URL('file:///dev/fd/1'), '4142', 'hex');",
      "aAB",
      "b",
    ],
    [
      "await promisify(fs.write)(1, 'a'); await new Promise<void>((done) => fs.writeFile('/dev/stderr', 'b', () => done())); await fs.promises.appendFile('/proc/self/fd/1', 'c'); await writeFile('/dev/stdout', 'd');",
      "acd",
      "b",
    ],
    [
      "const stream = fs.createWriteStream('/dev/stdout'); stream.write('a'); await new Promise<void>((done) => stream.end('b', () => done()));",
      "ab",
      "",
    ],
    ["(await promisify(fs.write)(1, Buffer.from('abc'), 1, 1)).buffer.toString()", "b", "", "abc"],
    [
      "setTimeout(() => fs.writeSync(1, 'late'), 20); await new Promise((r) => setTimeout(r, 60));",
      "late",
      "",
    ],
  ])(
    "sees what is written to standard output as to a file: %s",
    async (code, stdout, stderr, result?: string) => {
      await client.execute(
        "import fs from 'fs'; import { writeFile } from 'fs/promises'; import { promisify } from 'util';",
      );
      const executed = await client.execute(code);
      expect(executed.error?.traceback.join("\n")).toBeUndefined();
      expect({ stdout: executed.stdout, stderr: executed.stderr, result: executed.result }).toEqual({
        stdout,
        stderr,
        result,
      });
    },
  );

  it("sees Node's own errors of what is wrong there, and other files as ever", async () => {
    const file = join(client.directory, "other.txt");
    await client.execute("import fs from 'fs';");
    const wrong = await client.execute("fs.writeSync(1, Buffer.from('a'), 5, 5);");
    expect(wrong.error?.traceback[0]).toMatch(/^RangeError \[ERR_OUT_OF_RANGE\]/);
    const path = JSON.stringify(file);
    const code = `fs.writeFileSync(${path}, 'a'); const other = fs.openSync(${path}, 'a'); fs.writeSync(other, 'b'); fs.closeSync(other); fs.readFileSync(${path}, 'utf8')`;
    expect((await client.execute(code)).result).toBe("ab");
    expect(client.stderr).toBe("");
  });

  it("is told at once that nobody listens to a comm", async () => {
    expect((await client.request("comm_info_request")).reply.content.comms).toEqual({});
    const id = client.send("comm_open", { comm_id: "c", target_name: "t", data: {} });
    const closed = await client.waitFor(
      "comm_close",
      ({ header, parent_header }) => header.msg_type === "comm_close" && parent_header.msg_id === id,
    );
    expect(closed.content.comm_id).toBe("c");
  });

  it("is not answered when it opens a comm without an id, which nobody could close", async () => {
    const id = client.send("comm_open", { target_name: "t", data: {} });
    await client.waitFor(
      "idle",
      ({ parent_header, content }) => parent_header.msg_id === id && content.execution_state === "idle",
    );
    const types = client.log
      .filter(({ parent_header }) => parent_header.msg_id === id)
      .map(({ header }) => header.msg_type);
    expect(types).toEqual(["status", "status"]);
  });

  it("has a message that is repeated to the letter run once", async () => {
    await client.execute("let runs = 0;");
    const id = client.sendCell("runs += 1");
    await client.answer(id, "execute_request");
    client.sendAgain(id);
    expect((await client.execute("runs")).result).toBe("1");
  });

  it("sees output that comes late in the cell that caused it", async () => {
    const id = client.sendCell("setTimeout(() => console.log('late'), 120); void 0");
    await client.answer(id, "execute_request");
    const other = await client.execute("await new Promise((r) => setTimeout(r, 300)); console.log('own')");
    expect(other.stdout).toBe("own\n");
    const late = await client.waitFor(
      "the late text",
      ({ header, parent_header }) => header.msg_type === "stream" && parent_header.msg_id === id,
    );
    expect(late.content.text).toBe("late\n");
  });

  it("has what it sent after a failing cell refused, or run when it says so", async () => {
    const [failing, second, info, third] = [
      client.sendCell("throw new Error('stop')"),
      client.sendCell("'never'"),
      client.send("kernel_info_request", {}),
      client.sendCell("'never either'"),
    ];
    const replies = [];
    for (const id of [failing!, second!, third!])
      replies.push((await client.answer(id, "execute_request")).reply.content.status);
    expect(replies).toEqual(["error", "aborted", "aborted"]);
    expect((await client.answer(info!, "kernel_info_request")).reply.content.status).toBe("ok");
    expect((await client.execute("'again'")).result).toBe("again");
    const [, after] = [
      client.sendCell("throw new Error('go on')", { stop_on_error: false }),
      client.sendCell("'run'"),
    ];
    expect(summarize(await client.answer(after!, "execute_request")).result).toBe("run");
  });

  it("hears of an error, and that its cell is done, before the cells behind it are refused", async () => {
    const cells = [
      client.sendCell("await new Promise((r) => setTimeout(r, 300)); throw 1"),
      client.sendCell("2"),
      client.sendCell("3"),
    ];
    for (const id of cells) await client.answer(id, "execute_request");
    const heard = (channel: string, holds: (content: Message["content"]) => boolean) =>
      client.log
        .filter((each) => each.channel === channel && holds(each.content))
        .map(({ parent_header }) => cells.indexOf(parent_header.msg_id ?? ""))
        .filter((index) => index >= 0);
    expect(heard("shell", () => true)).toEqual([0, 1, 2]);
    expect(heard("iopub", ({ execution_state }) => execution_state !== undefined)).toEqual([
      0, 0, 1, 1, 2, 2,
    ]);
  });

  it("gets 50,000 lines whole, and bytes of one character in two pieces as one character", async () => {
    const { stdout } = await client.execute("for (let i = 0; i < 50_000; i++) console.log(i);");
    expect(stdout).toBe(Array.from({ length: 50_000 }, (_, i) => `${i}\n`).join(""));
    const split =
      "const euro = Buffer.from('€'); process.stdout.write(euro.subarray(0, 1)); process.stdout.write(euro.subarray(1));";
    expect((await client.execute(split)).stdout).toBe("€");
  });

  it("can await a write", async () => {
    const { status, stdout } = await client.execute(
      "await new Promise<void>((done) => process.stdout.write('out', () => done()));",
    );
    expect({ status, stdout }).toEqual({ status: "ok", stdout: "out" });
  });

  it("is answered by heartbeat and control channel while a cell keeps the kernel busy", async () => {
    const id = client.sendCell("const until = Date.now() + 1500; while (Date.now() < until) {}");
    await client.waitFor(
      "busy",
      ({ header, parent_header }) => header.msg_type === "execute_input" && parent_header.msg_id === id,
    );
    expect(await client.heartbeat()).toBe("ping");
    await client.request("kernel_info_request", {}, "control");
    const isDone = client.log.some(
      ({ header, parent_header }) => header.msg_type === "execute_reply" && parent_header.msg_id === id,
    );
    expect(isDone, "the cell still runs").toBe(false);
    await client.answer(id, "execute_request");
  });
});
