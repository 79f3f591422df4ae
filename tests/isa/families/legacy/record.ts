/**
 * Records digests.txt on the host's silicon: npx tsx tests/isa/families/legacy/record.ts [--compare]. With --compare nothing
 * is written: differences between the silicon and the evaluator are shown, register by register. Wants x86-64 Linux and gcc.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { digestOf, LAYOUT, makeCase, nameOf, PIECES, type Piece, WINDOW_SIZE } from "./cases.ts";
import { LegacyProcessor } from "./processor.ts";

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function build(directory: string): string {
  const program = join(directory, "recorder");
  const options = [
    "-O1",
    "-Wall",
    "-static",
    "-no-pie",
    "-fno-stack-protector",
    "-o",
    program,
    here("recorder.c"),
  ];
  const { status, stderr, error } = spawnSync("gcc", options, { encoding: "utf8" });
  if (status !== 0) throw new Error(`gcc: ${error?.message ?? stderr}`);
  return program;
}

function record(program: string, p: Piece): Uint8Array[] {
  const input = Buffer.concat(Array.from({ length: p.cases }, (_, i) => makeCase(p, i)));
  const { status, stdout, stderr } = spawnSync(program, { input, maxBuffer: 2 * input.length });
  if (status !== 0) throw new Error(`recorder: status ${status} for ${nameOf(p)}: ${stderr}`);
  return Array.from({ length: p.cases }, (_, i) =>
    Uint8Array.from(stdout.subarray(i * LAYOUT.size, (i + 1) * LAYOUT.size)),
  );
}

const NAMES = ["eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi", "eflags", "eip", "vector", "error"];

/** "name before → silicon ≠ here" for what differs. */
function differences(before: Uint8Array, silicon: Uint8Array, ours: Uint8Array): string[] {
  const word = (b: Uint8Array, at: number): string =>
    new DataView(b.buffer, b.byteOffset).getUint32(at, true).toString(16);
  const out: string[] = [];
  for (let i = 0; i < NAMES.length + WINDOW_SIZE / 4; i++) {
    const at = LAYOUT.gpr + 4 * i;
    if (word(silicon, at) === word(ours, at)) continue;
    const name = NAMES[i] ?? `[${(4 * (i - NAMES.length)).toString(16)}]`;
    out.push(`${name} ${word(before, at)} → ${word(silicon, at)} ≠ ${word(ours, at)}`);
  }
  return out;
}

function compare(program: string): void {
  const processor = new LegacyProcessor();
  let wrong = 0;
  for (const p of PIECES) {
    const results = record(program, p);
    const found = results.flatMap((silicon, i) => {
      const before = makeCase(p, i);
      const lines = differences(before, silicon, processor.run(before));
      return lines.length > 0 ? [`  case ${i}: ${lines.join(", ")}`] : [];
    });
    if (found.length === 0) continue;
    wrong++;
    console.log(`${nameOf(p)}: ${found.length} of ${p.cases}\n${found.slice(0, 3).join("\n")}`);
  }
  console.log(`${PIECES.length} pieces, ${wrong} differ`);
}

const directory = mkdtempSync(join(tmpdir(), "legacy-"));
try {
  const program = build(directory);
  if (process.argv.includes("--compare")) compare(program);
  else {
    const lines = PIECES.map((p) => `${nameOf(p)} ${digestOf(record(program, p))}`);
    writeFileSync(here("digests.txt"), `${lines.join("\n")}\n`);
    console.log(`${lines.length} pieces recorded`);
  }
} finally {
  rmSync(directory, { recursive: true });
}
