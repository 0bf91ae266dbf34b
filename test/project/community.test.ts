import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { readText, readYaml, repository } from "./support";

const TEMPLATES = join(".github", "ISSUE_TEMPLATE");
const forms = readdirSync(join(repository, TEMPLATES)).filter((name) => name !== "config.yml");

interface Form {
  readonly name: string;
  readonly description: string;
  readonly body: readonly {
    readonly type: string;
    readonly id: string;
    readonly attributes: { readonly label: string };
    readonly validations?: { readonly required: boolean };
  }[];
}

describe.each(forms)("the issue form %s", (file) => {
  const form = readYaml(TEMPLATES, file) as Form;

  it("has what GitHub asks of a form", () => {
    expect(form.name).toMatch(/\S/);
    expect(form.description).toMatch(/\S/);
    const ids = form.body.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, attributes } of form.body) {
      expect(["markdown", "textarea", "input", "dropdown", "checkboxes"]).toContain(type);
      expect(attributes.label).toMatch(/\S/);
    }
    expect(form.body.some(({ validations }) => validations?.required)).toBe(true);
  });
});

describe("pages for those who join", () => {
  const pages = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "CODE_OF_CONDUCT.md",
    "SECURITY.md",
    "docs/releasing.md",
  ];

  it.each(pages)("%s links only to files that there are", (page) => {
    const targets = [...readText(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map(
      ([, target]) => target!,
    );
    const gone = targets
      .filter((target) => !target.startsWith("book/"))
      .filter((target) => !existsSync(join(repository, dirname(page), target)));
    expect(gone).toEqual([]);
  });

  it("name only npm scripts that there are", () => {
    const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
    const text = [...pages, ".github/pull_request_template.md"].map((page) => readText(page)).join("\n");
    const named = [...text.matchAll(/npm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)].map(
      (m) => m[1] ?? m[2]!,
    );
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });

  it("refer to the Contributor Covenant and say where to report in private", () => {
    expect(readText("CODE_OF_CONDUCT.md")).toContain(
      "https://www.contributor-covenant.org/version/2/1/code_of_conduct/",
    );
    for (const page of ["CODE_OF_CONDUCT.md", "SECURITY.md"])
      expect(readText(page)).toMatch(/Report a\s+vulnerability/);
  });
});
