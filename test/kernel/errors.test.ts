import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorkDirectory, removeDirectory } from "../notebooks/runner/support/notebooks";
import { Client } from "./support/client";

interface Case {
  readonly code: string;
  readonly ename: string;
  readonly evalue: string | RegExp;
  /** Lines of the traceback, from the first. */
  readonly traceback?: readonly string[];
}

const cases: Readonly<Record<string, Case>> = {
  "an error, with the line of the cell": {
    code: "type Pair = [number, number];\n\nfunction fail(pair: Pair): never {\n  throw new RangeError('no ' + pair[0]);\n}\nfail([1, 2]);",
    ename: "RangeError",
    evalue: "no 1",
    traceback: [
      "RangeError: no 1",
      "   4 |   throw new RangeError('no ' + pair[0]);",
      "     |         ^",
      "    at fail (cell N:4:9)",
      "    at cell N:6:1",
    ],
  },
  "one behind an await": {
    code: "await Promise.resolve();\nthrow new TypeError('later');",
    ename: "TypeError",
    evalue: "later",
    traceback: [
      "TypeError: later",
      "   2 | throw new TypeError('later');",
      "     |       ^",
      "    at cell N:2:7",
    ],
  },
  "one of JSON.parse": { code: "JSON.parse('{')", ename: "SyntaxError", evalue: /JSON/ },
  "one of assert": {
    code: "import assert from 'assert'; assert.equal(1, 2)",
    ename: "AssertionError",
    evalue: "1 == 2",
  },
  "one of the file system": {
    code: "import { readFileSync } from 'fs'; readFileSync('nowhere.txt')",
    ename: "ENOENT",
    evalue: "no such file or directory, open 'nowhere.txt'",
    traceback: [
      "ENOENT: no such file or directory, open 'nowhere.txt'",
      "   1 | import { readFileSync } from 'fs'; readFileSync('nowhere.txt')",
    ],
  },
  "one of the file system, behind an await of the cell's own": {
    code: "import { readFile } from 'fs/promises';\nconst a = 1;\nconst text = await readFile('nowhere.txt');",
    ename: "ENOENT",
    evalue: "no such file or directory, open 'nowhere.txt'",
    traceback: [
      "ENOENT: no such file or directory, open 'nowhere.txt'",
      "   3 | const text = await readFile('nowhere.txt');",
      "     |              ^",
      "    at cell N:3:14",
    ],
  },
  "one of several that are awaited together": {
    code: "import { readFile } from 'fs/promises';\nawait Promise.all([readFile('nowhere.txt')]);",
    ename: "ENOENT",
    evalue: "no such file or directory, open 'nowhere.txt'",
    traceback: [
      "ENOENT: no such file or directory, open 'nowhere.txt'",
      "   2 | await Promise.all([readFile('nowhere.txt')]);",
      "     | ^",
      "    at cell N:2:1",
    ],
  },
  "one of a function that is awaited, with both places": {
    code: "async function late(): Promise<void> {\n  await null;\n  throw new RangeError('late');\n}\nawait late();",
    ename: "RangeError",
    evalue: "late",
    traceback: [
      "RangeError: late",
      "   3 |   throw new RangeError('late');",
      "     |         ^",
      "    at late (cell N:3:9)",
      "    at cell N:5:1",
    ],
  },
  "one of a class of the cell": {
    code: "class OwnError extends Error {}\nthrow new OwnError('mine')",
    ename: "OwnError",
    evalue: "mine",
  },
  "a module that is not there": {
    code: "require('no-such-module')",
    ename: "Error",
    evalue: "Cannot find module 'no-such-module'",
  },
  "one with a cause": {
    code: "throw new Error('outer', { cause: new TypeError('inner') })",
    ename: "Error",
    evalue: "outer",
    traceback: [
      "Error: outer",
      "   1 | throw new Error('outer', { cause: new TypeError('inner') })",
      "     |       ^",
      "    at cell N:1:7",
      "Caused by: TypeError: inner",
    ],
  },
  "several in one": {
    code: "throw new AggregateError([new Error('one'), 'two'], 'all')",
    ename: "AggregateError",
    evalue: "all",
  },
  "a value that is no error": {
    code: "throw { why: 'because' }",
    ename: "Thrown",
    evalue: "{ why: 'because' }",
  },
  "one that nobody handles": {
    code: "void Promise.reject(new Error('left alone'));",
    ename: "Error",
    evalue: "left alone",
    traceback: ["Nobody handled this error:", "Error: left alone"],
  },
  "a type error, with a caret": {
    code: "const fine = 1;\nconst n: number = 'text';",
    ename: "CompileError",
    evalue: "Type 'string' is not assignable to type 'number'.",
    traceback: [
      "2:7 - Type 'string' is not assignable to type 'number'. (TS2322)",
      "   2 | const n: number = 'text';",
      "     |       ^",
    ],
  },
  "a type error at the end of a line, and one at the end of the cell": {
    code: "missingName\nmissingName",
    ename: "CompileError",
    evalue: "Cannot find name 'missingName'.",
    traceback: [
      "1:1 - Cannot find name 'missingName'. (TS2304)",
      "   1 | missingName",
      "     | ^^^^^^^^^^^",
      "2:1 - Cannot find name 'missingName'. (TS2304)",
      "   2 | missingName",
      "     | ^^^^^^^^^^^",
    ],
  },
  "a cell that ends too early, at its end": {
    code: "const early = \n",
    ename: "CompileError",
    evalue: "Expression expected.",
    traceback: ["1:14 - Expression expected. (TS1109)", "   1 | const early = ", "     |              ^"],
  },
  "a default export, with a caret and a cure": {
    code: "const fine = 1;\nexport default 3;",
    ename: "CompileError",
    evalue: /no default export/,
    traceback: [
      "2:1 - a cell has no default export: give it a name (const result = …), or let it be the cell's last line",
      "   2 | export default 3;",
      "     | ^^^^^^^^^^^^^^^^^",
    ],
  },
  "the default export of a function": {
    code: "export default function f() {}",
    ename: "CompileError",
    evalue: /no default export/,
  },
  "import.meta, with a caret and a cure": {
    code: "1\nconst here = import.meta.url;",
    ename: "CompileError",
    evalue: /no import\.meta: process\.cwd\(\)/,
    traceback: [
      "2:14 - a cell is no module and has no import.meta: process.cwd() is the notebook's folder, require.resolve finds modules",
      "   2 | const here = import.meta.url;",
      "     |              ^^^^^^^^^^^",
    ],
  },
  "a proxy that throws when it is asked for anything": {
    code: "throw new Proxy(new Error('x'), { get() { throw new Error('trap'); } });",
    ename: "Thrown",
    evalue: "something that cannot be read: it throws when it is asked what it is",
  },
  "a proxy that throws when it is asked for its class": {
    code: "throw new Proxy({}, { getPrototypeOf() { throw new Error('trap'); } });",
    ename: "Thrown",
    evalue: /./,
  },
  "one that nobody handles, a proxy": {
    code: "void Promise.reject(new Proxy(new Error('x'), { get() { throw new Error('trap'); } }));",
    ename: "Thrown",
    evalue: /cannot be read/,
  },
  "a syntax error behind a shorthand that is rewritten": {
    code: "const a = 1; ({ a }); let = 3;",
    ename: "CompileError",
    evalue: /./,
  },
};

