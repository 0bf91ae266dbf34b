/** The constants of a lesson as a form. */
export interface ParametersForm {
  readonly element: HTMLFormElement;
  /** Whether the form shows these constants: what a reader has typed since is not meant. */
  readonly shows: (parameters: Parameters) => boolean;
  /** Values that a reader has typed and not run: name → text. */
  readonly typed: () => Readonly<Record<string, string>>;
  /** Says what is wrong with a value. */
  readonly complain: (words: string) => void;
}

/** Name, and the value as JSON. */
export type Parameters = readonly (readonly [name: string, json: string])[];

export interface ParametersFormOptions {
  readonly parameters: Parameters;
  /** What the reader should know about the cell. */
  readonly note: string;
  readonly onRun: (values: Readonly<Record<string, string>>) => void;
  /** Only values that differ from those of the book stand in a link, and only of constants that it has. */
  readonly original: Parameters;
  readonly onLink: (address: string) => void;
}

/** How a value is written in a field: text without its quotes. */
const written = (json: string): string => {
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value : json;
};

export function parametersForm({
  parameters,
  note,
  original,
  onRun,
  onLink,
}: ParametersFormOptions): ParametersForm {
  const form = document.createElement("form");
  form.className = "parameters";
  form.setAttribute("aria-label", "Constants of this lesson");
  const fields = parameters.map(([name, json]) => {
    const label = document.createElement("label");
    const input = document.createElement("input");
    input.name = name;
    input.value = written(json);
    input.autocomplete = "off";
    input.spellcheck = false;
    const words = document.createElement("code");
    words.textContent = name;
    label.append(words, input);
    form.append(label);
    return [name, input, json] as const;
  });
  const button = (words: string, type: "submit" | "button") => {
    const element = document.createElement("button");
    element.type = type;
    element.className = "button";
    element.textContent = words;
    return element;
  };
  const paragraph = (className: string, role: string, words: string) => {
    const element = document.createElement("p");
    element.className = className;
    element.setAttribute("role", role);
    element.textContent = words;
    element.hidden = words === "";
    return element;
  };
  const link = button("Copy link", "button");
  const actions = document.createElement("p");
  actions.append(button("Run with these", "submit"), " ", link);
  const complaint = paragraph("complaint", "alert", "");
  form.append(paragraph("note", "status", note), actions, complaint);
  const values = () => Object.fromEntries(fields.map(([name, input]) => [name, input.value]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    complaint.hidden = true;
    onRun(values());
  });
  link.addEventListener("click", () => {
    const changed = fields.flatMap(([name, { value }]) => {
      const [, json] = original.find(([each]) => each === name) ?? [];
      return json === undefined || value === written(json) ? [] : [[name, value]];
    });
    const query = new URLSearchParams(changed).toString();
    onLink(`${location.href.replace(/[?#].*$/, "")}${query === "" ? "" : `?${query}`}`);
  });
  return {
    element: form,
    shows: (given) => JSON.stringify(given) === JSON.stringify(parameters),
    typed: () =>
      Object.fromEntries(
        fields.flatMap(([name, { value }, json]) => (value === written(json) ? [] : [[name, value]])),
      ),
    complain: (words) => {
      complaint.textContent = words;
      complaint.hidden = false;
    },
  };
}
