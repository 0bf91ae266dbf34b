import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "msedge",
  "microsoft-edge",
];
/** Where browsers stand that are on no path. */
const ELSEWHERE = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
];

/** A browser that prints: the one that `CHROME_PATH` names, or the first Chromium, Chrome or Edge of this machine; undefined when there is none. */
export function browserProgram(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const { CHROME_PATH, PATH = "" } = environment;
  if (CHROME_PATH !== undefined && CHROME_PATH !== "")
    return isProgram(CHROME_PATH) ? CHROME_PATH : undefined;
  const folders = PATH.split(delimiter).filter(isAbsolute);
  const ending = process.platform === "win32" ? ".exe" : "";
  return [
    ...folders.flatMap((folder) => NAMES.map((name) => join(folder, `${name}${ending}`))),
    ...ELSEWHERE,
  ].find(isProgram);
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
