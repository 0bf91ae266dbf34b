/** The constants of a lesson as a form. */
export interface ParametersForm {
  readonly element: HTMLFormElement;
  /** Says what is wrong with a value. */
  readonly complain: (words: string) => void;
}

export interface ParametersFormOptions {
  /** Name, and the value as JSON. */
  readonly parameters: readonly (readonly [name: string, json: string])[];
  readonly onRun: (values: Readonly<Record<string, string>>) => void;
  /** Only values that differ from those of the book stand in a link. */
  readonly original: readonly (readonly [name: string, json: string])[];
  readonly onLink: (address: string) => void;
}

/** How a value is written in a field: text without its quotes. */
const written = (json: string): string => {
  const value: unknown = JSON.parse(json);
  return typeof value === "string" ? value : json;
};

export function parametersForm({
  parameters,
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
    return [name, input] as const;
  });
  const button = (words: string, type: "submit" | "button") => {
    const element = document.createElement("button");
    element.type = type;
    element.className = "button";
    element.textContent = words;
    return element;
  };
  const link = button("Copy link", "button");
  const actions = document.createElement("p");
  actions.append(button("Run with these", "submit"), " ", link);
  const complaint = document.createElement("p");
  complaint.className = "complaint";
  complaint.setAttribute("role", "alert");
  complaint.hidden = true;
  form.append(actions, complaint);
  const values = () => Object.fromEntries(fields.map(([name, input]) => [name, input.value]));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    complaint.hidden = true;
    onRun(values());
  });
  link.addEventListener("click", () => {
    const changed = Object.entries(values()).filter(
      ([name, value]) => value !== written(original.find(([each]) => each === name)?.[1] ?? '""'),
    );
    const query = new URLSearchParams(changed).toString();
    onLink(`${location.href.replace(/[?#].*$/, "")}${query === "" ? "" : `?${query}`}`);
  });
  return {
    element: form,
    complain: (words) => {
      complaint.textContent = words;
      complaint.hidden = false;
    },
  };
}
