export { parseCsv, readCsv, toCsv } from "./csv";
export { escapeXml } from "./escapeXml";
export { InputError, printable, printableLines } from "./inputError";
export { isJsonObject, type JsonObject, type JsonValue } from "./json";
export { mapInOrder } from "./mapInOrder";
export {
  isNothing,
  isRounding,
  powerOfTen,
  readablePowers,
  requireDigits,
  shownDifference,
  shownNumber,
} from "./numberText";
export { checkNumbers, isSubnormal } from "./numberTexts";
export { type Cell, recordsOf, requireTable, type Table, type TableRecord, tableFrom } from "./plainTable";
export {
  allowedWhole,
  count,
  join,
  type RawRecord,
  readChoice,
  readList,
  readRecord,
  readWhole,
  requireFinite,
  requireLength,
  requireList,
  requireMatrix,
  requireNumber,
  requireObject,
  requirePositive,
  requireRows,
  requireSquare,
  requireVector,
} from "./readInput";
export { readShard, type Shard, shardOf } from "./shard";
export { decodeUtf8, JsonError, parseStrictJson } from "./strictJson";
