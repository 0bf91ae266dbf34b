import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { notebooksDirectory, PROGRAM } from "../../support/root";
import type { Ended } from "../runner/support/processes";

const folder = mkdtempSync(join(tmpdir(), "grade-together-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);
const TIMEOUT = 300_000;

/** The lesson itself, handed in: every answer is right. */
const KEY = join(notebooksDirectory, "templates", "lesson.ipynb");
const papers = ["a.ipynb", "b.ipynb"].map(at);
for (const paper of papers) copyFileSync(KEY, paper);

/** Grades with a folder of its own for temporary files, the report redirected by the shell. */
function grade(files: readonly string[], TMPDIR: string, redirection = ""): Promise<Ended> {
  const child = spawn(
    "bash",
    ["-c", `exec "$0" "$@" ${redirection}`, process.execPath, PROGRAM, "grade", ...files, "--lesson", KEY],
    {
      cwd: folder,
      env: { ...process.env, TMPDIR },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const written = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name].setEncoding("utf8").on("data", (text: string) => {
      written[name] += text;
    });
  return new Promise((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal, ...written })),
  );
}

const pointsIn = (report: string): readonly unknown[] =>
  (JSON.parse(report) as { submissions: readonly { points?: number }[] }).submissions.map(
    ({ points }) => points,
  );

describe("grade", () => {
  it(
    "in two processes at once judges as one alone, and nothing of either is left",
    async () => {
      const shared = at("shared");
      mkdirSync(shared);
      const both = await Promise.all([grade(papers, shared), grade(papers, shared)]);
      for (const { code, stdout, stderr } of both) {
        expect(code, stderr).toBe(0);
        expect(pointsIn(stdout), stdout).toEqual([2, 2]);
      }
      expect(both[0].stdout).toBe(both[1].stdout);
      expect(readdirSync(shared)).toEqual([]);
    },
    TIMEOUT,
  );

  it(
    "whose report a full disk does not take says so in one line, with 1",
    async () => {
      const own = at("own");
      mkdirSync(own);
      const { code, stderr } = await grade(papers.slice(0, 1), own, "> /dev/full");
      expect(stderr).toMatch(
        /^.*a\.ipynb: 2 of 2.*\nfinetune-icl: standard output: not written to the end \(.*ENOSPC\)\n$/,
      );
      expect(code, stderr).toBe(1);
      expect(readdirSync(own)).toEqual([]);
    },
    TIMEOUT,
  );
});

/** A disk of 64 KiB, where this user may mount one. */
const disk = at("disk");
const mounted =
  spawnSync("bash", ["-c", `mkdir ${disk} && mount -t tmpfs -o size=64k tmpfs ${disk}`]).status === 0;
afterAll(() => mounted && spawnSync("umount", [disk]));
if (!mounted) console.log("A small tmpfs cannot be mounted here: grading on a full disk is left out.");

it.skipIf(!mounted)(
  "grade gives nobody fewer points for a disk that is full of temporary files: it ends with one line",
  async () => {
    spawnSync("dd", ["if=/dev/zero", `of=${join(disk, "ballast")}`, "bs=4k"]);
    const { code, stdout, stderr } = await grade(papers, disk);
    expect(stderr).toMatch(/^finetune-icl: .* not written \(the disk is full, ENOSPC\)\n$/);
    expect([code, stdout]).toEqual([1, ""]);
    expect(readdirSync(disk)).toEqual(["ballast"]);
  },
  TIMEOUT,
);
