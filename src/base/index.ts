export { parseCsv, readCsv, toCsv } from "./csv";
export { escapeXml } from "./escapeXml";
export { InputError } from "./inputError";
export { isJsonObject, type JsonObject, type JsonValue } from "./json";
export { mapInOrder } from "./mapInOrder";
export { type Cell, recordsOf, type Table, type TableRecord, tableFrom } from "./plainTable";
export {
  count,
  join,
  type RawRecord,
  readChoice,
  readList,
  readRecord,
  readWhole,
  requireLength,
} from "./readInput";
