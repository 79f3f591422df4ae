/**
 * Who called whom, from a processor's registers and stack, without debug information: by frame pointers where a chain of
 * them is plausible (System V ABI §3.2.2), and, marked as guesses, by the words on the stack that a CALL may have pushed.
 *
 * It reads and changes nothing, and takes no guest's word for where a stack ends: work is bounded.
 */
import { decode, isFailure } from "../isa/decode.ts";
import * as S from "../isa/state.ts";
import type { Cpu } from "./cpu.ts";
import type { Peek } from "./peek.ts";
import type { Symbols } from "./symbols.ts";

export interface BacktraceEntry {
  /** Where the callee returns to; of the first entry, where the processor is. */
  readonly address: bigint;
  /** Only found on the stack: it may be left over from calls that have ended. */
  readonly guess: boolean;
}

const MOST_FRAMES = 32;
/** Words of the stack that are looked at, and guesses that are told. */
const SCANNED = 256;
const MOST_GUESSES = 16;
/** Bytes between two frames at most. */
const LARGEST_FRAME = 1n << 20n;
const LONGEST_CALL = 7;

/** Linear address of the instruction that the processor is at. */
export const codeAddress = (cpu: Cpu): bigint =>
  cpu.mode === 64 ? cpu.rip : BigInt.asUintN(32, cpu.segment(S.CS).base + cpu.rip);

/** The innermost first. Of 16-bit code only where it is. */
export function backtrace(cpu: Cpu, peek: Peek, symbols: Symbols): readonly BacktraceEntry[] {
  const here: BacktraceEntry = { address: codeAddress(cpu), guess: false };
  const { mode } = cpu;
  if (mode === 16) return [here];
  const word = mode === 64 ? 8 : 4;
  const base = mode === 64 ? 0n : cpu.segment(S.SS).base;
  const top = base + cpu.reg(S.RSP, mode);
  const isReturn = (address: bigint): boolean =>
    isAfterCall(peek, address, mode) || (symbols.known && symbols.at(address) !== undefined);

  const frames: BacktraceEntry[] = [];
  let frame = base + cpu.reg(S.RBP, mode);
  let below = top;
  while (frames.length < MOST_FRAMES && frame >= below && frame - below < LARGEST_FRAME) {
    const next = peek.number(frame, word);
    const address = peek.number(frame + BigInt(word), word);
    if (next === undefined || address === undefined || !isReturn(address)) break;
    frames.push({ address, guess: false });
    below = frame + BigInt(word * 2);
    frame = base + next;
  }

  const known = new Set(frames.map((f) => f.address));
  const guesses: BacktraceEntry[] = [];
  for (let i = 0; i < SCANNED && guesses.length < MOST_GUESSES; i++) {
    const address = peek.number(top + BigInt(i * word), word);
    if (address === undefined) break;
    if (!known.has(address) && isAfterCall(peek, address, mode)) guesses.push({ address, guess: true });
  }
  return [here, ...frames, ...guesses];
}

/** Whether the instruction before an address can be a CALL. */
function isAfterCall(peek: Peek, address: bigint, mode: 32 | 64): boolean {
  if (address < BigInt(LONGEST_CALL)) return false;
  const bytes = peek.bytes(address - BigInt(LONGEST_CALL), LONGEST_CALL);
  if (bytes.length < LONGEST_CALL) return false;
  for (let length = 2; length <= LONGEST_CALL; length++) {
    const instruction = decode(bytes, LONGEST_CALL - length, { mode });
    if (!isFailure(instruction) && instruction.mnemonic === "call" && instruction.length === length)
      return true;
  }
  return false;
}
