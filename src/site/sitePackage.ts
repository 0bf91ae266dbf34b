import { realpathSync } from "node:fs";
import { dirname } from "node:path";

/**
 * The folder of this package: it carries the sources that are bundled for the reader's browser. Its real path, because the bundler knows files by
 * theirs: a module that stands in a bundle under two paths is there twice, and each half knows nothing of the other.
 */
export const SITE_PACKAGE = realpathSync(dirname(require.resolve("@finetune-icl/site/package.json")));
