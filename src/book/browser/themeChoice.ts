export type Theme = "light" | "dark";

const KEY = "book-theme";

/** What the reader chose before, or what the system prefers. */
export function storedTheme(): Theme {
  const stored = remembered(KEY);
  if (stored === "light" || stored === "dark") return stored;
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
}

/** The button names what a press would give. */
export function themeButton(button: HTMLButtonElement): void {
  const show = () => {
    button.textContent = document.documentElement.dataset.theme === "dark" ? "Light" : "Dark";
  };
  button.hidden = false;
  show();
  button.addEventListener("click", () => {
    const next: Theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    applyTheme(next);
    remember(KEY, next);
    show();
  });
}

// A browser may forbid a page to store anything: then it forgets, and nothing else happens.
export function remembered(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {}
}
