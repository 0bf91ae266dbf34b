/** The book of this project. */

export { buildProjectBook, type ProjectBookOptions } from "./projectBook";
