/*
 * Random programs on two whole machines, one with each engine: paging with read-only, supervisor and missing pages,
 * exceptions delivered through a descriptor table to handlers that start the program again somewhere else, ring 0 and 3,
 * single-stepping by TF. Compared after each slice of instructions.
 */
import { usePrebuilt } from "../../src/engine/chunks.ts";
import { assemble } from "../../src/isa/assembler/assemble.ts";
import * as S from "../../src/isa/state.ts";
import { BareMachine } from "../../src/machine/bare-machine.ts";
import type { StopReason } from "../../src/machine/engine.ts";
import { SELECTOR, setKernelStack } from "../../src/machine/flat.ts";
import {
  DATA,
  type Mode,
  memoryDifference,
  prebuild,
  READ_ONLY,
  STACK,
  stateDifference,
  TABLES,
} from "../engine/agree.ts";
import { Random } from "../engine/agree-state.ts";
import { drawProgram, type Program, samples } from "./program.ts";
import type { Failure, Tally } from "./stream.ts";

type Ring = 0 | 3;

/** Addresses beside those of agree.ts. */
const PROGRAM = { start: 0x1000, size: 0x2000 } as const;
const KERNEL = { start: 0xc000, size: 0x2000 } as const;
const HANDLERS = KERNEL.start;
const STARTS = KERNEL.start + 0x400;
const IDT = KERNEL.start + 0x800;
const KERNEL_STACK = KERNEL.start + 0x1ff0;
const MAPPED = [PROGRAM, DATA, READ_ONLY, STACK, TABLES, KERNEL] as const;
const VECTORS = 32;
/** The vectors whose handlers find an error code, which goes with the rest of the stack anyway; #DB goes on where it was. */
const DB = 1;
const USER_STACK = STACK.start + 0x1000;

/** Entries of the table of starts: where to go on after an exception, and with which flags. */
const ENTRIES = 16;

/** The handlers: `resume` returns at once, `recover` goes on at the next entry of the table of starts. */
function handlers(mode: Mode, ring: Ring): { bytes: Uint8Array; resume: number; recover: number } {
  const wide = mode === 64;
  const [a, b, sp, si, di, word] = wide
    ? ["rax", "rbx", "rsp", "rsi", "rdi", 8]
    : mode === 32
      ? ["eax", "ebx", "esp", "esi", "edi", 4]
      : ["ax", "bx", "sp", "si", "di", 2];
  const selectors = {
    code:
      mode === 16
        ? 0
        : wide
          ? ring
            ? SELECTOR.userCode
            : SELECTOR.code
          : ring
            ? SELECTOR.userCode32
            : SELECTOR.code32,
    stack: mode === 16 ? 0 : ring ? SELECTOR.userData : SELECTOR.data,
  };
  const data =
    mode === 16
      ? ""
      : wide
        ? `mov ecx, ${selectors.stack}`
        : `mov ecx, ${selectors.stack}\nmov ds, cx\nmov es, cx`;
  // Real mode: what a program has done to the data segments is undone too.
  const zero = mode === 16 ? "xor cx, cx\nmov ds, cx\nmov es, cx\nmov ss, cx" : "";
  const size = mode === 16 ? "word" : mode === 32 ? "dword" : "qword";
  const outer = mode === 16 ? "" : wide || ring === 3 ? `push ${selectors.stack}\npush ${USER_STACK}` : "";
  const source = `
resume: ${wide ? "iretq" : mode === 32 ? "iretd" : "iret"}
recover:
  ${data}
  ${zero}
  ${mode !== 16 && (wide || ring === 3) ? `mov ${sp}, ${KERNEL_STACK}` : `mov ${sp}, ${USER_STACK}`}
  mov ${a}, [${STARTS}]
  inc ${size} [${STARTS}]
  and ${a}, ${ENTRIES - 1}
  shl ${a}, ${word === 8 ? 4 : word === 4 ? 3 : 2}
  ${mode === 16 ? "mov bx, ax" : `mov ${b}, ${a}`}
  add ${b}, ${STARTS + 16}
  ${outer}
  push ${size} [${b}+${word}]
  push ${selectors.code}
  push ${size} [${b}]
  mov ${si}, ${DATA.start + 0x800}
  mov ${di}, ${DATA.start + 0x1800}
  mov ${wide ? "rbp" : mode === 32 ? "ebp" : "bp"}, ${STACK.start + 0x800}
  mov ${b}, ${DATA.start + 0xff0}
  ${wide ? `mov r8, ${DATA.start + 0x1000}\nmov r9, ${READ_ONLY.start - 8}\nmov r11, [${STARTS + 16}]` : `mov ${mode === 32 ? "edx" : "dx"}, [${STARTS + 16}]`}
  mov ${wide ? "rcx" : mode === 32 ? "ecx" : "cx"}, 5
  ${wide ? "iretq" : mode === 32 ? "iretd" : "iret"}`;
  const { bytes, symbols } = assemble(source, { mode, origin: BigInt(HANDLERS) });
  const at = (name: string): number => Number(symbols.get(name) ?? 0n);
  return { bytes, resume: at("resume"), recover: at("recover") };
}

