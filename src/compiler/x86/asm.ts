/**
 * Inline assembly: a template's text, with operands put in, through the project's assembler; what it changes by the effects
 * reading. Operands and output are registers that selection chose or fixed.
 *
 * Names that the text does not define are the program's symbols; assembled.ts finds the fields to relocate.
 */
import { AssemblerError } from "../../isa/assembler/error.ts";
import { decode, isFailure } from "../../isa/decode.ts";
import { effectsOf } from "../../isa/readings/effects.ts";
import { assembleFields } from "../assembled.ts";
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

/** What stands in the text for a symbol of the program: no register or label is written so. */
export const symbolText = (symbol: string, offset: number): string =>
  offset === 0 ? `@${symbol}` : `(@${symbol} + ${offset})`;

/**
 * Assembles text. Names that it does not define are the program's symbols, if `isSymbol` says so. Throws AssemblerError where it
 * is none, and RangeError where the bytes would depend on where they stand, or on a symbol in a way that no relocation has.
 */
export function assembleTemplate(text: string, isSymbol: (name: string) => boolean = () => true): AsmBytes {
  const names: string[] = [];
  for (;;) {
    try {
      const { bytes, fields } = assembleFields(text, names);
      const relocations = fields.map(({ offset, name, addend, relative }) => {
        if (name === undefined) throw new RangeError("the address of a label is relative: write [rel label]");
        const kind = relative ? "R_X86_64_PC32" : isWide(bytes, offset) ? "R_X86_64_64" : "R_X86_64_32S";
        return { offset, kind, symbol: name.replace(/^@/, ""), addend } as const;
      });
      return { bytes, relocations };
    } catch (error) {
      const name = error instanceof AssemblerError ? MISSING.exec(error.reason)?.[1] : undefined;
      if (name === undefined || names.includes(name) || names.length > 32 || !isSymbol(name)) throw error;
      names.push(name);
    }
  }
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
