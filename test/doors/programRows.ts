import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as files from "@finetune-icl/files";
import { saveFigureTable, saveTable } from "@finetune-icl/files";
import * as notebooks from "@finetune-icl/notebooks";
import * as course from "@finetune-icl/notebooks/course";
import * as runner from "@finetune-icl/notebooks/runner";
import * as site from "@finetune-icl/site";
import { GAPS, tableOf } from "./otherRows";
import type { Rows } from "./row";

const PATHS = "takes paths and texts; what stands there is for its own tests to try";
const READS = "reads what comes from outside, which its own tests try";
const READ = "takes what was read, or what another function made";
const FUNCTIONS = "takes functions";
const NOTHING = "takes nothing";
const MESSAGES = "takes messages of the Jupyter protocol, which its own tests try";
const CODE = "takes code and what runs it: the package imports nothing, so that it serves any other";

const folder = mkdtempSync(join(tmpdir(), "doors-"));
const TIMEOUT = 1000;

export const FILES_ROWS: Rows = {
  findProjectRoot: PATHS,
  figureFolderOf: PATHS,
  loadTable: PATHS,
  makeTemporaryFolder: PATHS,
  manifestOf: READ,
  onEnd: FUNCTIONS,
  openCheckpoint: PATHS,
  readInputFile: PATHS,
  readInputText: PATHS,
  isSealed: "takes any value",
  sealOf: "takes any values",
  sealOfNumbers: "takes any value",
  sealedLine: "takes any value",
  projectRoot: PATHS,
  reasonOf: "takes any value",
  replaceFolder: PATHS,
  requireReplaceable: PATHS,
  runKey: PATHS,
  strangersIn: READ,
  realTarget: PATHS,
  requireOwnResults: PATHS,
  withFolderLock: PATHS,
  withLock: PATHS,
  writeAllWhole: PATHS,
  writeFully: "takes the number of an open file, which the system refuses when it is none",
  writeWhole: PATHS,
  writeWholeUnless: PATHS,
  createProgress: {
    args: () => ({ total: 3, count: 1 }),
    call: ({ total, count }) => files.createProgress(total, { write: () => true }).step(count),
  },
  saveTable: {
    args: (make) => ({ table: tableOf(make) }),
    call: ({ table }) => saveTable(join(folder, "table.csv"), table),
    ...GAPS,
  },
  saveFigureTable: {
    args: (make) => ({ table: tableOf(make) }),
    call: ({ table }) => {
      process.env[files.FIGURE_FOLDER_VARIABLE] = folder;
      try {
        return saveFigureTable("doors", table);
      } finally {
        delete process.env[files.FIGURE_FOLDER_VARIABLE];
      }
    },
    ...GAPS,
  },
};

export const KERNEL_ROWS: Readonly<Record<string, Rows>> = {
  ".": { examine: PATHS, install: PATHS, uninstall: PATHS },
  cells: {
    Engine: CODE,
    captureStreams: FUNCTIONS,
    currentCell: NOTHING,
    loadCompiler: NOTHING,
    loadInspect: NOTHING,
    runInCell: FUNCTIONS,
  },
};

const checkAnswer: Rows[string] = {
  args: ({ number }) => ({ tolerance: number() }),
  call: ({ tolerance }) =>
    notebooks.checkAnswer("1.1", (x: number) => x, { inputs: [[1], [2]], correct: (x) => x, tolerance }),
};
const WRONG = "says what is wrong, whatever it is";

export const NOTEBOOKS_ROWS: Readonly<Record<string, Rows>> = {
  ".": {
    checkAnswer,
    WrongAnswer: WRONG,
    checkParameters: {
      args: ({ number, vector }) => ({ count: 3, scale: number(), weights: vector(2) }),
      call: (values) =>
        notebooks.checkParameters(values, {
          count: { kind: "whole", from: 1 },
          scale: { kind: "number" },
          weights: { kind: "list", of: { kind: "number" }, from: 2, to: 2 },
        }),
    },
  },
  runner: {
    courseNotebooks: NOTHING,
    createConnection: NOTHING,
    decodeMessage: MESSAGES,
    describeResult: READ,
    encodeMessage: MESSAGES,
    hasTag: READ,
    isExecutable: READ,
    overrideParameters: READS,
    readNotebook: READS,
    readNotebookFile: READS,
    runNotebookFile: {
      args: () => ({ timeoutMs: TIMEOUT }),
      call: ({ timeoutMs }) => {
        // Only what is refused is run: a kernel takes a second.
        if (timeoutMs === TIMEOUT) return undefined;
        const file = runner.readNotebookFile(runner.courseNotebooks()[0]!);
        return runner.runNotebookFile(file, { outputs: "check", timeoutMs, keepGoing: false });
      },
    },
  },
  course: {
    checkAnswer,
    WrongAnswer: WRONG,
    classMinutes: READ,
    courseName: PATHS,
    coursePackages: READ,
    easilyGuessed: READ,
    exerciseMinutes: READ,
    findSandbox: NOTHING,
    gradeSubmission: {
      args: () => ({ timeoutMs: TIMEOUT, limits: { processes: 256, processBytes: 1e9, bytes: 2e9 } }),
      call: ({ timeoutMs, limits }) => {
        if (timeoutMs === TIMEOUT && Object.values(limits).every(Number.isFinite)) return undefined;
        const lesson = course.readLesson(runner.courseNotebooks()[0]!);
        return course.gradeSubmission(lesson.notebook, lesson, new Map(), {
          sandbox: "none",
          timeoutMs,
          limits,
        });
      },
    },
    lessonFiles: READ,
    newCourseFiles: READ,
    readLesson: READS,
    readTeachingNotes: READ,
    recordChecks: {
      args: () => ({ timeoutMs: TIMEOUT }),
      call: ({ timeoutMs }) => {
        const lesson = course.readLesson(runner.courseNotebooks()[0]!);
        return course.recordChecks({ ...lesson, exercises: [] }, timeoutMs);
      },
    },
    requireCopyFolder: PATHS,
    timingsTable: READ,
    withTimings: PATHS,
    writeCourseCopy: PATHS,
  },
  compare: {
    compareNotebooks: READ,
    hasTag: READ,
    isExecutable: READ,
    OutputCollector: NOTHING,
    parseNotebook: READS,
    serializeNotebook: READ,
  },
  parameters: { overrideParameters: READS, readParameters: READ },
};

export const BOOK_ROWS: Readonly<Record<string, Rows>> = {
  ".": {
    buildBook: PATHS,
    notebookPageFile: PATHS,
    PageMarkdown: FUNCTIONS,
    readLessons: READS,
  },
  output: { cellOutput: READ, highlight: PATHS, PageMarkdown: FUNCTIONS },
};

export const SITE_ROWS: Rows = {
  buildProjectBook: PATHS,
  messageFigure: {
    args: () => {
      const { columns, rows } = site.messageTable();
      return { table: { columns: [...columns], rows: rows.slice(0, 2).map((row) => [...row]) } };
    },
    call: ({ table }) => site.messageFigure(table),
    ...GAPS,
  },
  messageTable: NOTHING,
  onDarkGround: READ,
};
