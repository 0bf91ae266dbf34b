import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { parseCsv, toCsv } from "../../src/base/csv";
import { InputError } from "../../src/base/inputError";
import { recordsOf, type Table, tableFrom } from "../../src/base/plainTable";
import { loadTable, saveFigureTable, saveTable } from "../../src/files/table";

const folder = mkdtempSync(join(tmpdir(), "tables-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", " ", "a", "1", "-", ".", "e"), maxLength: 6 }),
  fc.constantFrom("NaN", "Infinity", "-0", "1e3", "0x10", " 7 ", "", '""', "\r\n", "true", "−θ₀"),
  fc.double().map(String),
);
const cell = fc.oneof(
  text,
  fc.double(),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0.1 + 0.2, 5e-324),
);
const tables: fc.Arbitrary<Table> = fc.integer({ min: 1, max: 4 }).chain((width) => {
  const row = <T>(each: fc.Arbitrary<T>) => fc.array(each, { minLength: width, maxLength: width });
  return fc.record(
    { columns: row(text), rows: fc.array(row(cell), { maxLength: 6 }) },
    { noNullPrototype: true },
  );
});

/** The one line an InputError says; anything else that is thrown, or nothing, is a failure. */
function complaint(act: () => unknown): string {
  try {
    const got = act();
    return expect.fail(`expected: an InputError\ngot: ${JSON.stringify(got)}`);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

describe("a table", () => {
  it("comes back from CSV cell by cell: every number bit by bit, every text as that text", () => {
    fc.assert(
      fc.property(tables, (table) => {
        expect(parseCsv(toCsv(table)), toCsv(table)).toStrictEqual(table);
      }),
      { numRuns: 2000 },
    );
  });

  it("comes back from a file, in which the same table gives the same bytes", () => {
    const path = join(folder, "table.csv");
    fc.assert(
      fc.property(tables, (table) => {
        saveTable(path, table);
        expect(loadTable(path)).toStrictEqual(table);
        const bytes = readFileSync(path);
        saveTable(path, loadTable(path));
        expect(readFileSync(path).equals(bytes), toCsv(table)).toBe(true);
      }),
      { numRuns: 30 },
    );
    expect(readdirSync(folder), "no temporary file stays").toEqual(["table.csv"]);
  });

  it("is written as RFC 4180 says, and text that looks like a number between quotes", () => {
    const row = [
      1,
      -0,
      Number.NaN,
      Number.NEGATIVE_INFINITY,
      0.1 + 0.2,
      "plain",
      'a "b"',
      "c,d",
      "e\nf",
      "",
      "1",
      "NaN",
    ];
    const table = { columns: row.map((_, i) => `k${i}`), rows: [row] };
    const expected = '1,-0,NaN,-Infinity,0.30000000000000004,plain,"a ""b""","c,d","e\nf","","1","NaN"\n';
    expect(toCsv(table).slice(toCsv(table).indexOf("\n") + 1)).toBe(expected);
  });

  it.each<[string, string, Table]>([
    ["lines that end as on Windows", "a,b\r\n1,x\r\n", { columns: ["a", "b"], rows: [[1, "x"]] }],
    ["no newline at the end", "a,b\n1,x", { columns: ["a", "b"], rows: [[1, "x"]] }],
    ["an empty last cell and no newline", "a,b\n1,", { columns: ["a", "b"], rows: [[1, ""]] }],
    ["column names that look like numbers", "1,2\n3,4\n", { columns: ["1", "2"], rows: [[3, 4]] }],
    ["nothing", "", { columns: [], rows: [] }],
    ["a table without columns", "\n", { columns: [], rows: [] }],
  ])("is read from a file of another hand: %s", (_what, csv, expected) => {
    expect(parseCsv(csv), JSON.stringify(csv)).toStrictEqual(expected);
  });

  it.each([
    ["a quote that is never closed", 'a,b\n1,"x', 'CSV: holds "\\"x"; allowed: cells separated by commas'],
    ["words after a quoted cell", '"a"b\n', 'CSV: holds "\\"a\\"b\\n"; allowed: cells separated by commas'],
    ["a row that is too short", "a,b\n1,2\n3\n", "CSV, row 2: holds [3]; allowed: 2 cells"],
    ["a row that is too long", "a,b\n1,2,3\n", "CSV, row 1: holds [1,2,3]; allowed: 2 cells"],
  ])("is not read from %s", (_what, csv, expected) => {
    expect(
      complaint(() => parseCsv(csv)),
      JSON.stringify(csv),
    ).toBe(expected);
  });

  it("names the file that is missing or that holds no table", () => {
    const [missing, broken] = [join(folder, "missing.csv"), join(folder, "broken.csv")];
    writeFileSync(broken, "a,b\n1\n");
    expect(complaint(() => loadTable(missing))).toMatch(
      /^table: holds ".*missing.csv.*; allowed: a CSV file/,
    );
    expect(complaint(() => loadTable(broken))).toBe(`${broken}, row 1: holds [1]; allowed: 2 cells`);
  });

  it.each(["", "../up", "Upper", "two words", "-a", "a-", "a.csv", "a\n"])(
    "has no figure name like %j",
    (name) => {
      const said = complaint(() => saveFigureTable(name, { columns: ["a"], rows: [] }));
      expect(said).toBe(
        `name: holds ${JSON.stringify(name)}; allowed: lower-case letters, digits and hyphens`,
      );
    },
  );

  it("is collected from records that all have the same fields", () => {
    expect(tableFrom([{ a: 1, b: "x" }])).toStrictEqual({ columns: ["a", "b"], rows: [[1, "x"]] });
    expect(
      tableFrom([
        { a: 1, b: "x" },
        { b: "y", a: 2 },
      ]).rows,
    ).toStrictEqual([
      [1, "x"],
      [2, "y"],
    ]);
    expect(tableFrom([])).toStrictEqual({ columns: [], rows: [] });
    const given = [
      { a: 1, b: "x" },
      { a: Number.NaN, b: "" },
    ];
    expect(recordsOf(tableFrom(given))).toStrictEqual(given);
    const record = (i: number) => (i === 0 ? { a: 1, toString: "t" } : { a: 1, b: 2 });
    const records = [record(0), record(1)] as unknown as Parameters<typeof tableFrom>[0];
    expect(complaint(() => tableFrom(records))).toBe(
      'records[1]: holds ["a","b"]; allowed: the columns a, toString',
    );
  });
});
