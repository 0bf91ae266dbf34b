/** The compiler that tslab's converter is given: see the counterpart of the kernel's `tslab`. */
export const slot: { compiler: object } = { compiler: {} };
