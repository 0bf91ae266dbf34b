import { loadCompiler, tslabVersion } from "./tslab";
import type { JsonObject } from "./wire";

/** What the kernel says about itself. */
export function kernelInfo(): JsonObject {
  const typescript = loadCompiler().version;
  return {
    status: "ok",
    protocol_version: "5.4",
    implementation: "tslab-kernel",
    implementation_version: tslabVersion,
    language_info: {
      name: "typescript",
      version: typescript,
      mimetype: "text/typescript",
      file_extension: ".ts",
      // JupyterLab finds the mode by the MIME type, classic Notebook by the name and the flag.
      codemirror_mode: { mode: "typescript", name: "javascript", typescript: true },
    },
    banner: `TypeScript ${typescript} (tslab ${tslabVersion}) on Node ${process.version}`,
    help_links: [{ text: "TypeScript", url: "https://www.typescriptlang.org/docs/" }],
    supported_features: ["iopub_welcome"],
  };
}
