import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { InputError } from "../../src/base/inputError";
import { HOSTING_FILES, requireBookFolder, writeBook } from "../../src/book/folder";
import { PageMarkdown } from "../../src/book/markdown";
import { base64Picture, passiveHtml, passiveSvg } from "../../src/book/passive";
import { isFileInside, SiteLinks } from "../../src/book/siteLinks";
import { packageRoot } from "../support/root";

const GENERATOR = "this book";
const folder = mkdtempSync(join(tmpdir(), "passive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("what a notebook brings into the book", () => {
  it.each([
    '<script src="files/data/x.js"></script>',
    '<meta http-equiv="refresh" content="0; url=https://example.org">',
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    '<a href="java&#x0a;script:alert(1)">x</a>',
    '<a href="&#106;avascript&colon;alert(1)">x</a>',
    '<a href="&Tab;javascript:alert(1)">x</a>',
    '<a href="&NewLine;java&Tab;script:alert(1)">x</a>',
    '<a href="java&#9script:alert(1)">x</a>',
    '<a href="&#x1;&#106;avascript:alert(1)">x</a>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    "<svg><script>alert(1)</script></svg>",
    '<details ontoggle="alert(1)" open>',
    "<style>body{display:none}</style>",
    '<base href="https://example.org/">',
    "<scr<script>ipt>alert(1)</script>",
    '<form action="https://example.org"><button>x</button></form>',
    "<object data=x>",
    "<!--><script>alert(1)</script>-->",
  ])("runs and redirects nothing as raw HTML: %s", (html) => {
    const { render } = { render: (text: string) => new PageMarkdown(NO_LINKS).render(text) };
    for (const shown of [passiveHtml(html), render(html), render(`word ${html} word`)]) {
      expect(shown).not.toMatch(/<(?:script|meta|iframe|svg|style|base|form|button|object)\b/i);
      expect(shown).not.toMatch(/<[a-z][^>]*\s(?:on\w+|srcdoc|style)\s*=/i);
      expect(shown).not.toMatch(/<[a-z][^>]*(?:href|src)\s*=\s*"[^"]*(?:script|&#|colon)/i);
    }
  });

  it.each(["/&#9;/", "&sol;&sol;", "&#47;&#x2f;", "\\\\", "https&colon;//", "//", " /\n/", "https:/&#92;"])(
    "asks no other host for a picture: src=%j",
    (start) => {
      expect(passiveHtml(`<img src="${start}example.org/x.png" alt="a">`)).toBe('<img alt="a">');
    },
  );

  it("keeps addresses with parameters, and pictures of the book", () => {
    for (const html of [
      '<a href="https://example.org/?a=1&b=2&amp;copy=3#x">',
      '<img src="figures/a&amp;b.png">',
    ])
      expect(passiveHtml(html)).toBe(html);
  });

  it("keeps the raw HTML that lessons use", () => {
    for (const html of [
      "<details>",
      "<summary>Hint</summary>",
      "</details>",
      "H<sub>2</sub>O<br>",
      '<a id="here"></a>',
    ])
      expect(passiveHtml(html)).toBe(html);
  });

  it("keeps every figure of the package byte for byte", () => {
    const notebooks = join(packageRoot, "notebooks");
    const pictures = readdirSync(notebooks)
      .filter((name) => name.endsWith(".ipynb"))
      .flatMap((name) => {
        const { cells } = JSON.parse(readFileSync(join(notebooks, name), "utf8")) as {
          cells: readonly {
            outputs?: readonly { data?: Readonly<Record<string, string | readonly string[]>> }[];
          }[];
        };
        return cells.flatMap(({ outputs = [] }) =>
          outputs.flatMap(({ data }) =>
            data?.["image/svg+xml"] ? [[data["image/svg+xml"]].flat(2).join("")] : [],
          ),
        );
      });
    expect(pictures.length).toBeGreaterThan(20);
    expect(pictures.filter((svg) => passiveSvg(svg) !== svg).map((svg) => svg.slice(0, 200))).toEqual([]);
  });

  it.each([
    "<script>alert(1)</script>",
    '<rect width="1" height="1" onclick="alert(1)"/>',
    '<a href="javascript:alert(1)"><text>x</text></a>',
    '<use href="https://example.org/x.svg#a"/>',
    '<image href="https://example.org/x.png"/>',
    '<foreignObject><iframe src="https://example.org"/></foreignObject>',
    '<animate attributeName="href" to="javascript:alert(1)"/>',
    "<style>@import url(https://example.org)</style>",
    '<rect fill="url(https://example.org/x#y)"/>',
    '<rect/><?xml-stylesheet href="https://example.org/x.css"?>',
    '<rect fill="&#117;rl(https://example.org/x#y)"/>',
    '<rect fill="u&#x72;l&#40;https://example.org/x#y&#41;"/>',
    '<rect style="fill:&#x75;&#x72;&#x6c;(&quot;https://example.org/x#y&quot;)"/>',
    '<rect fill="url&lpar;https://example.org/x#y&rpar;"/>',
    '<rect fill="\\75 rl(https://example.org/x#y)"/>',
    `<rect mask="image-set('https://example.org/x.png' 1x)"/>`,
    '<use href="&#104;ttps://example.org/x.svg#a"/>',
    '<use xlink:href="&#104;ttps&#58;//example.org/x.svg#a"/>',
    '<image xlink:href="&#100;ata:image/svg+xml,&lt;svg onload=&quot;javascript:alert(1)&quot;/>"/>',
    '<image href="&#106;avascript:alert(1)"/>',
    '<image href="&#x6A;ava&#10;script&#58;alert(1)"/>',
    '<g xml:base="https://example.org/"><use href="#a"/></g>',
  ])("runs and loads nothing as a picture: %s", (part) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg"><circle r="1"/>${part}</svg>`;
    const clean = passiveSvg(svg);
    expect(clean).toMatch(/^<svg/);
    expect(clean).not.toMatch(
      /script|onclick|example\.org(?!\/2000)|foreignObject|iframe|animate|@import|xml-stylesheet/i,
    );
  });

  it("keeps references to parts of the picture, however they are written, byte for byte", () => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg"><g id="a"/><rect fill="url(&quot;#a&quot;)" clip-path="url('#a')" data-math="\\theta @ url(x)" aria-label="a &amp; b &#955;"/><use href="&#35;a"/></svg>`;
    expect(passiveSvg(svg)).toBe(svg);
  });

  it("shows nothing of a PNG that is no base 64", () => {
    expect(base64Picture('AAAA"><script>alert(1)</script>')).toBeUndefined();
    expect(base64Picture("iVBO\nRw0=")).toBe("iVBORw0=");
  });

  it("copies nothing from outside the package", () => {
    const root = join(folder, "package");
    mkdirSync(join(root, "data"), { recursive: true });
    writeFileSync(join(folder, "secret"), "secret");
    writeFileSync(join(root, "data", "mine.csv"), "a");
    symlinkSync(join(folder, "secret"), join(root, "data", "link.csv"));
    symlinkSync(folder, join(root, "data", "out"));
    const links = new SiteLinks(root, new Map());
    for (const path of ["data/link.csv", "data/out/secret", "data/../../secret"]) {
      expect(isFileInside(root, path)).toBe(false);
      expect(links.resolve("README.md", path)).toBeUndefined();
    }
    expect(links.resolve("README.md", "data/mine.csv")).toBe("files/data/mine.csv");
    // A drawing or a page would run its script when it is opened by itself.
    for (const name of ["evil.svg", "evil.HTML", "evil.js", "evil.xml"]) {
      writeFileSync(
        join(root, "data", name),
        "<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>",
      );
      expect(links.resolve("README.md", `data/${name}`), name).toBeUndefined();
    }
    expect(links.resolve("README.md", "data/%E0%A4%A")).toBeUndefined();
  });
});

