import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The browser of this machine, if there is one. */
export const browserProgram = PROGRAMS.find((path) => existsSync(path));

export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserProgram ?? PROGRAMS[0]!,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-quic",
      "--no-first-run",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** Notes every address the page asks for, apart from what it carries itself; lets none leave this machine. */
export async function watchRequests(page: Page): Promise<readonly string[]> {
  const asked: string[] = [];
  await page.route(/^(?!data:|blob:)/, (route) => {
    const url = route.request().url();
    asked.push(url);
    return isOnThisMachine(url) ? route.continue() : route.abort();
  });
  return asked;
}

export function isOnThisMachine(url: string): boolean {
  return /^(?:file:|https?:\/\/(?:127\.0\.0\.1|localhost)[:/])/.test(url);
}
