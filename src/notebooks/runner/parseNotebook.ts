import { InputError, isJsonObject, type JsonObject, type JsonValue } from "@finetune-icl/base";
import {
  type Attachments,
  type Cell,
  isJsonMime,
  type MimeBundle,
  type Notebook,
  type Output,
} from "./nbformat";

const CELL_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/**
 * Checks a parsed .ipynb file against nbformat 4 (4.0 to 4.5) and returns it as a 4.5 notebook; cells of files older
 * than 4.5, which have no ids, get `cell-1`, `cell-2`, …; ids
 * of the author's own, if unique, stay. `where` names the file in errors; `exact` is the same file with the numbers of metadata as
 * they are written. Throws `InputError` with the path of the first wrong field. A cell with the id of an earlier one is such a field, unless
 * `renewsIds`: then it gets another, as a cell that somebody copied needs.
 */
export function parseNotebook(
  json: unknown,
  where: string,
  exact: unknown = json,
  { renewsIds = false }: ReadOptions = {},
): Notebook {
  const file = object(json, where, "a notebook, a JSON object");
  const at = (field: string) => `${where}: ${field}`;
  if (file.nbformat !== 4)
    throw new InputError(
      at("nbformat"),
      file.nbformat,
      "4 (`jupyter nbconvert --to notebook --inplace FILE` brings an older file there)",
    );
  const minor = integer(file.nbformat_minor, at("nbformat_minor"), 5);
  onlyKeys(file, where, ["nbformat", "nbformat_minor", "metadata", "cells"]);
  const metadata = object(file.metadata, at("metadata"));
  checkKernel(metadata, at("metadata"));
  const written = array(file.cells, at("cells"));
  const newIds = minor < 5 || (renewsIds && haveIds(written)) ? upgradedIds(written) : [];
  const cells = written
    .map((cell, index) => parseCell(cell, at(`cells[${index}]`), newIds[index]))
    .map((cell, index) => ({ ...cell, metadata: metadataOf(exactCells(exact)[index], cell.metadata) }));
  const ids = new Set<string>();
  for (const [index, { id }] of cells.entries()) {
    if (ids.has(id)) throw new InputError(at(`cells[${index}].id`), id, "an id that no earlier cell has");
    ids.add(id);
  }
  return { nbformat: 4, nbformat_minor: 5, metadata: metadataOf(exact, metadata), cells };
}

/** How a notebook is read. */
export interface ReadOptions {
  readonly renewsIds?: boolean;
}

/** Whether every cell has an id that could be one; wrong ones are refused by name. */
function haveIds(cells: readonly JsonValue[]): boolean {
  return cells.every((cell) => isJsonObject(cell) && typeof cell.id === "string" && CELL_ID.test(cell.id));
}

/** Ids for cells of a file that need not have any: those that it has, and otherwise their numbers. */
function upgradedIds(cells: readonly JsonValue[]): readonly string[] {
  const taken = new Set<string>();
  const given = cells.map((cell) => {
    const id = isJsonObject(cell) ? cell.id : undefined;
    if (typeof id !== "string" || !CELL_ID.test(id) || taken.has(id)) return undefined;
    taken.add(id);
    return id;
  });
  return given.map((id, index) => {
    if (id !== undefined) return id;
    let fresh = `cell-${index + 1}`;
    while (taken.has(fresh)) fresh += "-new";
    taken.add(fresh);
    return fresh;
  });
}

function exactCells(exact: unknown): readonly unknown[] {
  const { cells } = (exact ?? {}) as { readonly cells?: unknown };
  return Array.isArray(cells) ? cells : [];
}

function metadataOf(exact: unknown, otherwise: JsonObject): JsonObject {
  const { metadata } = (exact ?? {}) as { readonly metadata?: JsonObject };
  return metadata ?? otherwise;
}

function checkKernel(metadata: JsonObject, where: string): void {
  for (const [key, required] of [
    ["kernelspec", ["name", "display_name"]],
    ["language_info", ["name"]],
  ] as const) {
    if (metadata[key] === undefined) continue;
    const info = object(metadata[key], `${where}.${key}`);
    for (const name of required) text(info[name], `${where}.${key}.${name}`);
  }
}

function parseCell(json: JsonValue, where: string, newId: string | undefined): Cell {
  const cell = object(json, where);
  const type = oneOf(cell.cell_type, `${where}.cell_type`, ["code", "markdown", "raw"]);
  const common = ["cell_type", "id", "metadata", "source"];
  onlyKeys(cell, where, [...common, ...(type === "code" ? ["execution_count", "outputs"] : ["attachments"])]);
  const parts = {
    id: newId ?? cellId(cell.id, `${where}.id`),
    metadata: cellMetadata(cell.metadata, `${where}.metadata`),
    source: multiline(cell.source, `${where}.source`),
  };
  if (type === "code")
    return {
      ...parts,
      cell_type: type,
      execution_count: count(cell.execution_count, `${where}.execution_count`),
      outputs: array(cell.outputs, `${where}.outputs`).map((output, index) =>
        parseOutput(output, `${where}.outputs[${index}]`),
      ),
    };
  if (cell.attachments === undefined) return { ...parts, cell_type: type };
  return { ...parts, cell_type: type, attachments: attachments(cell.attachments, `${where}.attachments`) };
}

