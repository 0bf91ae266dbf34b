import { defineConfig } from "vitest/config";
import whole from "../../vitest.config.mts";

/** `npm run mutation:formulas`. */
export default defineConfig({
  resolve: whole.resolve,
  test: {
    include: ["scripts/mutation/formulas.mutation.ts"],
    testTimeout: 7_200_000,
    reporters: ["default"],
  },
});
