import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { packageRoot } from "../../support/root";

const found = spawnSync(join(packageRoot, ".ci", "browser"), { encoding: "utf8" });

/** The browser of this machine, if there is one: the same that `.ci/run` looks for. */
export const browserProgram = found.status === 0 ? found.stdout.trim() : undefined;

export async function startBrowser(): Promise<Browser> {
  if (browserProgram === undefined)
    throw new Error("no browser here: .ci/browser says which names are tried");
  return chromium.launch({
    executablePath: browserProgram,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-background-networking",
      "--disable-quic",
      "--no-first-run",
      "--disable-component-update",
      "--disable-sync",
      // The browser's own address bar, drawn anew for each window, takes more of a processor than most pages.
      "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,AimEnabled,AiModeOmniboxEntryPoint,OmniboxNext",
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
