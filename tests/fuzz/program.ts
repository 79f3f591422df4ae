/*
 * Random programs: instructions of all rows that stay in one mode, with branches among themselves, stores into themselves,
 * and registers that mostly keep pointing at memory. A program is a function of its seed and mode alone.
 */
import { decode, isFailure } from "../../src/isa/decode.ts";
import { instance, seededDraws } from "../../src/isa/form-bytes.ts";
import { allForms, type Form } from "../../src/isa/forms.ts";
import type { Instruction } from "../../src/isa/instruction.ts";
import { effectsOf } from "../../src/isa/readings/effects.ts";
import * as S from "../../src/isa/state.ts";
import type { Mode } from "../engine/agree.ts";
import type { Random } from "../engine/agree-state.ts";

export interface Program {
  readonly mode: Mode;
  /** Address of the first instruction. */
  readonly start: number;
  readonly instructions: readonly Uint8Array[];
}

/** Registers that hold pointers to data, and one that holds the address of an instruction. */
export const POINTERS: Readonly<Record<Mode, readonly number[]>> = {
  16: [S.RBX, 5, S.RSI, S.RDI],
  32: [S.RBX, 5, S.RSI, S.RDI],
  64: [S.RBX, 5, S.RSI, S.RDI, 8, 9, 10],
};
export const CODE_POINTER: Readonly<Record<Mode, number>> = { 16: S.RDX, 32: S.RDX, 64: S.R11 };

/** Which rows a program is drawn from: those that stay in one mode, or also what a machine around it makes possible. */
export type Kind = "plain" | "system";

interface Choice {
  readonly integer: readonly Form[];
  readonly all: readonly Form[];
}
const choices = new Map<string, Choice>();

/** Time differs between engines; the others take away the ground that programs of ./machine.ts stand on. */
const NEVER = new Set(
  "rdtsc rdtscp rdmsr wrmsr rdpmc monitor mwait lgdt lidt lldt ltr lmsw clts xsetbv hlt".split(" "),
);

/** Whether the form may stand in a program of the kind. */
function stays(form: Form, kind: Kind): boolean {
  const { row } = form;
  if (kind === "plain")
    return row.ends === undefined || row.mnemonic.startsWith("ins") || row.mnemonic.startsWith("outs");
  const writesControl = row.operands[0]?.code.startsWith("C") === true;
  return !NEVER.has(row.mnemonic) && !writesControl;
}

export function formsFor(mode: Mode, kind: Kind): Choice {
  const key = `${mode} ${kind}`;
  let choice = choices.get(key);
  if (choice === undefined) {
    const all = [...allForms()].filter((f) => f.mode === mode && stays(f, kind));
    choice = { all, integer: all.filter((f) => f.row.unit === undefined) };
    choices.set(key, choice);
  }
  return choice;
}

/** One instruction of each form, to build handlers for. */
export function* samples(mode: Mode, kind: Kind = "plain"): Generator<Instruction> {
  const draws = seededDraws(1);
  for (const form of formsFor(mode, kind).all) {
    const insn = decode(instance(form, draws), 0, { mode });
    if (!isFailure(insn)) yield insn;
  }
}

/** Whether the instruction suits a program: it leaves most pointers alone and finds memory by them. */
function suits(r: Random, insn: Instruction, mode: Mode, kind: Kind): boolean {
  const pointers = [S.RSP, CODE_POINTER[mode], ...POINTERS[mode]];
  const effects = effectsOf(insn);
  if (effects.flow === "indirect" || effects.flow === "helper") return r.once(kind === "plain" ? 20 : 3);
  for (const p of effects.written) if (pointers.includes(p) && !effects.stack && !r.once(30)) return false;
  for (const m of insn.operands) {
    if (m.kind !== "memory" || r.once(30)) continue;
    if (m.segment === S.FS || m.segment === S.GS || m.index >= 0) return r.once(8);
    if (!POINTERS[mode].includes(m.base) && m.base !== S.RSP) return false;
    if (m.displacement > 0x200n || m.displacement < -0x200n) return false;
  }
  return true;
}

