/*
 * The programs of tests/compiler/run, compiled for debugging and for release: natively on the host, on a machine of ours, and
 * through the IR interpreter, with the same output, which is the one in their headers.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Compiled, compile, programOf } from "../../src/compiler/compile.ts";
import { formatDiagnostics } from "../../src/compiler/diagnostics/format.ts";
import { emulate, expectation, interpret, type Ran } from "./run.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const programs = readdirSync(join(root, "tests/compiler/run"))
  .filter((name) => name.endsWith(".ts"))
  .sort();
const folder = mkdtempSync(join(tmpdir(), "vitrine-run-"));
afterAll(() => rmSync(folder, { recursive: true }));

const texts = new Map<string, string | undefined>();
function readFile(name: string): string | undefined {
  if (!texts.has(name)) {
    try {
      texts.set(name, readFileSync(join(root, name), "utf8"));
    } catch {
      texts.set(name, undefined);
    }
  }
  return texts.get(name);
}

function build(name: string, debug: boolean): { compiled: Compiled; bytes: Uint8Array } {
  const compiled = compile({ entry: `tests/compiler/run/${name}`, readFile, target: "linux", debug });
  const made = "diagnostics" in compiled ? compiled : programOf([compiled], { target: "linux" });
  if ("diagnostics" in compiled || "diagnostics" in made) {
    const diagnostics =
      "diagnostics" in compiled ? compiled.diagnostics : "diagnostics" in made ? made.diagnostics : [];
    throw new Error(formatDiagnostics(diagnostics, readFile));
  }
  return { compiled, bytes: made.content };
}

/** On Linux for x86-64, where these programs are at home. */
const native = process.platform === "linux" && process.arch === "x64";
/** A program that runs for longer hangs. */
const MILLISECONDS = 60_000;

function runNative(bytes: Uint8Array): Ran {
  const path = join(folder, "main");
  writeFileSync(path, bytes, { mode: 0o755 });
  const { status, signal, stdout, stderr } = spawnSync(path, {
    argv0: "main",
    encoding: "utf8",
    timeout: MILLISECONDS,
  });
  return { out: stdout, err: stderr, status: status ?? (signal === "SIGTERM" ? "limit" : "trap") };
}

describe.each(programs)("%s", (name) => {
  const wanted = expectation(readFile(`tests/compiler/run/${name}`) ?? "");
  it.each([
    ["debug", true],
    ["release", false],
  ])("says what it should in a %s build, everywhere", (_, debug) => {
    const { compiled, bytes } = build(name, debug);
    if (wanted.traps !== undefined) {
      // What a release build does after a failed check is not defined.
      if (!debug) return;
      for (const ran of [...(native ? [runNative(bytes)] : []), emulate(bytes), interpret(compiled.ir)]) {
        expect([ran.status, ran.out]).toEqual(["trap", wanted.out]);
        expect(ran.err).toContain(wanted.traps);
      }
      return;
    }
    const same: Ran = { out: wanted.out, err: "", status: wanted.status };
    if (native) expect(runNative(bytes), "natively").toEqual(same);
    expect(emulate(bytes), "on our machine").toEqual(same);
    if (!wanted.assembly) expect(interpret(compiled.ir), "through the IR interpreter").toEqual(same);
  });
});
