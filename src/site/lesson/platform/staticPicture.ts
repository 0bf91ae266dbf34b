import { escapeXml } from "@finetune-icl/base";
import type { Figure } from "@finetune-icl/plot";

/** In a worker there is nothing to draw on: the picture holds a figure's words and size, and the page draws it. */
export async function staticPicture({ title, description, width, height }: Figure): Promise<string> {
  return `<svg xmlns="http://www.w3.org/2000/svg" class="to-draw" width="${width}" height="${height}" role="img"><title>${escapeXml(title)}</title><desc>${escapeXml(description)}</desc></svg>`;
}
