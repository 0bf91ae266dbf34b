/** A lesson as slides: loaded when its page is opened as such. */
import Reveal from "reveal.js";
import { liveFigures } from "./figures";
import { fit, slidesOf } from "./slideDeck";
import { addressOfSlide, isSpeakerWindow, Speaker } from "./speaker";

/** A slide as wide as a room's screen, or as a hand's. */
const [WIDTH, HEIGHT] = innerWidth < innerHeight ? [800, 1280] : [1280, 720];

const article = document.querySelector<HTMLElement>("article")!;
const deck = document.createElement("div");
deck.className = "reveal";
deck.style.setProperty("--slide-width", `${WIDTH}px`);
deck.style.setProperty("--slide-height", `${HEIGHT}px`);
const slides = document.createElement("div");
slides.className = "slides measured";
deck.append(slides);
document.body.append(deck);
slidesOf(article, slides, HEIGHT);
for (const slide of slides.children) fit(slide as HTMLElement, HEIGHT);
slides.classList.remove("measured");
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) fit(target.parentElement!, HEIGHT);
});
for (const content of slides.querySelectorAll(".content")) sizes.observe(content);

const back = document.createElement("a");
back.className = "button";
back.href = location.pathname + location.search;
back.textContent = "Back to the lesson";
const notes = document.createElement("button");
notes.type = "button";
notes.className = "button";
notes.textContent = "Speaker notes";
const bar = document.createElement("nav");
bar.className = "deck-bar";
bar.setAttribute("aria-label", "Slides");
bar.append(back, notes);

// Arrows move what is focused, not the slides.
deck.addEventListener("keydown", (event) => {
  if ((event.target as Element).closest("form, select, .canvas, .scroll") !== null) event.stopPropagation();
});

const reveal = new Reveal(deck, {
  width: WIDTH,
  height: HEIGHT,
  margin: 0.02,
  maxScale: 3,
  center: false,
  slideNumber: "c/t",
  transition: "none",
  backgroundTransition: "none",
  viewDistance: 2,
  mobileViewDistance: 2,
  scrollActivationWidth: 0,
  // Other windows have no say here.
  postMessage: false,
  postMessageEvents: false,
  showNotes: isSpeakerWindow(),
});
/** reveal.js leaves the first slide out of the address, by which the page would be a page again when it is loaded anew. */
const writeAddress = () => history.replaceState(null, "", addressOfSlide(reveal));
const speaker = new Speaker(reveal);
notes.addEventListener("click", () => speaker.open());
if (!isSpeakerWindow()) document.body.append(bar);
void reveal.initialize().then(() => {
  reveal.addKeyBinding({ keyCode: 83, key: "S", description: "Speaker notes" }, () => speaker.open());
  writeAddress();
  reveal.on("slidechanged", writeAddress);
  speaker.begin();
  liveFigures(deck.querySelectorAll<HTMLElement>("figure.figure"));
  document.documentElement.dataset.slides = String(slides.children.length);
});