const NO_LINKS = { resolveLink: () => undefined, references: [] };

describe("the book's folder", () => {
  const out = (): string => mkdtempSync(join(folder, "book-"));
  const PAGES = new Map([["index.html", "one"], ["assets/book.css", ""]]); // biome-ignore format: short

  it("is replaced where it holds a book, and what hosting needs stays", () => {
    const at = out();
    writeBook(at, PAGES, GENERATOR);
    mkdirSync(join(at, ".git"));
    writeFileSync(join(at, ".git", "HEAD"), "ref");
    writeFileSync(join(at, "CNAME"), "example.org");
    requireBookFolder(at, GENERATOR);
    writeBook(at, new Map([["index.html", "two"]]), GENERATOR);
    expect(readdirSync(at).sort()).toEqual([".git", "CNAME", "book-files.json", "index.html"]);
    expect(readFileSync(join(at, ".git", "HEAD"), "utf8")).toBe("ref");
    expect(HOSTING_FILES).toContain("CNAME");
  });

  it.each(["thesis.tex", "notes/today.md", "assets/mine.css"])(
    "is refused where %s is somebody's own",
    (name) => {
      const at = out();
      writeBook(at, PAGES, GENERATOR);
      mkdirSync(join(at, name, ".."), { recursive: true });
      writeFileSync(join(at, name), "mine");
      expect(() => requireBookFolder(at, GENERATOR)).toThrow(InputError);
      expect(() => requireBookFolder(at, GENERATOR)).toThrow(name.split("/").at(-1)!);
    },
  );

  it("is refused where a page was edited, and where a page of the old kind stands beside other files", () => {
    const at = out();
    writeBook(at, PAGES, GENERATOR);
    writeFileSync(join(at, "index.html"), "edited");
    expect(() => requireBookFolder(at, GENERATOR)).toThrow(/index\.html.*1 were changed/);
    const old = out();
    writeFileSync(join(old, "index.html"), `<meta name="generator" content="${GENERATOR}">`);
    requireBookFolder(old, GENERATOR);
    writeFileSync(join(old, "thesis.tex"), "mine");
    expect(() => requireBookFolder(old, GENERATOR)).toThrow(/thesis\.tex/);
  });
});
