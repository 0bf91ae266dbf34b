/** What a cell of a lesson uses; loading it is cheap. */

export type { Answer } from "./course/answer";
export { type AnswerCheck, checkAnswer, type SealedCheck, WrongAnswer } from "./course/checkAnswer";
export { checkParameters, type ParameterDomain } from "./runner/parameterDomain";
