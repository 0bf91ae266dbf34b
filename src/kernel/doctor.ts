import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kernelFolders, prefixKernels } from "./jupyterPaths";
import { type FoundKernelspec, isOurs, isStock, listKernelspecs } from "./kernelspec";
import { encodeMessage } from "./wire";

/** Something that is wrong, and what to do about it; or, without a cure, something to know. */
export interface Finding {
  readonly what: string;
  readonly cure?: string;
}

export interface DoctorOptions {
  /** The name that notebooks ask for. */
  readonly notebookName: string;
  readonly prefix?: string;
  /** How a user runs the installer. */
  readonly command: string;
}

const OLDEST_NODE = [20, 19] as const;
const START_MS = 60_000;

/** Looks for what is wrong with the installations that Jupyter finds from here, and starts each of ours. */
export async function examine({ notebookName, prefix, command }: DoctorOptions): Promise<readonly Finding[]> {
  const folders = [...(prefix === undefined ? [] : [prefixKernels(prefix)]), ...kernelFolders()];
  const found = listKernelspecs([...new Set(folders)]);
  const ours = found.filter(isOurs);
  const findings: Finding[] = [];
  if (ours.length === 0)
    findings.push({ what: "the kernel is not installed where Jupyter looks", cure: `${command} install` });
  const first = found.find(({ name }) => name === notebookName);
  if (ours.length > 0 && first && !isOurs(first))
    findings.push({
      what: `${first.folder} ${isStock(first) ? "is stock tslab" : "is another kernel"}: notebooks that ask for ${notebookName} start it`,
      ...(isStock(first)
        ? {}
        : { cure: `remove it with \`jupyter kernelspec remove ${notebookName}\`, then ${command} install` }),
    });
  if (ours.length > 0 && !first)
    findings.push({
      what: `no kernel is called ${notebookName}, the name that notebooks ask for`,
      cure: `${command} install`,
    });
  for (const each of found.filter(({ spec }) => spec === undefined))
    findings.push({
      what: `${each.folder}: kernel.json cannot be read`,
      cure: `remove the folder, then ${command} install`,
    });
  for (const each of found.filter(isStock)) {
    const [program = ""] = each.spec!.argv;
    if (!isExecutable(program))
      findings.push({
        what: `${each.folder}: starts ${program}, which is not on the PATH`,
        cure: `jupyter kernelspec remove ${each.name}`,
      });
  }
  findings.push(...environmentFindings());
  for (const each of ours) findings.push(await examineOne(each, command));
  return findings;
}

async function examineOne(found: FoundKernelspec, command: string): Promise<Finding> {
  const { folder, spec, name } = found;
  const [node = "", program = ""] = spec!.argv;
  const again = { cure: `${command} install --name ${name}` };
  if (!existsSync(node)) return { what: `${folder}: its Node, ${node}, is gone`, ...again };
  const version = spawnSync(node, ["--version"], { encoding: "utf8" }).stdout?.trim() ?? "";
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]))
    return { what: `${folder}: its Node is ${version}, older than ${OLDEST_NODE.join(".")}`, ...again };
  if (!existsSync(program)) return { what: `${folder}: its program, ${program}, is gone`, ...again };
  const failure = await tryToStart(spec!.argv);
  return failure === undefined
    ? { what: `${folder}: starts and answers (${version})` }
    : {
        what: `${folder}: does not start: ${failure}`,
        cure: /no answer/.test(failure)
          ? "the machine may be busy: try again; if it stays so, npm rebuild zeromq"
          : "npm rebuild zeromq, then try again",
      };
}

function environmentFindings(): readonly Finding[] {
  const options = process.env.NODE_OPTIONS ?? "";
  const preload = /(?:--require|-r)[ =]"?([^\s"]+)/.exec(options)?.[1];
  if (preload === undefined || existsSync(preload)) return [];
  return [
    {
      what: `NODE_OPTIONS loads ${preload}, which is not there: no Node program starts`,
      cure: "unset NODE_OPTIONS",
    },
  ];
}

function isExecutable(program: string): boolean {
  return program.includes("/")
    ? existsSync(program)
    : (process.env.PATH ?? "").split(":").some((folder) => existsSync(join(folder, program)));
}

/** Starts a kernel as a client does and asks it for its name. Gives what went wrong. */
async function tryToStart(argv: readonly string[]): Promise<string | undefined> {
  const { Dealer } = await import("zeromq");
  const directory = mkdtempSync(join(tmpdir(), "kernel-"));
  const file = join(directory, "c.json");
  const key = randomBytes(16).toString("hex");
  const ip = join(directory, "s");
  const ports = { shell_port: 1, iopub_port: 2, stdin_port: 3, control_port: 4, hb_port: 5 };
  writeFileSync(
    file,
    JSON.stringify({ transport: "ipc", ip, key, signature_scheme: "hmac-sha256", ...ports }),
  );
  const [program = "", ...args] = argv.map((arg) => arg.replace("{connection_file}", file));
  const child = spawn(program, args, { cwd: directory, stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const socket = new Dealer({ linger: 0, receiveTimeout: START_MS });
  try {
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code) => resolve(said.trim().split("\n").at(-1) || `it ended with code ${code}`));
    });
    socket.connect(`ipc://${ip}-${ports.shell_port}`);
    const header = {
      msg_id: "1",
      msg_type: "kernel_info_request",
      session: "1",
      username: "",
      date: new Date().toISOString(),
      version: "5.3",
    };
    await socket.send(encodeMessage({ header, parentHeader: {}, content: "{}" }, key));
    const answered = socket.receive().then(
      () => undefined,
      () => `no answer within ${START_MS / 1000} s`,
    );
    return await Promise.race([answered, ended]);
  } finally {
    socket.close();
    child.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}
