/*
 * A program of tests/compiler/run on everything that runs programs: what its header expects, and how to run its IR.
 *
 *     // expect: a line of standard output, without its end      (repeated)
 *     // status: the exit status, default 0
 *     // assembly: more than system calls of it, which the IR interpreter does not know
 *     // traps: debug builds stop with this reason; release builds are not asked
 */

import type { Scalar } from "../../src/compiler/ir/arithmetic.ts";
import { Interpreter } from "../../src/compiler/ir/interpreter.ts";
import type { AsmCode, IrProgram } from "../../src/compiler/ir/ir.ts";
import * as S from "../../src/isa/state.ts";
import { BareMachine, STACK_SIZE, STACK_TOP } from "../../src/machine/bare-machine.ts";
import { ElfFile, SEGMENT_TYPE } from "../../src/machine/boot/elf.ts";

export interface Expectation {
  readonly out: string;
  readonly status: number;
  /** It has assembly that the IR interpreter does not know. */
  readonly assembly: boolean;
  /** The reason of a trap in debug builds. */
  readonly traps: string | undefined;
}
export interface Ran {
  readonly out: string;
  readonly err: string;
  /** "trap" for a program that stopped itself. */
  readonly status: number | "trap" | "limit";
}

export function expectation(source: string): Expectation {
  const values = (key: string): string[] =>
    [...source.matchAll(new RegExp(`^// ${key}:(?: (.*))?$`, "gm"))].map((m) => m[1] ?? "");
  return {
    out: values("expect")
      .map((line) => `${line}\n`)
      .join(""),
    status: Number(values("status")[0] ?? 0),
    assembly: values("assembly").length > 0,
    traps: values("traps")[0],
  };
}

/** Collects what a program writes; gives its system calls' results. */
export class Console {
  readonly #parts: { readonly file: number; readonly bytes: Uint8Array }[] = [];

