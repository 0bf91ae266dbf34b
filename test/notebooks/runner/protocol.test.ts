import { existsSync, statSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { mapInOrder } from "../../../src/base/mapInOrder";
import { createConnection } from "../../../src/notebooks/runner/connection";
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