function drawInstruction(r: Random, mode: Mode, kind: Kind): Uint8Array {
  const { integer, all } = formsFor(mode, kind);
  for (;;) {
    const form = r.pick(r.once(3) ? all : integer);
    const seed = r.below(0x7fffffff);
    const bytes = instance(form, seededDraws(seed));
    const insn = decode(bytes, 0, { mode });
    if (!isFailure(insn) && suits(r, insn, mode, kind)) return bytes;
  }
}

const little = (value: number, bytes: number): number[] =>
  Array.from({ length: bytes }, (_, i) => (value >> (8 * i)) & 0xff);

/** A store of a byte to an absolute address below 64 KiB. */
function storeByte(mode: Mode, address: number, value: number): number[] {
  if (mode === 16) return [0xc6, 0x06, ...little(address, 2), value];
  if (mode === 32) return [0xc6, 0x05, ...little(address, 4), value];
  return [0xc6, 0x04, 0x25, ...little(address, 4), value];
}

/**
 * A program of at most `length` instructions at `start`. Relative branches mostly lead to instructions of it, and the last
 * instruction leads back to the first.
 */
export function drawProgram(
  r: Random,
  mode: Mode,
  start: number,
  length: number,
  kind: Kind = "plain",
): Program {
  const codePointer = CODE_POINTER[mode];
  const jumpBack = mode === 16 ? [0xe9, 0, 0] : [0xe9, 0, 0, 0, 0];
  const list: Uint8Array[] = [];
  for (let i = 1; i < length; i++) {
    switch (r.below(16)) {
      case 0: // a conditional branch
        list.push(Uint8Array.of(0x70 | r.below(16), 0));
        break;
      case 1: // a near one, a call, a loop
        list.push(Uint8Array.from(r.pick([jumpBack, [0xe8, ...jumpBack.slice(1)], [0xe2, 0], [0xeb, 0]])));
        break;
      case 2: // through a register
        if (r.once(2)) list.push(Uint8Array.of(0xc3));
        else {
          const rex = codePointer > 7 ? [0x41] : [];
          list.push(Uint8Array.of(...rex, 0xff, (r.once(2) ? 0xe0 : 0xd0) | (codePointer & 7)));
        }
        break;
      case 3:
        if (r.once(3)) list.push(Uint8Array.from(storeByte(mode, start, 0x90)));
        else list.push(Uint8Array.of(0xb1, r.below(40))); // mov cl, imm8
        break;
      default:
        list.push(drawInstruction(r, mode, kind));
    }
  }
  list.push(Uint8Array.from(jumpBack));
  return { mode, start, instructions: aimBranches(r, mode, start, list) };
}

/** Fills in branch targets and the addresses of stores into the program, now that all places are known. */
function aimBranches(r: Random, mode: Mode, start: number, list: readonly Uint8Array[]): Uint8Array[] {
  const places: number[] = [];
  let end = start;
  for (const bytes of list) {
    places.push(end);
    end += bytes.length;
  }
  return list.map((bytes, i) => {
    const insn = decode(bytes, 0, { mode });
    if (isFailure(insn)) throw new Error("a program holds no undecodable instruction");
    const next = (places[i] ?? 0) + bytes.length;
    const out = bytes.slice();
    const branch = insn.operands.find((o) => o.kind === "relative");
    if (branch !== undefined && !r.once(40)) {
      const wide = branch.width / 8;
      const last = i === list.length - 1;
      let displacement = (last ? start : r.pick(places)) - next;
      if (wide === 1 && (displacement < -128 || displacement > 127)) displacement = 0;
      out.set(little(displacement, wide), out.length - wide);
    } else if (
      bytes.length === storeByte(mode, 0, 0).length &&
      insn.row.opcode === 0xc6 &&
      bytes[0] === 0xc6
    ) {
      // Any byte of the instructions that follow, so that immediates, registers and opcodes change.
      const target = r.once(4)
        ? start + r.below(end - start)
        : next + r.below(Math.max(1, Math.min(end - next, 24)));
      out.set(storeByte(mode, target, r.once(3) ? 0x90 : r.below(256)));
    }
    return out;
  });
}