  write(file: number, bytes: Uint8Array): void {
    this.#parts.push({ file, bytes });
  }
  text(file: number): string {
    return Buffer.concat(this.#parts.filter((p) => p.file === file).map((p) => p.bytes)).toString("utf8");
  }
}

const SYS_WRITE = 1n;
const SYS_MMAP = 9n;
const SYS_MUNMAP = 11n;
const SYS_EXIT = 60n;
const SYS_EXIT_GROUP = 231n;
const ENOSYS = -38n;
/** How much of the IR interpreter's memory mmap gives, one request after another. */
const HEAP = 4 << 20;

/** Runs `main` by the letter of the IR. */
export function interpret(ir: IrProgram): Ran {
  const console = new Console();
  let heap = 0;
  let heapEnd = 0;
  const asm = (code: AsmCode, args: readonly Scalar[], machine: Interpreter): bigint => {
    if (code.text.trim() !== "syscall") return machine.trap(`assembly that is no syscall: ${code.text}`);
    const register = (name: string): bigint => BigInt(args[code.inputs.indexOf(name)] ?? 0);
    switch (register("rax")) {
      case SYS_WRITE: {
        const length = Number(register("rdx"));
        const at = machine.memory.range(register("rsi"), length);
        console.write(Number(register("rdi")), machine.memory.bytes.slice(at, at + length));
        return BigInt(length);
      }
      case SYS_MMAP: {
        const length = Math.ceil(Number(register("rsi")) / 4096) * 4096;
        if (heap + length > heapEnd) return -12n;
        heap += length;
        machine.memory.bytes.fill(0, heap - length, heap);
        return BigInt(heap - length);
      }
      case SYS_MUNMAP:
        return 0n;
      case SYS_EXIT:
      case SYS_EXIT_GROUP:
        return machine.exit(Number(register("rdi") & 255n));
      default:
        return ENOSYS;
    }
  };
  const machine = new Interpreter(ir, { host: { asm }, memory: 32 << 20 });
  heap = machine.memory.allocate(HEAP, 4096);
  heapEnd = heap + HEAP;
  const argv = machine.memory.allocate(32, 8);
  machine.memory.bytes.set(new TextEncoder().encode("main\0"), argv + 16);
  machine.memory.store("i64", BigInt(argv), BigInt(argv + 16));
  machine.memory.store("i64", BigInt(argv + 8), 0n);
  const ended = machine.run("main", [1, BigInt(argv)]);
  const [out, err] = [console.text(1), console.text(2)];
  if (ended.kind === "returned") return { out, err, status: Number(ended.values[0]) & 255 };
  if (ended.kind === "exited") return { out, err, status: ended.status };
  return { out, err, status: ended.kind === "limit" ? "limit" : "trap" };
}

// ------------------------------------------------------------------------------------------------- in the emulator

const PAGE = 4096;
const MMAP_AT = 0x2000_0000;
/** How many instructions a program of these may take. */
const INSTRUCTIONS = 200_000_000;
/** Where SYSCALL leads. */
const SYSTEM = 0x1000;
const UD2 = [0x0f, 0x0b];

let machineBefore: BareMachine | undefined;
/** The same one again: making its memory takes longer than most programs run. */
function freshMachine(): BareMachine {
  if (machineBefore === undefined) machineBefore = new BareMachine({ memory: 64 << 20 });
  else machineBefore.reset();
  return machineBefore;
}

/**
 * Runs a static executable on a bare machine, by itself: SYSCALL leads to an invalid opcode, whose hook does what the system
 * would.
 */
export function emulate(program: Uint8Array): Ran {
  const console = new Console();
  const machine = freshMachine();
  const elf = new ElfFile(program);
  for (const s of elf.segments()) {
    if (s.type !== SEGMENT_TYPE.load) continue;
    machine.map(s.virtualAddress, s.memorySize);
    machine.write(s.virtualAddress, program.subarray(s.offset, s.offset + s.fileSize));
  }
  // argc, argv[0], null, and the name.
  const stack = STACK_TOP - 64;
  machine.map(STACK_TOP - 16 * STACK_SIZE, 16 * STACK_SIZE);
  const words = new BigUint64Array([1n, BigInt(stack + 32), 0n, 0n]);
  machine.write(stack, new Uint8Array(words.buffer));
  machine.write(stack + 32, new TextEncoder().encode("main\0"));
  machine.set("rsp", stack);
  machine.set("rip", elf.entry);
  machine.map(SYSTEM, 1);
  machine.write(SYSTEM, UD2);
  machine.cpu.setU64(S.LSTAR, BigInt(SYSTEM));
  let status: Ran["status"] = "limit";
  let heap = MMAP_AT;
  const systemCall = (): bigint | undefined => {
    const [file, from, length] = [machine.get("rdi"), machine.get("rsi"), machine.get("rdx")];
    switch (machine.get("rax")) {
      case SYS_WRITE:
        console.write(Number(file), machine.read(from, Number(length)));
        return length;
      case SYS_MMAP: {
        const at = heap;
        heap += Math.ceil(Number(from) / PAGE) * PAGE;
        machine.map(at, heap - at);
        return BigInt(at);
      }
      case SYS_MUNMAP:
        return 0n;
      case SYS_EXIT:
      case SYS_EXIT_GROUP:
        status = Number(file & 255n);
        return undefined;
      default:
        return ENOSYS;
    }
  };
  const forget = machine.onException(({ rip }) => {
    if (rip !== BigInt(SYSTEM)) {
      status = "trap";
      return "stop";
    }
    const result = systemCall();
    if (result === undefined) return "stop";
    machine.set("rax", BigInt.asUintN(64, result));
    machine.set("rip", machine.get("rcx"));
    return "handled";
  });
  machine.run({ maxInstructions: INSTRUCTIONS });
  forget();
  return { out: console.text(1), err: console.text(2), status };
}