/** The entry of the lowest page table for `linear`: its physical address. */
function entryOf(machine: BareMachine, mode: 32 | 64, linear: number): number {
  const [bits, size] = mode === 64 ? [9, 8] : [10, 4];
  let table = Number(machine.cpu.cr3);
  for (let level = mode === 64 ? 3 : 1; level > 0; level--) {
    const index = Math.floor(linear / 4096 / 2 ** (bits * level)) % 2 ** bits;
    table = Number(machine.physical.read(table + index * size, size) & 0xf_ffff_ffff_f000n);
  }
  return table + (Math.floor(linear / 4096) % 2 ** bits) * size;
}

function protect(machine: BareMachine, mode: 32 | 64, linear: number, clear: bigint): void {
  const at = entryOf(machine, mode, linear);
  const size = mode === 64 ? 8 : 4;
  machine.physical.write(at, size, machine.physical.read(at, size) & ~clear);
}
const WRITE = 2n;
const USER = 4n;

function writeIdt(machine: BareMachine, mode: Mode, resume: number, recover: number): void {
  const { physical } = machine;
  for (let vector = 0; vector < VECTORS; vector++) {
    const offset = vector === DB ? resume : recover;
    if (mode === 16) {
      physical.write(vector * 4, 4, BigInt(offset));
      continue;
    }
    const selector = BigInt(mode === 64 ? SELECTOR.code : SELECTOR.code32);
    // An interrupt gate, or for every third vector one that ring 3 may call.
    const type = vector % 3 === 0 ? 0xeen : 0x8en;
    const gate = BigInt(offset & 0xffff) | (selector << 16n) | (type << 40n) | (BigInt(offset >>> 16) << 48n);
    physical.write(IDT + vector * (mode === 64 ? 16 : 8), 8, gate);
    if (mode === 64) physical.write(IDT + vector * 16 + 8, 8, 0n);
  }
  if (mode === 16) machine.cpu.setU32(S.IDTR + 8, VECTORS * 4 - 1);
  else {
    machine.cpu.setU64(S.IDTR, BigInt(IDT));
    machine.cpu.setU32(S.IDTR + 8, VECTORS * (mode === 64 ? 16 : 8) - 1);
  }
}

const textOf = (stop: StopReason): string =>
  JSON.stringify(stop, (_, v) => (typeof v === "bigint" ? v.toString(16) : v));

/** Two machines that run one program after the other. */
export class MachineStreams {
  readonly #mode: Mode;
  readonly #machines: readonly [BareMachine, BareMachine];
  readonly tally: Tally = { instructions: 0, faults: 0 };

