/** The editor of a cell, CodeMirror: loaded when a reader first edits. */
import {
  autocompletion,
  type CompletionContext,
  type CompletionResult,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
} from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import { EditorState, Transaction } from "@codemirror/state";
import { drawSelection, EditorView, highlightSpecialChars, hoverTooltip, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { LessonWorker } from "./lessonWorker";

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly source: string;
  readonly label: string;
  /** Who knows about names; undefined when there is nobody to ask now. What a reader asks for starts one. */
  readonly worker: (isAskedFor: boolean) => Promise<LessonWorker | undefined>;
  readonly onChange: (source: string) => void;
  /** Shift+Enter, and Ctrl+Enter to stay. */
  readonly onRun: (goOn: boolean) => void;
}

/** A place in the code (line from 1, column from 1) and what is wrong there. */
export interface Mistake {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface Editor {
  readonly focus: () => void;
  /** Puts other code into the place of the editor's, as a change that can be undone. */
  readonly replace: (source: string) => void;
  readonly mark: (mistakes: readonly Mistake[]) => void;
  readonly remove: () => void;
}

const COLOURS = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--hl-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.regexp], color: "var(--hl-string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--hl-number)" },
  {
    tag: [tags.function(tags.variableName), tags.function(tags.propertyName), tags.typeName, tags.className],
    color: "var(--hl-title)",
  },
  { tag: tags.comment, color: "var(--hl-comment)" },
]);

const THEME = EditorView.theme({
  "&": { backgroundColor: "var(--code)", color: "var(--text)", border: "1px solid var(--line)" },
  "&.cm-focused": { outline: "2px solid var(--accent)" },
  ".cm-content": { caretColor: "var(--text)", fontFamily: "ui-monospace, monospace", fontSize: "0.85rem" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-selectionBackground, &.cm-focused .cm-selectionBackground": {
    backgroundColor: "var(--mark) !important",
  },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    maxWidth: "min(40rem, 90vw)",
  },
  ".cm-tooltip pre": { margin: "0", padding: "0.4rem 0.6rem", whiteSpace: "pre-wrap", fontSize: "0.8rem" },
});

const KINDS: Readonly<Record<string, string>> = {
  const: "constant",
  let: "variable",
  var: "variable",
  "local var": "variable",
  alias: "variable",
  parameter: "variable",
  function: "function",
  "local function": "function",
  method: "method",
  property: "property",
  getter: "property",
  class: "class",
  interface: "interface",
  type: "type",
  enum: "enum",
  keyword: "keyword",
  module: "namespace",
};

/** In the place of names, when nobody can be asked for them. */
const nobody = (position: number): CompletionResult => ({
  from: position,
  filter: false,
  options: [
    { label: "A cell is running: names come when it has ended, or after Stop.", apply: "", type: "text" },
  ],
});

function openEditor({ parent, source, label, worker, onChange, onRun }: EditorOptions): Editor {
  const explain = async (code: string, position: number): Promise<HTMLElement | null> => {
    const asked = await worker(false);
    const text = await asked?.ask({ about: "name", code, position }).catch(() => undefined);
    if (text === undefined || text === "") return null;
    const words = document.createElement("pre");
    words.textContent = text;
    return words;
  };

  const complete = async (context: CompletionContext): Promise<CompletionResult | null> => {
    const word = context.matchBefore(/[\w$]+|\.[\w$]*/);
    if (!context.explicit && word === null) return null;
    const code = context.state.doc.toString();
    const asked = await worker(context.explicit);
    // Silence would look as if there were no names.
    if (asked === undefined && context.explicit) return nobody(context.pos);
    const found = await asked
      ?.ask({ about: "completions", code, position: context.pos })
      .catch(() => undefined);
    if (found === undefined || context.aborted) return null;
    return {
      from: found.from,
      to: found.to,
      validFor: /^[\w$]*$/,
      options: found.options.map(({ label: name, kind }) => ({
        label: name,
        type: KINDS[kind] ?? "variable",
        info: () => explain(code.slice(0, found.from) + name + code.slice(found.to), found.from + 1),
      })),
    };
  };

  const run = (goOn: boolean) => () => {
    onRun(goOn);
    return true;
  };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: source,
      extensions: [
        keymap.of([
          { key: "Shift-Enter", run: run(true) },
          { key: "Mod-Enter", run: run(false) },
          ...closeBracketsKeymap,
          ...completionKeymap,
          // Tab stays the key that leaves the editor.
          ...defaultKeymap,
          ...historyKeymap,
        ]),
        history(),
        drawSelection(),
        highlightSpecialChars(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        javascript({ typescript: true }),
        syntaxHighlighting(COLOURS),
        autocompletion({ override: [complete] }),
        hoverTooltip(async (shown, position) => {
          const dom = await explain(shown.state.doc.toString(), position);
          return dom === null ? null : { pos: position, create: () => ({ dom }) };
        }),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
        THEME,
      ],
    }),
  });

  const placeOf = ({ line, column }: Mistake): number => {
    const { doc } = view.state;
    const { from, to } = doc.line(Math.min(Math.max(1, line), doc.lines));
    return Math.min(from + column - 1, to);
  };
  return {
    focus: () => view.focus(),
    replace: (source) => {
      if (source === view.state.doc.toString()) return;
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: source },
        annotations: Transaction.userEvent.of("input.elsewhere"),
      });
    },
    mark: (mistakes) => {
      const diagnostics = mistakes.map((mistake): Diagnostic => {
        const from = placeOf(mistake);
        const word = view.state.wordAt(from);
        return { from, to: word?.to ?? from, severity: "error", message: mistake.message };
      });
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    remove: () => view.destroy(),
  };
}

export type OpenEditor = typeof openEditor;
Object.assign(globalThis, { finetuneIclEditor: openEditor });
