import { dirname } from "node:path";

/** The folder of this package: it carries the sources that are bundled for the reader's browser. */
export const SITE_PACKAGE = dirname(require.resolve("@finetune-icl/site/package.json"));
