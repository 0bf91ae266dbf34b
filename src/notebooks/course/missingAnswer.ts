/** The line that stands in a student's copy where an answer is asked for. */
export function missingAnswerLine(exercise: string): string {
  return `throw new Error(${JSON.stringify(missingAnswerMessage(exercise))});`;
}

/** What that line throws, by which a check knows that there is no answer yet. */
export function missingAnswerMessage(exercise: string): string {
  return `Exercise ${exercise}: replace this line by your answer.`;
}
