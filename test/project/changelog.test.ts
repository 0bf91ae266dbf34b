import { describe, expect, it } from "vitest";
import { manifest, packages, readText, readYaml } from "./support";

const KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"];

interface Release {
  readonly version: string;
  readonly date: string | undefined;
  readonly text: string;
}

/** The sections of a changelog, newest first. @throws Error when a heading is not in the form of keep-a-changelog. */
function releases(changelog: string): readonly Release[] {
  return changelog
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [heading = "", ...lines] = section.split("\n");
      const match = /^\[(Unreleased|\d+\.\d+\.\d+)\](?: - (\d{4}-\d{2}-\d{2}))?$/.exec(heading);
      if (!match || (match[1] === "Unreleased") !== (match[2] === undefined))
        throw new Error(`changelog: "${heading}": expected [Unreleased], or [1.2.3] - YYYY-MM-DD`);
      return { version: match[1]!, date: match[2], text: lines.join("\n") };
    });
}

const all = releases(readText("CHANGELOG.md"));
const released = all.filter(({ date }) => date !== undefined);

describe("the changelog", () => {
  it("starts with what is not released yet, then has the versions, newest first", () => {
    expect(all[0]?.version).toBe("Unreleased");
    expect(all).toHaveLength(released.length + 1);
    const numbers = released.map(({ version }) => version.split(".").map(Number) as [number, number, number]);
    const ordered = [...numbers].sort((a, b) => b[0] - a[0] || b[1] - a[1] || b[2] - a[2]);
    expect(numbers).toEqual(ordered);
    const dates = released.map(({ date }) => date!);
    expect(dates).toEqual([...dates].sort().reverse());
    for (const date of dates) expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
  });

  it("says of each version what kind of change it is, with at least one line each", () => {
    for (const { version, text } of all) {
      const [before = "", ...sections] = text.split(/^### /m);
      const kinds = sections.map((section) => section.split("\n")[0]!);
      expect(
        kinds.filter((kind) => !KINDS.includes(kind)),
        version,
      ).toEqual([]);
      expect(new Set(kinds).size, version).toBe(kinds.length);
      for (const section of sections) expect(section, version).toMatch(/^- \S/m);
      if (version !== "Unreleased") expect(sections.length, version).toBeGreaterThan(0);
      expect(before, version).not.toMatch(/^- /m);
    }
  });

  it("has the version of the package on top, as the lock file and the citation have it", () => {
    expect(released[0]?.version).toBe(manifest.version);
    const lock = JSON.parse(readText("package-lock.json"));
    expect([lock.version, lock.packages[""].version]).toEqual([manifest.version, manifest.version]);
    expect(readYaml("CITATION.cff")).toMatchObject({ version: manifest.version });
  });

  it("has one version for all packages, which name each other by it", () => {
    for (const [folder, { version, dependencies, peerDependencies }] of packages) {
      expect(version, folder).toBe(manifest.version);
      const names = packages.map(([, { name }]) => name);
      const asked = Object.entries({ ...dependencies, ...peerDependencies });
      const others = asked.filter(([name, range]) => names.includes(name) && range !== manifest.version);
      expect(others, folder).toEqual([]);
    }
  });

  it.each([
    ["no brackets", "## 1.0.0 - 2026-01-01"],
    ["no date", "## [1.0.0]"],
    ["another date", "## [1.0.0] - 1 May 2026"],
    ["a date of the future part", "## [Unreleased] - 2026-01-01"],
  ])("would be refused with %s", (_name, heading) => {
    expect(() => releases(`# Changelog\n\n${heading}\n`)).toThrow("changelog: ");
  });
});
