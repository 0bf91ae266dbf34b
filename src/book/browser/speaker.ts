import type { RevealApi } from "reveal.js";

const NAME = "speaker-notes";

/** Whether this window is the one with the notes. */
export const isSpeakerWindow = (): boolean => window.name === NAME && window.opener !== null;

/** The address of the slide that is shown. */
export const addressOfSlide = (reveal: RevealApi): string =>
  `${location.pathname}${location.search}#/${reveal.getIndices().h}`;

/**
 * Two windows of one deck: the speaker's has the notes beside the slides, and each follows the other. Windows opened from files know each other
 * only by what they post.
 */
export class Speaker {
  #other: Window | null = isSpeakerWindow() ? (window.opener as Window) : null;
  /** Where the deck went because the other window did. */
  #followed = -1;

  constructor(private readonly reveal: RevealApi) {}

  open(): void {
    if (isSpeakerWindow()) return;
    this.#other = window.open(addressOfSlide(this.reveal), NAME, "width=1200,height=700");
  }

  begin(): void {
    addEventListener("message", ({ source, data }: MessageEvent<unknown>) => {
      if (source === null || source !== this.#other) return;
      const slide = (data as { readonly slide?: unknown } | null)?.slide;
      if (typeof slide !== "number" || slide === this.reveal.getIndices().h) return;
      this.#followed = slide;
      this.reveal.slide(slide);
    });
    this.reveal.on("slidechanged", () => {
      const { h } = this.reveal.getIndices();
      if (h !== this.#followed) this.#other?.postMessage({ slide: h }, "*");
      this.#followed = -1;
    });
  }
}
