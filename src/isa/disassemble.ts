/**
 * Flat machine code to lines of text. What is no instruction becomes `db` of one byte, and reading goes on after it.
 * It follows no branches and knows no file formats (cli/elf.ts does).
 */
import { decode, isFailure } from "./decode.ts";
import type { Instruction } from "./instruction.ts";
import { numberText, type TextOptions, text } from "./readings/text.ts";

export interface DisassembleOptions {
  /** Code size; default 64. */
  readonly mode?: 16 | 32 | 64;
  /** Address of the first byte; default 0. */
  readonly base?: bigint;
  /** Name to print for an address, if it has one. */
  readonly symbol?: (address: bigint) => string | undefined;
}

export interface DisassembledLine {
  readonly address: bigint;
  /** The bytes of this line, a view of those given. */
  readonly bytes: Uint8Array;
  readonly text: string;
  /** Absent where the bytes are no instruction. */
  readonly instruction?: Instruction;
}

/** Disassembles all of `bytes`, one line at a time. Throws RangeError for another mode. */
export function* disassemble(
  bytes: Uint8Array,
  options: DisassembleOptions = {},
): Generator<DisassembledLine> {
  const mode = options.mode ?? 64;
  if (mode !== 16 && mode !== 32 && mode !== 64) throw new RangeError(`mode is 16, 32 or 64, not ${mode}`);
  const base = options.base ?? 0n;
  for (let at = 0; at < bytes.length; ) {
    const address = BigInt.asUintN(64, base + BigInt(at));
    const insn = decode(bytes, at, { mode });
    if (isFailure(insn)) {
      yield { address, bytes: bytes.subarray(at, at + 1), text: `db ${numberText(BigInt(bytes[at]!))}` };
      at++;
      continue;
    }
    const textOptions: TextOptions = { rip: address, ...(options.symbol && { symbol: options.symbol }) };
    yield {
      address,
      bytes: bytes.subarray(at, at + insn.length),
      text: text(insn, textOptions),
      instruction: insn,
    };
    at += insn.length;
  }
}
