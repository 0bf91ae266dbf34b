import { InputError, readablePowers } from "@finetune-icl/base";
import mathPlugin from "@vscode/markdown-it-katex";
import katex, { type KatexOptions } from "katex";
import MarkdownIt from "markdown-it";
import anchor from "markdown-it-anchor";
import { type CrossReference, linkPhrases } from "./crossReferences";
import { highlight } from "./highlight";
import type { Heading, SearchSection } from "./page";
import { passiveHtml } from "./passive";

type Renderer = InstanceType<typeof MarkdownIt>;
type Token = ReturnType<Renderer["parse"]>[number];

/** How one Markdown text becomes HTML. */
export interface MarkdownOptions {
  /** Where a link of the source leads in the book; undefined when there is no such place, and the text stands alone. */
  readonly resolveLink: (href: string) => string | undefined;
  readonly references: readonly CrossReference[];
  /** HTML that stands in the place of a paragraph which is nothing but a link; undefined when the link stays one. */
  readonly paragraphOf?: (href: string, words: string) => string | undefined;
}

/**
 * Renders the Markdown of one page, piece by piece: identifiers of headings are unique across the pieces, and headings and
 * text for the search are collected on the way. Mathematics between dollar signs is rendered to HTML and MathML here, so
 * that the reader's browser has nothing to compute.
 */
export class PageMarkdown {
  readonly headings: Heading[] = [];
  private readonly collected: { id: string; title: string; text: string[] }[] = [];
  private failure: InputError | undefined;
  private readonly used = new Set<string>();
  private readonly md: Renderer;

  constructor(options: MarkdownOptions) {
    this.md = new MarkdownIt({ html: true, linkify: false, highlight });
    this.md.use(anchor, {
      slugify: (text: string) => this.unique(slug(text)),
      permalink: anchor.permalink.linkInsideHeader({
        symbol: "#",
        placement: "after",
        class: "anchor",
        ariaHidden: false,
        renderAttrs: () => ({ "aria-label": "Link to this section" }),
      }),
    });
    // The plugin prints errors and goes on: they are kept here instead, for render to throw.
    const renderToString = (tex: string, how?: KatexOptions): string => {
      try {
        const html = katex.renderToString(tex, { ...how, throwOnError: true, strict: "ignore" });
        // A displayed formula may be wider than the screen: it scrolls, also by keyboard.
        return html.replace('class="katex-display"', 'class="katex-display" tabindex="0"');
      } catch (error) {
        this.failure ??= new InputError("mathematics", tex, `TeX (${(error as Error).message})`);
        return "";
      }
    };
    this.md.use(mathPlugin, { katex: { ...katex, renderToString } });
    this.md.core.ruler.push("powers", (state) => {
      for (const child of state.tokens.flatMap(({ children }) => children ?? [])) {
        if (child.type === "text") child.content = readablePowers(child.content);
      }
    });
    this.md.core.ruler.push("links", (state) => {
      for (const token of state.tokens) {
        if (token.children === null) continue;
        token.children = resolveLinks(linkText(token.children, options.references, state.Token), options);
      }
    });
    this.md.core.ruler.push("link-paragraphs", (state) => {
      state.tokens = withoutLinkParagraphs(state.tokens, options, state.Token);
    });
    this.md.core.ruler.push("empty-corners", ({ tokens }) => {
      // A header without words names nothing: the corner of a table is a plain cell.
      tokens.forEach((token, i) => {
        const [inline, close] = [tokens[i + 1], tokens[i + 2]];
        if (token.type !== "th_open" || inline?.content !== "" || close?.type !== "th_close") return;
        token.tag = "td";
        close.tag = "td";
      });
    });
    const { rules } = this.md.renderer;
    rules.html_block = (tokens, i) => passiveHtml(tokens[i]!.content);
    rules.html_inline = (tokens, i) => passiveHtml(tokens[i]!.content);
    rules[IN_TEXT] = (tokens, i) => tokens[i]!.content;
    // Wide code scrolls, also by keyboard.
    const fence = rules.fence!;
    rules.fence = (...parts) => fence(...parts).replace("<pre>", '<pre tabindex="0">');
    rules.table_open = () => '<div class="scroll" tabindex="0" role="group" aria-label="Table">\n<table>\n';
    rules.table_close = () => "</table>\n</div>\n";
  }

  /** @throws InputError when mathematics cannot be rendered. */
  render(source: string): string {
    // markdown-it-anchor names headings while parsing; what they contain is rendered afterwards.
    const tokens = this.md.parse(source, {});
    this.collect(tokens);
    const html = this.md.renderer.render(tokens, this.md.options, {});
    if (this.failure !== undefined) throw this.failure;
    return html;
  }

