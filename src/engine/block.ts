/**
 * Basic blocks: which instructions belong together from where control arrives.
 *
 * A block ends at a branch, at an instruction that ends blocks (`row.ends`), at the end of its page or of the code
 * segment, at MAX_BLOCK instructions, and before an instruction that only raises an exception. One that goes on in the
 * next page is a block of its own. What a block costs depends on its instructions alone, so these rules are part of
 * the definition of time, the same for every engine.
 */
import type { Instruction } from "../isa/instruction.ts";
import type { CodePage, Decoded, EngineHost } from "./host.ts";

/** Instructions in a block, at most. */
export const MAX_BLOCK = 64;
const PAGE = 4096;
const MAX_INSTRUCTION = 15;
/** An instruction that the code segment ends in. */
const PAST_SEGMENT: Decoded = { kind: "exception", exception: "GP", errorCode: 0, length: 1 };
const BRANCHES = new Set(["call", "jmp", "ret"]);

/** What follows the last instruction: the next block; the machine's attention; nothing, it branches; an exception. */
export type BlockEnd =
  | { readonly kind: "continue" }
  | { readonly kind: "leave" }
  | { readonly kind: "none" }
  | { readonly kind: "trap"; readonly decoded: Decoded };

export interface FormedBlock {
  /** Physical address of the first byte. */
  readonly physical: number;
  readonly instructions: readonly Instruction[];
  /** Offset of each instruction from the block's start. */
  readonly offsets: readonly number[];
  /** Bytes of its instructions; `extent` also counts those of one that only raises an exception, and is at least 1. */
  readonly size: number;
  readonly extent: number;
  readonly end: BlockEnd;
  /** Physical page that the last instruction ends in, if not the first's; else −1. */
  readonly secondPage: number;
}

/** A block in a code cache. */
export interface Block extends FormedBlock {
  /** Place of the header in linear memory; records follow. */
  readonly header: number;
  readonly context: number;
  /** How many instructions it has. */
  readonly count: number;
  /** Cumulative cycles after each instruction. */
  readonly costs: ArrayLike<number>;
  /** Records, including the end's. */
  readonly records: number;
  dropped: boolean;
}

/** Whether writing bytes [address, address + size) of physical memory changes the block. */
export function overlaps(block: FormedBlock, address: number, size: number): boolean {
  if (address < block.physical + block.extent && block.physical < address + size) return true;
  const { secondPage } = block;
  return secondPage >= 0 && address < secondPage + MAX_INSTRUCTION && secondPage < address + size;
}

/** Forms the block at `linear`. Throws the host's fault if its first instruction cannot be fetched. */
export function formBlock(host: EngineHost, linear: bigint): FormedBlock {
  const page = host.codePage(linear);
  const offset = Number(linear & 0xfffn);
  const instructions: Instruction[] = [];
  const offsets: number[] = [];
  let at = offset;
  let end: BlockEnd = { kind: "continue" };
  let secondPage = -1;
  const segmentEnd = offset + host.codeBytes(linear);
  const pageEnd = Math.min(PAGE, segmentEnd);
  while (instructions.length < MAX_BLOCK && at < pageEnd) {
    let decoded: Decoded =
      page.bytes === undefined ? { kind: "truncated" } : host.decode(page.bytes.subarray(0, pageEnd), at);
    if (decoded.kind === "truncated") {
      // The instruction goes on in the next page, or past the end of the segment.
      if (instructions.length > 0) break;
      if (segmentEnd <= PAGE) decoded = PAST_SEGMENT;
      else {
        const second = host.codePage((linear | 0xfffn) + 1n);
        secondPage = second.physical;
        decoded = decodeCrossing(host, page, second, at, segmentEnd - PAGE);
      }
    }
    if (decoded.kind !== "instruction") {
      end = { kind: "trap", decoded };
      break;
    }
    const insn = decoded.instruction;
    instructions.push(insn);
    offsets.push(at - offset);
    at += insn.length;
    end = endOf(insn);
    if (end.kind !== "continue" || insn.row.ends !== undefined || secondPage >= 0) break;
  }
  const size = at - offset;
  const refused = end.kind === "trap" && end.decoded.kind === "exception" ? end.decoded.length : 0;
  return {
    physical: page.physical + offset,
    instructions,
    offsets,
    size,
    extent: Math.max(size + refused, 1),
    end,
    secondPage,
  };
}

/** Decodes an instruction that goes on in the next page, of which `beyond` bytes are in the segment. */
function decodeCrossing(
  host: EngineHost,
  page: CodePage,
  second: CodePage,
  at: number,
  beyond: number,
): Decoded {
  const here = Math.min(PAGE - at, MAX_INSTRUCTION);
  const there = Math.min(MAX_INSTRUCTION - here, beyond);
  const joined = new Uint8Array(here + there).fill(0xff);
  if (page.bytes !== undefined) joined.set(page.bytes.subarray(at, at + here));
  if (second.bytes !== undefined) joined.set(second.bytes.subarray(0, there), here);
  const decoded = host.decode(joined, 0);
  return decoded.kind === "truncated" ? PAST_SEGMENT : decoded;
}

function endOf(insn: Instruction): BlockEnd {
  if (insn.row.ends === true) return { kind: "leave" };
  const branches = insn.operands[0]?.kind === "relative" || BRANCHES.has(insn.row.mnemonic);
  return branches ? { kind: "none" } : { kind: "continue" };
}
