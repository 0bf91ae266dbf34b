import { InputError } from "@finetune-icl/base";

/** What is read of a package's own package.json. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly engines?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Overrides;
}

/** Versions that npm is to take in place of those that packages ask for; only the outermost package.json has a say. */
export type Overrides = { readonly [name: string]: string | Overrides };

export interface CourseManifestOptions {
  /** Name of the course, one that npm takes. */
  readonly name: string;
  /** The package.json of the package that makes the course, on which it then depends. */
  readonly own: PackageManifest;
  /** Packed packages (`npm pack`) by file name, which come with the course; without them a registry has them. */
  readonly tarballs?: ReadonlyMap<string, Uint8Array>;
}

/** The package.json of a course: its commands, and the package with the versions and overrides that it was tested with. */
export function courseManifest({ name, own, tarballs }: CourseManifestOptions): PackageManifest & {
  readonly private: true;
} {
  const command = `${own.name} notebooks`;
  const overrides = own.overrides && withoutReferences(own.overrides, own);
  return {
    name,
    version: "0.0.0",
    private: true,
    ...(own.engines && { engines: own.engines }),
    scripts: {
      start: `${command} notebooks/*.ipynb`,
      check: `${command} --check notebooks/*.ipynb`,
      kernel: `${own.name} kernel install --user`,
    },
    dependencies: tarballs
      ? fromTarballs(own, [...tarballs.keys()])
      : Object.fromEntries(coursePackages(own).map((each) => [each, `^${own.version}`])),
    ...(overrides && { overrides }),
  };
}

/** The package and those of its scope (`@name/…`) that it asks for: a course needs them all, of one version. */
export function coursePackages(own: PackageManifest): readonly string[] {
  const asked = { ...own.dependencies, ...own.peerDependencies };
  return [own.name, ...Object.keys(asked).filter((each) => each.startsWith(`@${own.name}/`))];
}

/** How `npm pack` calls the file of a package. */
export function tarballName(name: string, version: string): string {
  return `${name.replace(/^@/, "").replace("/", "-")}-${version}.tgz`;
}

/** Every packed package by name: those that others of them ask for must not be looked for in a registry either. */
function fromTarballs(own: PackageManifest, files: readonly string[]): Readonly<Record<string, string>> {
  for (const each of coursePackages(own)) {
    const file = tarballName(each, own.version);
    if (!files.includes(file))
      throw new InputError("--packages", files, `a folder that holds ${file} (npm pack)`);
  }
  const end = `-${own.version}.tgz`;
  const mine = files.filter((file) => file.endsWith(end) && file.startsWith(`${own.name}-`)).sort();
  return Object.fromEntries(
    mine.map((file) => {
      const rest = file.slice(own.name.length + 1, -end.length);
      return [rest === "" ? own.name : `@${own.name}/${rest}`, `file:packages/${file}`];
    }),
  );
}

/** `$name` means the version that the package itself depends on: a course does not, so the version stands in its place. */
function withoutReferences(overrides: Overrides, own: PackageManifest): Overrides {
  return Object.fromEntries(
    Object.entries(overrides).map(([name, value]) => {
      if (typeof value !== "string") return [name, withoutReferences(value, own)];
      const version = value.startsWith("$") ? own.dependencies?.[value.slice(1)] : value;
      if (version === undefined)
        throw new Error(`overrides: ${name}: ${value} is no dependency of ${own.name}`);
      return [name, version];
    }),
  );
}
