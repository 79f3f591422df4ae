/*
 * Builds dist/ from src/. The steps run in order in a fresh folder beside dist/, which takes its place only when all have succeeded:
 * a build that fails leaves the old dist/ as it was, and no file outlives its source.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ElfFile, SEGMENT_TYPE } from "../src/machine/boot/elf.ts";
import { bundle, bundleProgram } from "./bundle.ts";
import { completeDeclarations } from "./declarations.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** A step gets the folder that will be dist/; it throws if it fails. */
type Step = { name: string; run: (out: string) => void };

function command(program: string, ...args: string[]): void {
  const { status, signal, error } = spawnSync(program, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${signal ?? `exit status ${status}`}`);
}

/** What a program of this build makes once, at build time, from its own tables. It is given the output folder. */
const generate = (name: string, program: string, ...args: readonly string[]): Step => ({
  name,
  run: (out) => command(process.execPath, join(out, program), out, ...args),
});

const tsc = join(root, "node_modules/typescript/bin/tsc");

const MIB = 2 ** 20;
/** Where the unikernel's image begins, and where programs do (docs/kernel.md). */
const KERNEL_START = 1 * MIB;
const KERNEL_LIMIT = 4 * MIB;

/** Where the kernel's libc lies in programs that ask for it (docs/libc.md): above programs that are not position-independent. */
const LIBC_START = 0x6000_0000;
const libc: Step = {
  name: "libc.elf",
  run: (out) => {
    const options = ["--base", `${LIBC_START}`, "--strip", "--output", join(out, "libc.elf")];
    command(process.execPath, join(out, "cli/main.js"), "build", "kernel/libc/main.ts", ...options);
  },
};

/** A kernel of kernel/, by the compiler that this build has just made. */
const kernel = (image: string, source: string): Step => ({
  name: image,
  run: (out) => {
    const path = join(out, image);
    const options = ["--target", "kernel", "--base", `${KERNEL_START}`, "--output", path];
    command(process.execPath, join(out, "cli/main.js"), "build", source, ...options);
    const loads = new ElfFile(readFileSync(path)).segments().filter((s) => s.type === SEGMENT_TYPE.load);
    const end = Math.max(...loads.map((s) => Number(s.physicalAddress) + s.memorySize));
    if (end > KERNEL_LIMIT)
      throw new Error(`it ends at ${end}, where programs are; the limit is ${KERNEL_LIMIT}`);
  },
});

const steps: Step[] = [
  {
    name: "check and declare",
    run: (out) =>
      command(process.execPath, tsc, "-p", "tsconfig.build.json", "--emitDeclarationOnly", "--outDir", out),
  },
  { name: "complete the declarations", run: completeDeclarations },
  { name: "bundle", run: bundle },
  { name: "bundle the program", run: bundleProgram },
  { name: "mark the program executable", run: (out) => chmodSync(join(out, "cli/main.js"), 0o755) },
  // The interpreter's wasm and the decoder's tables, from the instruction table.
  generate("interpreter", "cli/build-interpreter.js"),
  // V8's code of TypeScript, as far as a kernel needs it.
  generate("code", "cli/build-code.js", "kernel/main.ts"),
  kernel("kernel.elf", "kernel/main.ts"),
  libc,
  // What the unikernel's code becomes in the interpreter.
  {
    name: "predecoded kernel",
    run: (out) =>
      command(process.execPath, join(out, "cli/build-predecoded.js"), out, join(out, "kernel.elf")),
  },
  // V8's code of the command, as far as a run of a program needs it.
  generate("program code", "cli/build-program-code.js"),
  kernel("kernel-test.elf", "kernel/test/main.ts"),
  kernel("kernel-bench.elf", "kernel/bench/main.ts"),
];

const out = mkdtempSync(join(root, ".build-"));
let step = "";
try {
  for (const { name, run } of steps) {
    step = name;
    run(out);
  }
  chmodSync(out, 0o755);
  const dist = join(root, "dist");
  rmSync(dist, { recursive: true, force: true });
  renameSync(out, dist);
} catch (error) {
  rmSync(out, { recursive: true, force: true });
  console.error(`build: ${step}: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
