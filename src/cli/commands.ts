/*
 * The sub-commands: name, a summary for `vitrine --help`, and where the command is. The module is loaded only when its command is used,
 * so that no command's start-up pays for another's.
 */
import type { Command } from "commander";

export interface CommandModule {
  /** Adds the command, under the name it has in the table, with `program.command(name)`. */
  register(program: Command): void;
}

export interface CommandEntry {
  readonly summary: string;
  /** `() => import("./run.ts")` */
  readonly load: () => Promise<CommandModule>;
}

export const commands: Readonly<Record<string, CommandEntry>> = {
  asm: { summary: "assemble Intel syntax to flat machine code", load: () => import("./asm.ts") },
  bench: { summary: "measure the unikernel's allocators", load: () => import("./bench.ts") },
  boot: { summary: "boot a kernel in a whole computer", load: () => import("./boot.ts") },
  build: { summary: "compile the TypeScript dialect", load: () => import("./build.ts") },
  disasm: { summary: "disassemble flat machine code or an ELF file", load: () => import("./disasm.ts") },
  inspect: {
    summary: "boot the unikernel and show its memory",
    load: () => import("./inspect.ts"),
  },
  run: { summary: "run a Linux program on the unikernel", load: () => import("./run.ts") },
  trace: {
    summary: "boot the unikernel and print what its trace points record",
    load: () => import("./trace.ts"),
  },
  exec: { summary: "run flat machine code to HLT and print the registers", load: () => import("./exec.ts") },
};
