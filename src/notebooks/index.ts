/** What a cell of a lesson uses; loading it is cheap. */

export type { Answer } from "./course/answer";
export { type AnswerCheck, checkAnswer, WrongAnswer } from "./course/checkAnswer";
