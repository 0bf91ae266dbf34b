import { loadScript } from "@finetune-icl/book/browser";

/**
 * Files of the book that scripts read: from `file://` a page can load scripts and nothing else, so each is a script that hands over its
 * text, compressed.
 */
const received = new Map<string, string>();

Object.assign(globalThis, {
  finetuneIclPacked: (name: string, base64: string) => received.set(name, base64),
});

/** The text of `assets/NAME.js`. */
export async function unpacked(name: string): Promise<string> {
  await loadScript(`assets/${name}.js`);
  const packed = received.get(name);
  if (packed === undefined) throw new Error(`assets/${name}.js holds nothing`);
  // A loop, which takes a tenth of the time that `Uint8Array.from` does.
  const letters = atob(packed);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).text();
}
