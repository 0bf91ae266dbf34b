export { escapeXml } from "./escapeXml";
export { InputError } from "./inputError";
export { type JsonObject, type JsonValue, isJsonObject } from "./json";
export { mapInOrder } from "./mapInOrder";
export { type Cell, type Table, type TableRecord, recordsOf, tableFrom } from "./plainTable";
