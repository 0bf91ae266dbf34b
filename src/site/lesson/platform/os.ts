/** `node:os` of no machine in particular. */
export const homedir = (): string => "/home/reader";
export const tmpdir = (): string => "/tmp";
export const hostname = (): string => "page";
export const availableParallelism = (): number => 1;
export const cpus = (): readonly object[] => [{}];
export const platform = (): string => "linux";
export const EOL = "\n";
