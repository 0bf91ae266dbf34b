/** What `jsdom` is to a page: the window that is there. */
export class JSDOM {
  readonly window = window;
}
