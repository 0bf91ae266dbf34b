/** The book of this project. */

export { messageFigure, messageTable, onDarkGround } from "./explore/messageFigure";
export { buildProjectBook, type ProjectBookOptions } from "./projectBook";
