/** Written by the bundler: what lessons import, by name. */
declare module "lesson-modules" {
  export const lessonModules: Readonly<Record<string, () => unknown>>;
}
