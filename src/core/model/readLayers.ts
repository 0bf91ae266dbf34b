import { InputError } from "@finetune-icl/base";
import type { Matrix } from "../algebra/matrix";
import { FLOAT } from "../algebra/numberField";
import { join, readChoice, readList, readRecord, readSquareMatrix, readVector } from "../problem/readInput";
import type { AttentionHead, AttentionLayer } from "./linearAttention";
import { tokenLength } from "./tokens";

/**
 * Reads the layers of a model for covariates of the given dimension: an array of layers, each an array of heads, each
 * `{kind: "merged", value, keyQuery}` or `{kind: "separate", value, key, query}`.
 * @throws InputError naming the field when a matrix is not D × D, or key and query are not both r × D.
 */
export function readLayers(raw: unknown, path: string, dimension: number): readonly AttentionLayer[] {
  const size = tokenLength(dimension);
  return readList(raw, path, "layers", (layer, layerPath) =>
    readList(layer, layerPath, "heads", (head, headPath) => readHead(head, headPath, size)),
  );
}

function readHead(raw: unknown, path: string, size: number): AttentionHead {
  const { kind: rawKind } = readRecord(raw, path, ["kind", "value", "keyQuery", "key", "query"]);
  const kind = readChoice(rawKind, join(path, "kind"), ["merged", "separate"]);
  if (kind === "merged") {
    const record = readRecord(raw, path, ["kind", "value", "keyQuery"]);
    return {
      kind,
      value: readSquareMatrix(FLOAT, record.value, join(path, "value"), size),
      keyQuery: readSquareMatrix(FLOAT, record.keyQuery, join(path, "keyQuery"), size),
    };
  }
  const record = readRecord(raw, path, ["kind", "value", "key", "query"]);
  const key = readRows(record.key, join(path, "key"), size);
  const query = readRows(record.query, join(path, "query"), size);
  if (key.length !== query.length) {
    throw new InputError(join(path, "query"), query, `${key.length} rows, as many as key`);
  }
  return { kind, value: readSquareMatrix(FLOAT, record.value, join(path, "value"), size), key, query };
}

function readRows(raw: unknown, path: string, columns: number): Matrix {
  return readList(raw, path, "rows", (row, rowPath) => readVector(FLOAT, row, rowPath, columns));
}
