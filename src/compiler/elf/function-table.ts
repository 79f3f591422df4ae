/**
 * The table of functions that an image carries for its own backtraces, in a section `.symbols` of read-only data: names, and how to find
 * the caller from any instruction. It is made if the program uses `__symbols_start` (or its end). All fields are little-endian.
 *
 *     u32 count
 *     count + 1 ×  u32 address, u32 name, u32 state    ascending; the last one is the end of the code
 *     states ×     u16 offset, u16 rule                of function n: state n up to state n + 1, ascending
 *     names                                             UTF-8, each ends in a zero
 *
 * `name` counts bytes from the table's start, `state` is an index, `offset` counts bytes from the function's start: the rule holds from there
 * on. A rule says where the canonical frame address (CFA) is, under which the return address lies:
 *
 *     bits 0–9    CFA = register + 8 · this; 0: not known
 *     bits 10–14  the caller's rbp is at CFA − 8 · this; 0: in rbp
 *     bit 15      the register is rbp; else rsp
 *
 * Frames beyond 8 KiB, and code beyond 64 KiB of a function, have no rule.
 */
import type { FrameState } from "../object.ts";
import { ByteBuffer } from "./byte-buffer.ts";
import type { SectionSymbol } from "./object-file.ts";
import { StringTable } from "./string-table.ts";

export const FUNCTION_TABLE = ".symbols";
const MOST_WORDS = 0x3ff;
const MOST_SAVED = 0x1f;
const BY_RBP = 0x8000;
const MOST_OFFSET = 0xffff;

export interface TableFunction {
  readonly name: string;
  readonly address: number;
  readonly size: number;
  readonly frame: readonly FrameState[];
}

/** The functions among an object's symbols, whose address is told by `addressOf`. */
export const functionsOf = (
  symbols: readonly SectionSymbol[],
  addressOf: (symbol: SectionSymbol) => number,
): TableFunction[] =>
  symbols
    .filter((s) => s.kind === "function" && s.size > 0)
    .map((s) => ({
      name: s.name,
      address: addressOf(s),
      size: s.size,
      frame: s.piece.debug?.frame ?? [],
    }));

function ruleOf({ cfa, saved }: FrameState): number {
  const words = cfa.displacement / 8;
  if (!Number.isInteger(words) || words < 1 || words > MOST_WORDS) return 0;
  const rbp = -(saved.find((s) => s.register === "rbp")?.offset ?? 0) / 8;
  if (!Number.isInteger(rbp) || rbp > MOST_SAVED) return 0;
  return words | (rbp << 10) | (cfa.register === "rbp" ? BY_RBP : 0);
}

/** Its length does not depend on addresses. */
export function functionTable(functions: readonly TableFunction[]): Uint8Array<ArrayBuffer> {
  const sorted = [...functions].sort((a, b) => a.address - b.address);
  const entries = new ByteBuffer();
  const states = new ByteBuffer();
  const names = new StringTable();
  const places = sorted.map((f) => {
    const state = states.length / 4;
    const rules = f.frame.filter(({ offset }) => offset <= MOST_OFFSET);
    for (const rule of rules) states.u16(rule.offset).u16(ruleOf(rule));
    if (f.size > MOST_OFFSET) states.u16(MOST_OFFSET).u16(0);
    return { address: f.address, name: names.add(f.name), state };
  });
  const last = sorted.at(-1);
  places.push({
    address: last === undefined ? 0 : last.address + last.size,
    name: 0,
    state: states.length / 4,
  });
  const namesAt = 4 + 12 * places.length + states.length;
  entries.u32(functions.length);
  for (const { address, name, state } of places)
    entries
      .u32(address)
      .u32(namesAt + name)
      .u32(state);
  return entries.bytes(states.take()).bytes(names.take()).take();
}