function parseOutput(json: JsonValue, where: string): Output {
  const output = object(json, where);
  const type = oneOf(output.output_type, `${where}.output_type`, [
    "stream",
    "display_data",
    "execute_result",
    "error",
  ]);
  switch (type) {
    case "stream":
      onlyKeys(output, where, ["output_type", "name", "text"]);
      return {
        output_type: type,
        name: oneOf(output.name, `${where}.name`, ["stdout", "stderr"]),
        text: multiline(output.text, `${where}.text`),
      };
    case "error":
      onlyKeys(output, where, ["output_type", "ename", "evalue", "traceback"]);
      return {
        output_type: type,
        ename: text(output.ename, `${where}.ename`),
        evalue: text(output.evalue, `${where}.evalue`),
        traceback: array(output.traceback, `${where}.traceback`).map((line, index) =>
          text(line, `${where}.traceback[${index}]`),
        ),
      };
    case "display_data":
    case "execute_result": {
      const isResult = type === "execute_result";
      onlyKeys(output, where, ["output_type", "data", "metadata", ...(isResult ? ["execution_count"] : [])]);
      const shown = {
        data: mimeBundle(output.data, `${where}.data`),
        metadata: object(output.metadata, `${where}.metadata`),
      };
      if (!isResult) return { output_type: type, ...shown };
      return {
        output_type: type,
        ...shown,
        execution_count: count(output.execution_count, `${where}.execution_count`),
      };
    }
  }
}

function cellMetadata(value: JsonValue | undefined, where: string): JsonObject {
  const metadata = object(value, where);
  if (metadata.tags === undefined) return metadata;
  const tags = array(metadata.tags, `${where}.tags`);
  for (const [index, tag] of tags.entries()) {
    const isTag = typeof tag === "string" && /^[^,]+$/.test(tag) && tags.indexOf(tag) === index;
    if (!isTag) throw new InputError(`${where}.tags[${index}]`, tag, "a tag without a comma, given once");
  }
  return metadata;
}

function mimeBundle(value: JsonValue | undefined, where: string): MimeBundle {
  return Object.fromEntries(
    Object.entries(object(value, where)).map(([mime, data]) => [
      mime,
      isJsonMime(mime) ? data : multiline(data, `${where}["${mime}"]`),
    ]),
  );
}

function attachments(value: JsonValue, where: string): Attachments {
  return Object.fromEntries(
    Object.entries(object(value, where)).map(([name, bundle]) => [
      name,
      mimeBundle(bundle, `${where}["${name}"]`),
    ]),
  );
}

function cellId(value: JsonValue | undefined, where: string): string {
  if (typeof value === "string" && CELL_ID.test(value)) return value;
  throw new InputError(where, value, "1 to 64 letters, digits, - and _");
}

function count(value: JsonValue | undefined, where: string): number | null {
  return value === null ? null : integer(value, where);
}

function integer(value: JsonValue | undefined, where: string, most = Number.MAX_SAFE_INTEGER): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= most) return value;
  const upTo = most === Number.MAX_SAFE_INTEGER ? "an integer from 0" : `an integer from 0 to ${most}`;
  throw new InputError(where, value, upTo);
}

function multiline(value: JsonValue | undefined, where: string): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value) && value.every((line) => typeof line === "string")) return value.join("");
  throw new InputError(where, value, "a string or a list of strings");
}

function text(value: JsonValue | undefined, where: string): string {
  if (typeof value === "string") return value;
  throw new InputError(where, value, "a string");
}

function oneOf<const T extends string>(
  value: JsonValue | undefined,
  where: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((item) => item === value);
  if (found === undefined) throw new InputError(where, value, allowed.join(", "));
  return found;
}

function array(value: JsonValue | undefined, where: string): readonly JsonValue[] {
  if (Array.isArray(value)) return value;
  throw new InputError(where, value, "a list");
}

function object(value: unknown, where: string, allowed = "an object"): JsonObject {
  if (isJsonObject(value)) return value;
  throw new InputError(where, value, allowed);
}

function onlyKeys(value: JsonObject, where: string, keys: readonly string[]): void {
  const unknown = Object.keys(value).find((key) => !keys.includes(key));
  if (unknown !== undefined) throw new InputError(`${where}.${unknown}`, value[unknown], `no such field`);
}