  /** A phrase without paragraphs around it. @throws InputError when mathematics cannot be rendered. */
  renderInline(source: string): string {
    const html = this.md.renderInline(source);
    if (this.failure !== undefined) throw this.failure;
    return html;
  }

  get sections(): readonly SearchSection[] {
    return this.collected.map(({ id, title, text }) => ({ id, title, text: text.join(" ") }));
  }

  private unique(base: string): string {
    let id = base === "" ? "section" : base;
    for (let count = 2; this.used.has(id); count += 1) id = `${base}-${count}`;
    this.used.add(id);
    return id;
  }

  private collect(tokens: readonly Token[]): void {
    tokens.forEach((token, i) => {
      const inline = tokens[i + 1];
      if (token.type === "heading_open" && inline !== undefined) {
        const id = String(token.attrGet("id"));
        const children = withoutAnchor(inline.children ?? []);
        const html = this.md.renderer.renderInline(children, this.md.options, {});
        this.headings.push({ level: Number(token.tag.slice(1)), id, html });
        this.collected.push({ id, title: plainText(children), text: [] });
      } else if (token.type === "inline" && tokens[i - 1]?.type !== "heading_open") {
        const section = this.collected.at(-1) ?? { id: "", title: "", text: [] };
        if (this.collected.length === 0) this.collected.push(section);
        section.text.push(plainText(token.children ?? []));
      }
    });
  }
}

/** The permalink that markdown-it-anchor appends does not belong into the contents. */
function withoutAnchor(children: readonly Token[]): Token[] {
  const at = children.findIndex((child) => child.type === "link_open" && child.attrGet("class") === "anchor");
  return at < 0
    ? [...children]
    : children.slice(0, at).filter(({ type, content }) => type !== "text" || content !== " ");
}

/** What a reader would search for; of mathematics its TeX. */
function plainText(children: readonly Token[]): string {
  return children
    .map(({ type, content }) => (type.endsWith("break") ? " " : type === "html_inline" ? "" : content))
    .join("")
    .trim();
}

function slug(text: string): string {
  return text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^\p{L}\d]+/gu, "-")
    .replace(/^-+|-+$/g, "");
}

/** Turns phrases into links, outside of links that are there. */
function linkText(
  children: readonly Token[],
  references: readonly CrossReference[],
  TokenClass: new (type: string, tag: string, nesting: -1 | 0 | 1) => Token,
): Token[] {
  let depth = 0;
  return children.flatMap((child) => {
    depth += child.type === "link_open" ? 1 : child.type === "link_close" ? -1 : 0;
    if (child.type !== "text" || depth > 0) return [child];
    const segments = linkPhrases(child.content, references);
    if (segments.every(({ href }) => href === undefined)) return [child];
    return segments.flatMap(({ text, href }) => {
      const word = new TokenClass("text", "", 0);
      word.content = text;
      if (href === undefined) return [word];
      const open = new TokenClass("link_open", "a", 1);
      open.attrs = [["href", href]];
      return [open, word, new TokenClass("link_close", "a", -1)];
    });
  });
}

/** A token that no Markdown makes: HTML of the book itself, which is not made passive. */
const IN_TEXT = "in_text";

/** Puts what the page holds in the place of a paragraph that is nothing but a link to it. */
function withoutLinkParagraphs(
  tokens: readonly Token[],
  { paragraphOf }: MarkdownOptions,
  TokenClass: new (type: string, tag: string, nesting: -1 | 0 | 1) => Token,
): Token[] {
  const kept: Token[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const inline = tokens[i]!.type === "paragraph_open" ? tokens[i + 1] : undefined;
    const children = inline?.children ?? [];
    const [first] = children;
    const isLink =
      first?.type === "link_open" &&
      children.at(-1)?.type === "link_close" &&
      children.filter(({ type }) => type === "link_open").length === 1;
    const html = isLink
      ? paragraphOf?.(String(first.attrGet("href")), plainText(children.slice(1, -1)))
      : undefined;
    if (html === undefined) kept.push(tokens[i]!);
    else {
      const block = new TokenClass(IN_TEXT, "", 0);
      block.content = html;
      kept.push(block);
      i += 2;
    }
  }
  return kept;
}

/** Leads links to the book's own pages; a link that leads nowhere becomes plain text. */
function resolveLinks(children: Token[], { resolveLink }: MarkdownOptions): Token[] {
  const open: Token[] = [];
  for (const child of children) {
    if (child.type === "link_open") {
      open.push(child);
      if (child.attrGet("class") === "anchor") continue;
      const target = resolveLink(String(child.attrGet("href")));
      if (target === undefined) {
        child.tag = "span";
        child.attrs = null;
      } else {
        child.attrSet("href", target);
      }
    } else if (child.type === "link_close") {
      child.tag = open.pop()?.tag ?? "a";
    }
  }
  return children;
}