describe("an error is for people:", () => {
  const directory = makeWorkDirectory();
  let client: Client;
  beforeAll(async () => {
    client = await Client.start({ cwd: directory });
  });
  afterAll(() => {
    client.stop();
    removeDirectory(directory);
  });

  it.each(Object.entries(cases))("%s", async (_, { code, ename, evalue, traceback }) => {
    const { reply, error, stderr } = await client.execute(code);
    const count = reply.content.execution_count;
    expect(reply.content).toMatchObject({ status: "error", ename });
    expect(error).toMatchObject({
      ename,
      evalue: typeof evalue === "string" ? evalue : expect.stringMatching(evalue),
    });
    const lines = (traceback ?? []).map((line) => line.replace("cell N", `cell ${count}`));
    expect(error?.traceback.slice(0, lines.length)).toEqual(lines);
    expect(stderr).toBe("");
    expect(client.stderr).toBe("");
    const shown = JSON.stringify(error);
    for (const path of [directory, homedir().length > 5 ? homedir() : directory, "node:internal", "/dist/"])
      expect(shown).not.toContain(path);
  });

  it.each([
    ["holder.missing()", "holder.missing is not a function"],
    ["holder?.missing()", "holder?.missing is not a function"],
    ["new holder()", "holder is not a constructor"],
    ["[...one]", "one is not iterable"],
    ["for await (const each of one) {}", "one is not async iterable"],
    ["const { x } = nothing;", "Cannot destructure property 'x' of 'nothing' as it is undefined."],
    ["import { join } from 'path'; (join as any).missing()", "join.missing is not a function"],
    ["import { join as put } from 'path'; (put as any).missing()", "put.missing is not a function"],
    ["import fs from 'node:fs'; (fs as any).missing()", "fs.missing is not a function"],
    ["holder.exports.missing()", "Cannot read properties of undefined (reading 'missing')"],
    ["holder.exports = 1; holder.exports()", "holder.exports is not a function"],
    ["const exports: any = 1; exports()", "exports is not a function"],
    ["throw new TypeError('exports.f is not a function')", "exports.f is not a function"],
  ])("an error of %s calls things as the cell does", async (code, message) => {
    await client.execute("const holder: any = {}; let one: any = 1; const nothing: any = undefined;");
    const { error } = await client.execute(code);
    expect(error).toMatchObject({ ename: "TypeError", evalue: message });
    expect(error?.traceback[0]).toBe(`TypeError: ${message}`);
    const printed = await client.execute(`try { holder.missing(); } catch (error) { console.log(error); }`);
    expect(printed.stdout).toContain("TypeError: holder.missing is not a function\n");
  });

  it.each([
    ["a type that is not there", "interface Wrong { a: Missing }", "Cannot find name 'Missing'."],
    [
      "a type that was declared again",
      "interface Again { a: number } const first: Again = { a: 1 };\n/**/interface Again { b: 1 } const second: Again = first;",
      "Property 'b' is missing in type 'Again (of an earlier cell)' but required in type 'Again'.",
    ],
    [
      "a name of the code around",
      "const exports = 1;\n/**/exports.missing",
      "Property 'missing' does not exist on type '1'.",
    ],
    [
      "a private part",
      "class Part { private p = 1 }\n/**/new Part().p",
      "Property 'p' is private and only accessible within class 'Part'.",
    ],
  ])("a type error about %s is one message with the names of the cell", async (_, code, message) => {
    const cells = code.split("/**/");
    for (const cell of cells.slice(0, -1)) expect((await client.execute(cell)).status).toBe("ok");
    const { error } = await client.execute(cells.at(-1)!);
    expect(error?.evalue).toContain(message);
    expect(error?.traceback.join("\n")).not.toMatch(/[\uFE00-\uFE0E]|__prev__|TS4\d{3}|private name/);
  });

  it("every error of an AggregateError is shown", async () => {
    const { error } = await client.execute(cases["several in one"]!.code);
    expect(error?.traceback.join("\n")).toMatch(/Error 1 of 2: Error: one[\s\S]*Error 2 of 2: 'two'/);
  });

  it("a call of an earlier cell's function is traced through both cells", async () => {
    const first = await client.execute("const thrower = () => {\n  throw new Error('deep');\n};");
    const second = await client.execute("\nthrower();");
    const [one, two] = [first, second].map(({ reply }) => reply.content.execution_count);
    expect(second.error?.traceback.slice(3)).toEqual([
      `    at thrower (cell ${one}:2:9)`,
      `    at cell ${two}:2:1`,
    ]);
  });

  it.each([
    ["the value of a cell", "const made = new Error('made');\nmade", "result"],
    ["printed", "console.log(new Error('made'));", "stdout"],
    ["printed with what it holds", "console.error(Object.assign(new Error('made'), { held: 1 }));", "stderr"],
    ["printed with its cause", "console.log(new Error('made', { cause: new Error('why') }));", "stdout"],
    [
      "printed with those that it sums up",
      "console.log(new AggregateError([new Error('a'), new Error('b')], 'all'));",
      "stdout",
    ],
    ["the text of a stack", "console.log(new Error('made').stack);", "stdout"],
  ] as const)("an error that is %s names the place in the cell, and no path", async (_, code, where) => {
    const executed = await client.execute(code);
    const shown = executed[where] ?? "";
    expect(shown).toMatch(
      new RegExp(
        `^(?:Aggregate)?Error: (?:made|all)\\n    at cell ${executed.reply.content.execution_count}:1:\\d+( \\{)?(\\n|$)`,
      ),
    );
    expect(shown).not.toMatch(/__cell_|node:|node_modules|dist\/|matching/);
    if (code.includes("held")) expect(shown).toMatch(/ \{\n {2}held: 1\n\}\n$/);
  });

  it.each(["thrower()", "const x = [thrower?.()]", "thrower`x`", "(() => thrower ())()", "[1].map(thrower)"])(
    "the place of a call of an earlier cell's function is its name: %s",
    async (call) => {
      await client.execute("const thrower: any = () => {\n  throw new Error('deep');\n};");
      const { error } = await client.execute(call);
      const column = call.includes("map") ? call.indexOf("map") : call.indexOf("thrower");
      expect(error?.traceback[4]).toMatch(new RegExp(`cell \\d+:1:${column + 1}\\)?$`));
    },
  );

  describe("stacks without a place in a cell", () => {
    beforeAll(() => {
      const folder = join(directory, "node_modules", "thrower");
      mkdirSync(folder, { recursive: true });
      writeFileSync(
        join(folder, "index.js"),
        "exports.later = () => new Promise((resolve) => setTimeout(() => resolve(new Error('made')), 1));\n" +
          "exports.print = () => setTimeout(() => console.log(new Error('made')), 1);\n" +
          "exports.reject = () => setTimeout(() => Promise.reject(new Error('made')), 1);\n",
      );
      writeFileSync(join(directory, "wrong.js"), "const = 1;\n");
    });

    it.each([
      ["a value", "await thrower.later()", /^Error: made\n {4}at .*thrower\/index\.js:1:\d+\)$/],
      [
        "printed",
        "console.log(await thrower.later())",
        /^Error: made\n {4}at .*thrower\/index\.js:1:\d+\)\n$/,
      ],
      [
        "a text",
        "console.log('so: ' + (await thrower.later()).stack)",
        /^so: Error: made\n {4}at .*thrower\/index\.js:1:\d+\)\n$/,
      ],
      [
        "printed by a package",
        "thrower.print(); await new Promise((r) => setTimeout(r, 30));",
        /^Error: made\n {4}at .*thrower\/index\.js:2:\d+\)\n$/,
      ],
      [
        "held by a rejection",
        "const held = Promise.reject(await thrower.later()); held.catch(() => {}); console.log(held);",
        /^Promise \{\n {2}<rejected> Error: made\n {6}at .*thrower\/index\.js:1:\d+\)\n\}\n$/,
      ],
      [
        "in an object",
        "({ stack: (await thrower.later()).stack })",
        /^\{\n {2}stack: 'Error: made\\n' \+\n {4}' {4}at .*\(thrower\/index\.js:1:\d+\)'\n\}$/,
      ],
      [
        "the lines of a stack",
        "(await thrower.later()).stack.split('\\n')",
        /^\[\n {2}'Error: made',\n {2}' {4}at .*\(thrower\/index\.js:1:\d+\)'\n\]$/,
      ],
      [
        "JSON",
        "JSON.stringify({ stack: (await thrower.later()).stack })",
        /^\{"stack":"Error: made\\n {4}at .*\(thrower\/index\.js:1:\d+\)"\}$/,
      ],
      [
        "with text behind it",
        "console.log((await thrower.later()).stack, 5, new Error('made').stack, 6)",
        /^Error: made\n {4}at .*\(thrower\/index\.js:1:\d+\) 5 Error: made\n {4}at cell \d+:2:\d+ 6\n$/,
      ],
      [
        "in colours",
        "console.log(require('util').inspect(new Error('made'), { colors: true }))",
        /^Error: made\n {4}at cell \d+:1:\d+\n$/,
      ],
      [
        "with all that it has",
        "console.log('%o', new Error('made'))",
        /^Error: made\n {4}at cell \d+:1:\d+ \{\n {2}\[stack\]: 'Error: made\\n' \+\n {4}' {4}at cell \d+:1:\d+',\n {2}\[message\]: 'made'\n\}\n$/,
      ],
      [
        "JSON of a cell's own",
        "JSON.stringify([new Error('made').stack])",
        /^\["Error: made\\n {4}at cell \d+:1:\d+"\]$/,
      ],
      ["a line of a stack", "new Error('made').stack!.split('\\n')[1]!.trim()", /^at cell \d+:1:\d+$/],
      [
        "of a file that cannot be read",
        "try { require('./wrong.js'); } catch (error) { console.log(error); }",
        /^wrong\.js:1\nconst = 1;\n {6}\^\n\nSyntaxError: Unexpected token '='\n {4}at cell \d+:1:\d+\n$/,
      ],
      [
        "of a module that is not there",
        "try { require('./nowhere'); } catch (error) { console.log(error); }",
        /^Error: Cannot find module '\.\/nowhere'\n {4}at cell \d+:1:\d+ \{\n {2}code: 'MODULE_NOT_FOUND',\n {2}requireStack: \[ 'src\.js' \]\n\}\n$/,
      ],
    ])("%s", async (_, code, shown) => {
      const executed = await client.execute(
        `import * as thrower from 'thrower';\n${code}`.replace(/^.*\n(?!.*thrower)/, ""),
      );
      expect(executed.error?.traceback.join("\n")).toBeUndefined();
      const text = executed.result ?? executed.stdout;
      expect(text).toMatch(shown);
      expect(text).not.toMatch(/__cell_|node:|\/dist\//);
      expect(text).not.toContain(directory);
    });

    it.each([
      ["what is thrown, not an error", "throw { of: await thrower.later() }"],
      ["a stack that is thrown", "throw (await thrower.later()).stack"],
      ["one that nobody handles", "thrower.reject(); await new Promise((r) => setTimeout(r, 30));"],
      ["a cause that is no error", "throw new Error('out', { cause: { of: await thrower.later() } })"],
      ["a message that holds one", "throw new Error('out: ' + (await thrower.later()).stack)"],
    ])("%s", async (_, code) => {
      const { error } = await client.execute(`import * as thrower from 'thrower';\n${code}`);
      const text = JSON.stringify(error);
      expect(text).toContain("(thrower/index.js:");
      expect(text).not.toMatch(/__cell_|node:|\/dist\//);
      expect(text).not.toContain(directory);
    });

    it.each([
      "see /usr/lib/x.js:1:2 for more",
      "    at noon (12:30:45)",
      "meet me at /some/where/file.ts:3:4",
      "    at src/own.ts:3:4",
      "Require stack: none\n- /a/b",
      "/usr/lib/x.js:1\nnext",
      "❤️ at home exports\uFE0F",
    ])("text that is none stays: %j", async (text) => {
      expect((await client.execute(`console.log(${JSON.stringify(text)})`)).stdout).toBe(`${text}\n`);
    });
  });

  it("the compiler names packages and files as cells do, wherever they lie on this machine", async () => {
    const directory = makeWorkDirectory();
    const files = {
      "node_modules/plain/package.json": '{ "name": "plain", "main": "index.js" }',
      "node_modules/plain/index.js": "module.exports = 1;",
      "node_modules/@types/some__thing/index.d.ts": "export declare class Here { private a; }",
      "node_modules/typed/package.json": '{ "name": "typed", "types": "lib/types.d.ts" }',
      "node_modules/typed/lib/types.d.ts": "export declare class Here { private a; }",
      "beside.ts": "export class Here { private a = 1; }",
      "linked/package.json": '{ "name": "@own/linked", "types": "dist/index.d.ts" }',
      "linked/dist/index.d.ts": "export declare class Here { private a; }",
      "tsconfig.json": '{ "compilerOptions": { "strict": true } }',
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, "book", name)), { recursive: true });
      writeFileSync(join(directory, "book", name), text);
    }
    renameSync(join(directory, "book", "linked"), join(directory, "linked"));
    mkdirSync(join(directory, "book/node_modules/@own"));
    symlinkSync(join(directory, "linked"), join(directory, "book/node_modules/@own/linked"));
    const own = await Client.start({ cwd: join(directory, "book") });
    try {
      await own.execute("class Here { private a = 1; }");
      for (const [code, message] of [
        [
          'import * as t from "typed"; const a: string = t;',
          "Type 'typeof import(\"typed\")' is not assignable to type 'string'.",
        ],
        [
          'import * as t from "@some/thing"; const a: Here = new t.Here();',
          "Type 'import(\"@some/thing\").Here' is not assignable to type 'Here'.",
        ],
        [
          'import * as t from "./beside"; const a: Here = new t.Here();',
          "Type 'import(\"./beside\").Here' is not assignable to type 'Here'.",
        ],
        [
          'import * as t from "@own/linked"; const a: Promise<string> = Promise.resolve(t);',
          /import\("@own\/linked"\)/,
        ],
        [
          'import plain from "plain"; plain;',
          "Could not find a declaration file for module 'plain'. 'plain/index.js' implicitly has an 'any' type.",
        ],
        [
          "const path: '/etc/hosts' = '/etc/host';",
          "Type '\"/etc/host\"' is not assignable to type '\"/etc/hosts\"'.",
        ],
      ] as const) {
        const { error } = await own.execute(code);
        if (typeof message === "string") expect(error?.evalue, code).toBe(message);
        else expect(error?.evalue, code).toMatch(message);
        expect(error?.traceback.join("\n")).not.toContain(directory);
      }
      await own.execute('let known: typeof import("@own/linked")[] = [];');
      const { reply } = await own.request("inspect_request", {
        code: "known",
        cursor_pos: 5,
        detail_level: 0,
      });
      expect(reply.content.data["text/plain"]).toBe('let known: typeof import("@own/linked")[]');
      // What is wrong in a cell that defines a module is told, also behind a cell that did not compile.
      const module = await own.execute(
        '/** @module wrong */ import * as t from "typed"; export const x: number = t;',
      );
      expect(module.stderr).toBe(
        "wrong.ts 1:63 - Type 'typeof import(\"typed\")' is not assignable to type 'number'.\n",
      );
    } finally {
      own.stop();
      removeDirectory(directory);
    }
  });

  it("Node's warnings are the same in every run", async () => {
    for (const [code, stderr] of [
      ["process.emitWarning('look out');", "Warning: look out\n"],
      [
        "process.emitWarning('old', { type: 'DeprecationWarning', code: 'DEP0', detail: 'Use new.' });",
        "[DEP0] DeprecationWarning: old\nUse new.\n",
      ],
      [
        "import { EventEmitter } from 'events'; const many = new EventEmitter(); for (let i = 0; i < 11; i++) many.on('x', () => {});",
        "MaxListenersExceededWarning: Possible EventEmitter memory leak detected. 11 x listeners added to [EventEmitter]. MaxListeners is 10. Use emitter.setMaxListeners() to increase limit\n",
      ],
    ] as const)
      expect((await client.execute(code)).stderr, code).toBe(stderr);
  });

  it("a value whose own way of showing itself throws is shown without it, and the next cells run", async () => {
    const custom = 'Symbol.for("nodejs.util.inspect.custom")';
    for (const thrown of [
      'new Error("in inspect")',
      "new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 1; }, ownKeys() { throw 1; } })",
    ]) {
      const { reply, result } = await client.execute(`({ a: 1, [${custom}]() { throw ${thrown}; } })`);
      expect(reply.content.status).toBe("ok");
      expect(result).toContain("a: 1");
    }
    expect((await client.execute("1 + 1")).result).toBe("2");
  });

  it("promises and timers are shown without how the kernel follows them", async () => {
    expect((await client.execute("Promise.resolve(4)")).result).toBe("Promise { 4 }");
    expect((await client.execute("({ soon: Promise.resolve({ a: 1 }) })")).result).toBe(
      "{ soon: Promise { { a: 1 } } }",
    );
    const { result } = await client.execute("const timer = setTimeout(() => {}, 1); timer");
    expect(result).toMatch(/^Timeout \{/);
    expect(result).not.toMatch(/Symbol\((asyncId|triggerId|kResourceStore)\)/);
  });

  it("an error that nobody handles does not end the kernel where a cell has removed all listeners", async () => {
    await client.execute("process.removeAllListeners('uncaughtException'); process.removeAllListeners();");
    const { error } = await client.execute(
      "setTimeout(() => { throw new RangeError('late'); }, 1); await new Promise((r) => setTimeout(r, 30));",
    );
    expect(error).toMatchObject({ ename: "RangeError", evalue: "late" });
    expect((await client.execute("await Promise.reject(new RangeError('rejected'));")).status).toBe("error");
    expect((await client.execute("1 + 1")).result).toBe("2");
  });
});
