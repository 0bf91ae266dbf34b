export type { Answer } from "./answer";
export { type AnswerCheck, checkAnswer, WrongAnswer } from "./checkAnswer";
export { type Audience, writeCourseCopy } from "./courseCopy";
export { type Grade, gradeSubmission } from "./grade";
export { type Lesson, readLesson } from "./lesson";
export { timingsTable, withTimings } from "./syllabus";
