import { type Engine, loadCompiler, loadInspect } from "@finetune-icl/kernel/cells";
import type { Notebook } from "@finetune-icl/notebooks/compare";
import { overrideParameters, readParameters } from "@finetune-icl/notebooks/parameters";
import type { Answers, Question } from "./messages";
import { staleCells } from "./stale";

/** Answers a question about code. @throws InputError when constants are not what they should be. */
export function answerTo(engine: Engine, question: Question): Answers[Question["about"]] {
  switch (question.about) {
    case "completions": {
      const { start, end, candidates, original } = engine.complete(question.code, question.position);
      const kinds = new Map(original?.entries.map(({ name, kind }) => [name, String(kind)]));
      return {
        from: start,
        to: end,
        options: candidates.map((label) => ({ label, kind: kinds.get(label) ?? "" })),
      };
    }
    case "name": {
      const { code, position } = question;
      // As in a console, a cursor behind a name asks for it too.
      const info =
        engine.inspect(code, position) ?? (position > 0 ? engine.inspect(code, position - 1) : undefined);
      return info && loadInspect().printQuickInfo(info);
    }
    case "parameters":
      return readParameters(alone(question.source)).map(
        ({ name, value }) => [name, JSON.stringify(value)] as const,
      );
    case "override": {
      const values = new Map(Object.entries(question.values));
      return overrideParameters(alone(question.source), values, "this lesson").cells[0]!.source;
    }
    case "stale":
      return staleCells(loadCompiler(), question.sources, question.ran);
  }
}

/** A notebook that is a cell of parameters and nothing else. */
function alone(source: string): Notebook {
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      {
        cell_type: "code",
        id: "parameters",
        metadata: { tags: ["parameters"] },
        source,
        execution_count: null,
        outputs: [],
      },
    ],
  };
}
