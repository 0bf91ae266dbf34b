/** Jupyter counts characters (code points), JavaScript units of UTF-16: an emoji is one and two. */

/** The unit at which the character with this number starts. */
export function toUnits(text: string, characters: number): number {
  let units = 0;
  let count = 0;
  for (const character of text) {
    if (count === characters) break;
    units += character.length;
    count += 1;
  }
  return units;
}

/** How many characters stand before this unit. */
export function toCharacters(text: string, units: number): number {
  return [...text.slice(0, units)].length;
}
