/** Runs before anything is painted, so that a dark page never flashes white. */
import { applyTheme, storedTheme } from "./themeChoice";

applyTheme(storedTheme());
