/** The first line of the traceback of an error that no code handled: the cell's own reply may say that all is well. */
export const UNHANDLED = "Nobody handled this error:";
