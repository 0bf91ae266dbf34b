import type * as ts from "typescript";

interface Binder {
  bindSourceFile(file: ts.SourceFile, options: ts.CompilerOptions): void;
}

/** What the compiler found for the modules that a file names. */
interface Resolved {
  readonly resolvedModules?: {
    forEach(
      visit: (found: { readonly resolvedModule?: { readonly resolvedFileName: string } }) => void,
    ): void;
  };
}

/**
 * Creates programs for tslab's converter, with no more than it asks for: emit, and what a file depends on. The compiler's own
 * builder draws up the graph of all files, those of its library and of Node included, with a type checker made for it, each time
 * a cell changes, which is twice for a cell that declares names. `cell` is bound at once: tslab reads the names it declares.
 */
export function leanBuilder(compiler: typeof ts, cell: string): ts.CreateProgram<ts.BuilderProgram> {
  return (...args: Parameters<ts.CreateProgram<ts.BuilderProgram>>) => {
    const builder = compiler.createAbstractBuilder(...args);
    const program = builder.getProgram();
    const file = program.getSourceFile(cell);
    if (file) (compiler as unknown as Binder).bindSourceFile(file, program.getCompilerOptions());
    builder.getAllDependencies = (start) => dependenciesOf(compiler, program, start);
    return builder;
  };
}

/** The file, the files that it imports or refers to, those that they do, and so on: their names. */
export function dependenciesOf(compiler: typeof ts, program: ts.Program, start: ts.SourceFile): string[] {
  const found = new Set([start]);
  const add = (name: string) => {
    const file = program.getSourceFile(name);
    if (file) found.add(file);
  };
  // The iteration reaches what is added on the way.
  for (const file of found) {
    (file as Resolved).resolvedModules?.forEach(({ resolvedModule }) => {
      if (resolvedModule) add(resolvedModule.resolvedFileName);
    });
    for (const { fileName } of file.referencedFiles)
      add(compiler.resolveTripleslashReference(fileName, file.fileName));
  }
  return [...found].map(({ fileName }) => fileName);
}
