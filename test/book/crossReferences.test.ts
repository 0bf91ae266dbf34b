import { describe, expect, it } from "vitest";
import { linkPhrases, phrasePattern } from "../../src/book/crossReferences";

const references = [
  { pattern: /\bnotebook 1\b/i, href: "01.html" },
  { pattern: phrasePattern("A Title: With (Signs)"), href: "bibliography.html#a" },
  { pattern: phrasePattern("arXiv 1234.5678"), href: "bibliography.html#b" },
];

describe("phrases of running text that become links", () => {
  it("cuts at each phrase, in the order of the text", () => {
    expect(linkPhrases("See arXiv 1234.5678, and notebook 1.", references)).toEqual([
      { text: "See " },
      { text: "arXiv 1234.5678", href: "bibliography.html#b" },
      { text: ", and " },
      { text: "notebook 1", href: "01.html" },
      { text: "." },
    ]);
  });

  it("takes a phrase only where it stands alone", () => {
    for (const text of ["notebook 10", "notebooks 1", "arXiv 1234.56789", "xarXiv 1234.5678"]) {
      expect(linkPhrases(text, references), text).toEqual([{ text }]);
    }
  });

  it("finds a title with signs, also across a line break", () => {
    expect(linkPhrases("A Title:\nWith (Signs)", references)).toEqual([
      { text: "A Title:\nWith (Signs)", href: "bibliography.html#a" },
    ]);
  });

  it("keeps all text", () => {
    const text = "notebook 1 notebook 1, A Title: With (Signs)";
    const segments = linkPhrases(text, references);
    expect(segments.map((segment) => segment.text).join("")).toBe(text);
    expect(segments.filter(({ href }) => href !== undefined)).toHaveLength(3);
  });
});
