/**
 * Shows Node's warnings (`ExperimentalWarning`, `DeprecationWarning`, those of `process.emitWarning`) in a cell as they are in every run:
 * Node itself puts the number of the process before them, and behind the first how to start Node to learn more.
 */
export function captureWarnings(): void {
  const own = process.listeners("warning").find(({ name }) => name === "onWarning");
  // Whoever started the kernel wants none, or has them elsewhere.
  if (!own || isElsewhere()) return;
  process.off("warning", own);
  process.on("warning", (warning: Error & { readonly code?: unknown; readonly detail?: unknown }) => {
    const { traceProcessWarnings, traceDeprecation, noDeprecation } = process as unknown as Readonly<
      Record<string, unknown>
    >;
    const isDeprecation = warning.name === "DeprecationWarning";
    if (isDeprecation && noDeprecation === true) return;
    const isTraced = traceProcessWarnings === true || (isDeprecation && traceDeprecation === true);
    const code = warning.code === undefined ? "" : `[${String(warning.code)}] `;
    const text = isTraced ? (warning.stack ?? String(warning)) : String(warning);
    const detail = typeof warning.detail === "string" ? `\n${warning.detail}` : "";
    try {
      process.stderr.write(`${code}${text}${detail}\n`);
    } catch {
      // The cell has been interrupted.
    }
  });
}

function isElsewhere(): boolean {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ""].join(" ");
  return (
    /--(?:redirect-warnings|disable-warning)/.test(options) ||
    (process.env.NODE_REDIRECT_WARNINGS ?? "") !== ""
  );
}
