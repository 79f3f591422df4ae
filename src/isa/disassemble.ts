/**
 * Flat machine code to lines of text. What is no instruction becomes `db` of one byte, and reading goes on after it.
 * It follows no branches and knows no file formats (cli/elf.ts does).
 */
import { addressArgument, checkBytes, checkFunction, checkMode, checkOptions } from "./arguments.ts";
import { decode, isFailure } from "./decode.ts";
import type { Instruction } from "./instruction.ts";
import { numberText, type TextOptions, text } from "./readings/text.ts";

export interface DisassembleOptions {
  /** Code size; default 64. */
  readonly mode?: 16 | 32 | 64;
  /** Address of the first byte; default 0. */
  readonly base?: number | bigint;
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

/**
 * Disassembles all of `bytes`, one line at a time. Throws TypeError or RangeError for arguments that are none, at once and
 * not with the first line.
 */
export function disassemble(
  bytes: Uint8Array,
  options: DisassembleOptions = {},
): Generator<DisassembledLine> {
  checkBytes("the code", bytes);
  checkOptions(options);
  const { mode = 64, base = 0n, symbol } = options;
  checkMode(mode);
  if (symbol !== undefined) checkFunction("symbol", symbol);
  return lines(bytes, mode, addressArgument("base", base), symbol);
}

function* lines(
  bytes: Uint8Array,
  mode: 16 | 32 | 64,
  base: bigint,
  symbol: DisassembleOptions["symbol"],
): Generator<DisassembledLine> {
  for (let at = 0; at < bytes.length; ) {
    const address = BigInt.asUintN(64, base + BigInt(at));
    const insn = decode(bytes, at, { mode });
    if (isFailure(insn)) {
      yield { address, bytes: bytes.subarray(at, at + 1), text: `db ${numberText(BigInt(bytes[at]!))}` };
      at++;
      continue;
    }
    const textOptions: TextOptions = { rip: address, ...(symbol && { symbol }) };
    yield {
      address,
      bytes: bytes.subarray(at, at + insn.length),
      text: text(insn, textOptions),
      instruction: insn,
    };
    at += insn.length;
  }
}
