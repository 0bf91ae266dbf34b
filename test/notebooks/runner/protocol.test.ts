import { existsSync, statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapInOrder } from "../../../src/base/mapInOrder";
import { createConnection } from "../../../src/notebooks/runner/connection";
import { reportOf, toErrorOutput, withErrorOutput } from "../../../src/notebooks/runner/thrownText";
import { decodeMessage, encodeMessage } from "../../../src/notebooks/runner/wire";

describe("a message on the wire", () => {
  const message = {
    header: { msg_id: "1" },
    parentHeader: {},
    metadata: {},
    content: { code: "1 + 1 // é" },
  };
  const frames = () => ["identity", ...encodeMessage(message, "key")].map((frame) => Buffer.from(frame));

  it("arrives as it was sent", () => expect(decodeMessage(frames(), "key")).toEqual(message));

  it("is refused when any part was changed, or when the key is another", () => {
    for (let part = 2; part < 7; part += 1) {
      const changed = frames();
      changed[part] = Buffer.from(`${changed[part]} `);
      expect(() => decodeMessage(changed, "key"), `part ${part}`).toThrow("wrong signature");
    }
    expect(() => decodeMessage(frames(), "other")).toThrow("wrong signature");
  });
});

describe("a connection", () => {
  it("keeps its key from other users and leaves nothing", () => {
    const connection = createConnection();
    expect(statSync(connection.file).mode & 0o777).toBe(0o600);
    expect(statSync(connection.directory).mode & 0o777).toBe(0o700);
    connection.forgetFile();
    expect(existsSync(connection.file)).toBe(false);
    connection.remove();
    expect(existsSync(connection.directory)).toBe(false);
  });

  it("has a key of its own", () => {
    const connections = [createConnection(), createConnection()];
    for (const { remove } of connections) remove();
    expect(new Set(connections.map(({ key }) => key)).size).toBe(2);
  });
});

describe("tslab's report of an error", () => {
  const stack = "    at f (evalmachine.<anonymous>:3:9)\n    at run (/home/me/node_modules/tslab/x.js:1:2)\n";

  it("becomes an error output without the machine's paths", () => {
    expect(toErrorOutput(`RangeError: too\nfar\n${stack}`)).toEqual({
      output_type: "error",
      ename: "RangeError",
      evalue: "too\nfar",
      traceback: ["RangeError: too", "far", "    at f (evalmachine.<anonymous>:3:9)"],
    });
  });

  it("may start with the line of code", () => {
    const report = `evalmachine.<anonymous>:2\nthrow new Error("x");\n^\n\nError: x\n${stack}`;
    expect(toErrorOutput(report)).toMatchObject({ ename: "Error", evalue: "x" });
  });

  it.each([
    ["1:7 - Type 'string' is not assignable.\n", "CompileError", "Type 'string' is not assignable."],
    ["3\n", "Error", "3"],
    ["AssertionError [ERR_ASSERTION]: unequal\n", "AssertionError", "unequal"],
    ["Error\n    at evalmachine.<anonymous>:1:1\n", "Error", ""],
  ])("%j names %s", (report, ename, evalue) =>
    expect(toErrorOutput(report)).toMatchObject({ ename, evalue }),
  );

  it("is the last text on stderr, or all compile errors at the end", () => {
    expect(reportOf(["note\n", "Error: x\n"])).toBe("Error: x\n");
    expect(reportOf(["note\n", "1:1 - a\n", "2:1 - b\n"])).toBe("1:1 - a\n2:1 - b\n");
  });

  it("leaves what the cell itself wrote to stderr", () => {
    const outputs = withErrorOutput(
      [{ output_type: "stream", name: "stderr", text: "note\nError: x\n" }],
      "Error: x\n",
    );
    expect(outputs).toMatchObject([
      { name: "stderr", text: "note\n" },
      { ename: "Error", evalue: "x" },
    ]);
  });
});

describe("work on several notebooks", () => {
  it("is reported in order and never exceeds the limit", async () => {
    const jobs = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(jobs, fc.integer({ min: 1, max: 4 }), async (delays, limit) => {
        const reported: number[] = [];
        let running = 0;
        let most = 0;
        const work = async ([index, delay]: readonly [number, number]) => {
          running += 1;
          most = Math.max(most, running);
          for (let turn = 0; turn < delay; turn += 1) await new Promise(setImmediate);
          running -= 1;
          return index;
        };
        const results = await mapInOrder([...delays.entries()], limit, work, (index) => reported.push(index));
        expect(results).toEqual([...delays.keys()]);
        expect(reported).toEqual([...delays.keys()]);
        expect(most).toBeLessThanOrEqual(limit);
      }),
    );
  });

  it("that fails fails as a whole", async () => {
    const work = async (item: number) => {
      if (item === 2) throw new Error("two");
      return item;
    };
    await expect(mapInOrder([1, 2, 3], 1, work, () => {})).rejects.toThrow("two");
  });
});
