/** The source that lists the parts. */
export declare const MATHJS_PARTS: string;
/** The text of the file, as a module of the given kind; it begins with the packages that stand in it and their licences. */
export declare function mathjsParts(format: "cjs" | "esm"): Promise<string>;