  constructor(mode: Mode) {
    this.#mode = mode;
    usePrebuilt(() => prebuild(([16, 32, 64] as const).flatMap((m) => [...samples(m, "system")])));
    const options = { mode, memory: 2 << 20, codeCache: 1 << 18 } as const;
    this.#machines = [
      new BareMachine({ ...options, engine: "evaluator" }),
      new BareMachine({ ...options, engine: "interpreter" }),
    ];
    // Each exception is seen on the evaluator only, so that the interpreter runs as without hooks.
    this.#machines[0].onException(() => {
      this.tally.faults++;
      return undefined;
    });
  }

  program(seed: number): Program {
    const r = new Random(seed ^ 0x1234567);
    const start = r.once(2) ? PROGRAM.start + 0x1000 - r.below(80) : PROGRAM.start + 0x200 + r.below(0x400);
    return drawProgram(r, this.#mode, start, 3 + r.below(r.once(3) ? 60 : 14), "system");
  }

  /** Undefined if the engines agree. */
  run(program: Program, seed: number): Failure | undefined {
    const r = new Random(seed ^ 0x3c6ef35f);
    const ring: Ring = this.#mode !== 16 && r.once(2) ? 3 : 0;
    const setUp = r.below(0x7fffffff);
    for (const machine of this.#machines) this.#prepare(machine, program, ring, new Random(setUp));
    const [evaluated, interpreted] = this.#machines;
    let log = `ring ${ring}:`;
    for (let slice = 0; slice < 12; slice++) {
      const count = r.once(3) ? 100 + r.below(300) : 1 + r.below(40);
      const stops: string[] = [];
      for (const machine of [interpreted, evaluated]) {
        try {
          stops.push(textOf(machine.run({ maxInstructions: count })));
        } catch (e) {
          stops.push(`throws ${e instanceof Error ? e.stack : e}`);
        }
      }
      const differences = [...stateDifference(evaluated.cpu, interpreted.cpu)];
      for (const { start, size } of this.#ram()) {
        differences.push(
          ...memoryDifference(evaluated.read(start, size), interpreted.read(start, size), (i) => start + i),
        );
      }
      if (stops[0] !== stops[1] || stops[0]?.startsWith("throws"))
        differences.unshift(`${stops[1]} ≠ ${stops[0]}`);
      if (evaluated.instructions !== interpreted.instructions) {
        differences.push(`instructions ${evaluated.instructions} ≠ ${interpreted.instructions}`);
      }
      log += ` ${count}`;
      if (differences.length > 0) return { at: log, differences };
      if (stops[0] !== '{"kind":"limit"}') break;
    }
    this.tally.instructions += evaluated.instructions;
    return undefined;
  }

  #ram(): readonly { readonly start: number; readonly size: number }[] {
    return this.#mode === 16 ? [{ start: 0, size: 0x1000 }, ...MAPPED] : MAPPED;
  }

  #prepare(machine: BareMachine, program: Program, ring: Ring, r: Random): void {
    const mode = this.#mode;
    const { cpu } = machine;
    machine.reset({ mode, ring });
    for (const { start, size } of this.#ram()) machine.map(start, size);
    const random = new Uint8Array(DATA.size + READ_ONLY.size);
    for (let i = 0; i < random.length; i += 16) random[i] = r.below(256);
    machine.write(DATA.start, random);
    const code = new Uint8Array(PROGRAM.size).fill(0x90);
    const starts: number[] = [];
    let at = program.start;
    for (const bytes of program.instructions) {
      starts.push(at);
      code.set(bytes, at - PROGRAM.start);
      at += bytes.length;
    }
    machine.write(PROGRAM.start, code);
    const { bytes, resume, recover } = handlers(mode, ring);
    machine.write(HANDLERS, bytes);
    const word = mode / 8;
    for (let i = 0; i < ENTRIES; i++) {
      const flags =
        2 | (r.once(8) ? S.FLAG.tf : 0) | (r.once(4) ? S.FLAG.ac : 0) | (r.once(8) ? S.FLAG.df : 0);
      machine.physical.write(STARTS + 16 + i * 2 * word, word as 2 | 4 | 8, BigInt(r.pick(starts))); // as: mode / 8
      machine.physical.write(
        STARTS + 16 + i * 2 * word + word,
        word as 2 | 4 | 8,
        BigInt(mode === 16 ? flags & 0xffff : flags),
      ); // as: so too
    }
    writeIdt(machine, mode, resume, recover);
    if (mode !== 16) {
      protect(machine, mode, READ_ONLY.start, WRITE);
      protect(machine, mode, TABLES.start, USER);
      for (let page = 0; page < KERNEL.size; page += 4096) protect(machine, mode, KERNEL.start + page, USER);
      setKernelStack(machine.physical, mode, BigInt(KERNEL_STACK));
      cpu.hooks.flushTlb("all");
    }
    for (let i = 0; i < (mode === 64 ? 16 : 8); i++) cpu.setReg(i, BigInt(DATA.start + 0x100 * r.below(32)));
    cpu.setReg(S.RSP, BigInt(USER_STACK));
    cpu.setReg(mode === 64 ? S.R11 : S.RDX, BigInt(program.start));
    cpu.setReg(S.RCX, 7n);
    for (let i = 0; i < 16; i++) cpu.setXmm(i, (r.bits() << 64n) | r.bits());
    cpu.rflags = 2 | (r.once(4) ? S.FLAG.tf : 0) | (r.once(4) ? 0x3000 : 0);
    cpu.rip = BigInt(program.start);
  }
}
