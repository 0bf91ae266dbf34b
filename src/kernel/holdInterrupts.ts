/**
 * From here on SIGINT does not end this process. Node ends it whenever no script asks for the signal (`breakOnSigint`), while the kernel
 * starts and in the moments in which the sentinel thread begins to sleep again; so one asks that never runs, as Node's own
 * console does. A Node that does not let it leaves those moments.
 */
try {
  const { binding } = process as unknown as {
    readonly binding: (name: string) => { readonly startSigintWatchdog?: () => void };
  };
  binding.call(process, "contextify").startSigintWatchdog?.();
} catch {
  // As said above.
}
