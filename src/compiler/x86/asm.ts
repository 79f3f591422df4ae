/**
 * Inline assembly: a template's text, with operands put in, through the project's assembler; what it changes by the effects
 * reading. Operands and output are registers that selection chose or fixed.
 *
 * Names that the text does not define are the program's symbols: the text is assembled at two addresses of each, and fields that
 * follow become relocations.
 */
import { assemble } from "../../isa/assembler/assemble.ts";
import { AssemblerError } from "../../isa/assembler/error.ts";
import { decode, isFailure } from "../../isa/decode.ts";
import { effectsOf } from "../../isa/readings/effects.ts";
import type { AsmCode } from "../ir/ir.ts";
import type { AsmBytes } from "./machine.ts";
import { type Reg, registerByName, registerName, XMM0 } from "./registers.ts";

export interface AsmOperand {
  /** A register, or the text of a constant. */
  readonly at: Reg | string;
  /** Bits of the register's name in the text. */
  readonly bits: 8 | 16 | 32 | 64;
}

const NARROW: Readonly<Record<string, readonly [string, string, string]>> = {
  rax: ["al", "ax", "eax"],
  rcx: ["cl", "cx", "ecx"],
  rdx: ["dl", "dx", "edx"],
  rbx: ["bl", "bx", "ebx"],
  rsp: ["spl", "sp", "esp"],
  rbp: ["bpl", "bp", "ebp"],
  rsi: ["sil", "si", "esi"],
  rdi: ["dil", "di", "edi"],
};

/** The name of the low bits of a register. */
function nameOf(r: Reg, bits: 8 | 16 | 32 | 64): string {
  const name = registerName(r);
  if (bits === 64 || r >= XMM0) return name;
  const narrow = NARROW[name];
  const n = bits === 8 ? 0 : bits === 16 ? 1 : 2;
  return narrow ? narrow[n]! : `${name}${["b", "w", "d"][n]!}`;
}

/** The template's text with `$n` put in; `;` and newlines separate lines. */
export function asmText(code: AsmCode, operands: readonly AsmOperand[]): string {
  const text = code.text.replace(/\$(\$|\d+)/g, (_, what: string) => {
    if (what === "$") return "$";
    const operand = operands[Number(what)];
    if (operand === undefined) throw new AssemblerError(`there is no operand $${what}`, 1, 1);
    return typeof operand.at === "number" ? nameOf(operand.at, operand.bits) : operand.at;
  });
  return text.replace(/;/g, "\n");
}

const MISSING = /"([^"]+)" is not defined/;
/** Two places far apart in every byte that 32 bits have, both below 2 GiB. */
const PLACES = [0x1100_0000n, 0x2312_3450n] as const;

/** Assembles text. Throws AssemblerError where it is none. */
export function assembleTemplate(text: string): AsmBytes {
  const symbols: string[] = [];
  for (;;) {
    try {
      const at = (moved: number): Uint8Array => {
        const equs = symbols.map((name, n) => `${name} equ ${PLACES[n === moved ? 1 : 0]}\n`).join("");
        return assemble(`${equs}${text}`).bytes;
      };
      const bytes = at(-1);
      const out = bytes.slice();
      const relocations: AsmBytes["relocations"][number][] = [];
      symbols.forEach((symbol, n) => {
        const other = at(n);
        for (const offset of changes(bytes, other)) {
          const view = new DataView(bytes.buffer, bytes.byteOffset + offset);
          const field = BigInt(view.getInt32(0, true));
          const relative = isRelative(bytes, offset);
          // A relative field holds symbol − (offset + what follows).
          relocations.push({
            offset,
            kind: relative ? "R_X86_64_PC32" : isWide(bytes, offset) ? "R_X86_64_64" : "R_X86_64_32S",
            symbol,
            addend: Number(BigInt.asIntN(32, field - PLACES[0])) + (relative ? offset : 0),
          });
          out.fill(0, offset, offset + 4);
        }
      });
      return { bytes: out, relocations };
    } catch (error) {
      const name = error instanceof AssemblerError ? MISSING.exec(error.reason)?.[1] : undefined;
      if (name === undefined || symbols.includes(name) || symbols.length > 32) throw error;
      symbols.push(name);
    }
  }
}

/** Offsets of 32-bit fields that differ. */
function changes(a: Uint8Array, b: Uint8Array): number[] {
  if (a.length !== b.length)
    throw new AssemblerError("a symbol's address decides the length of an instruction", 1, 1);
  const out: number[] = [];
  const difference = PLACES[1] - PLACES[0];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) continue;
    // The lowest differing byte is the lowest of the difference that is not zero.
    let start = i;
    for (let d = difference; (d & 0xffn) === 0n; d >>= 8n) start--;
    out.push(start);
    i = start + 3;
  }
  return out;
}

/** Whether the field counts from where it stands: then it is not the symbol's address plus something small. */
function isRelative(bytes: Uint8Array, offset: number): boolean {
  for (let at = 0; at < bytes.length; ) {
    const insn = decode(bytes, at, { mode: 64 });
    if (isFailure(insn)) return false;
    if (offset < at + insn.length) {
      return insn.operands.some((o) => o.kind === "relative" || (o.kind === "memory" && o.ripRelative));
    }
    at += insn.length;
  }
  return false;
}

/** Whether it is the low half of a 64-bit immediate: MOV r64, imm64 (B8+r with REX.W). */
function isWide(bytes: Uint8Array, offset: number): boolean {
  return offset >= 2 && (bytes[offset - 2]! & 0xf8) === 0x48 && (bytes[offset - 1]! & 0xf8) === 0xb8;
}

/** Registers that the code writes, by the instructions' own effects; `calls`: it may call, and then all of the caller's change. */
export function effectsOfBytes(bytes: Uint8Array): { written: Set<Reg>; calls: boolean } {
  const written = new Set<Reg>();
  let calls = false;
  for (let at = 0; at < bytes.length; ) {
    const insn = decode(bytes, at, { mode: 64 });
    if (isFailure(insn)) {
      at++;
      continue;
    }
    const effects = effectsOf(insn);
    for (const r of effects.written) written.add(r);
    if (insn.row.mnemonic === "call") calls = true;
    insn.operands.forEach((o, n) => {
      if (o.kind === "register" && o.file === "xmm" && effects.operands[n]?.written !== false)
        written.add(XMM0 + o.index);
    });
    at += insn.length;
  }
  return { written, calls };
}

/** Registers in a clobber list; "memory" and "flags" are always taken for changed. */
export function clobbered(names: readonly string[]): Reg[] {
  return names.flatMap((name) => registerByName(name) ?? []);
}
