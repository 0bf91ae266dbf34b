import type { Options } from "minisearch";

/** Shared by the one who writes the index and the one who reads it. */
export const SEARCH_OPTIONS: Options = {
  fields: ["title", "page", "text", "topic", "also"],
  storeFields: ["title", "page"],
  searchOptions: {
    boost: { title: 4, page: 2, topic: 3, also: 0.5 },
    prefix: true,
    fuzzy: 0.15,
    combineWith: "AND",
    // Readers come first, programmers second.
    boostDocument: (id) => (String(id).startsWith("reference-") ? 0.1 : 1),
  },
};
