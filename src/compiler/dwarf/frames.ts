/** .debug_frame: how to find a function's caller from each of its instructions (DWARF 5 §6.4). */
import type { ByteBuffer } from "../elf/byte-buffer.ts";
import type { FrameState, FunctionDebug, ObjectPiece } from "../object.ts";
import { CFA, RETURN_ADDRESS, registerNumber } from "./numbers.ts";
import { DebugSection } from "./section.ts";

const DATA_ALIGN = -8;
/** What holds at entry: the return address has just been pushed. */
const ENTRY: FrameState = { offset: 0, cfa: { register: "rsp", displacement: 8 }, saved: [] };

function advance(out: ByteBuffer, by: number): void {
  if (by === 0) return;
  if (by < 64) out.u8(CFA.advance_loc | by);
  else if (by < 256) out.u8(CFA.advance_loc1).u8(by);
  else if (by < 65536) out.u8(CFA.advance_loc2).u16(by);
  else out.u8(CFA.advance_loc4).u32(by);
}
function change(out: ByteBuffer, before: FrameState, after: FrameState): void {
  const { register, displacement } = after.cfa;
  if (register !== before.cfa.register || displacement !== before.cfa.displacement)
    out.u8(CFA.def_cfa).uleb(registerNumber(register)).uleb(displacement);
  for (const s of after.saved) {
    if (before.saved.some((b) => b.register === s.register && b.offset === s.offset)) continue;
    out.u8(CFA.offset | registerNumber(s.register)).uleb(s.offset / DATA_ALIGN);
  }
  for (const s of before.saved) {
    if (!after.saved.some((a) => a.register === s.register)) out.u8(CFA.restore | registerNumber(s.register));
  }
}

export function frameSection(
  pieces: readonly { readonly piece: ObjectPiece; readonly debug: FunctionDebug }[],
): DebugSection {
  const section = new DebugSection(".debug_frame");
  const { out } = section;
  section.unit(() => {
    out.u32(0xffff_ffff).u8(4).u8(0).u8(8).u8(0);
    out.uleb(1).sleb(DATA_ALIGN).uleb(RETURN_ADDRESS);
    out.u8(CFA.def_cfa).uleb(registerNumber("rsp")).uleb(8);
    out.u8(CFA.offset | RETURN_ADDRESS).uleb(1);
    pad(out);
  });
  for (const { piece, debug } of pieces) {
    section.unit(() => {
      section.offsetIn(".debug_frame", 0).address(piece.symbol);
      out.u64(piece.bytes.length);
      let state = ENTRY;
      for (const next of debug.frame) {
        advance(out, next.offset - state.offset);
        change(out, state, next);
        state = next;
      }
      pad(out);
    });
  }
  return section;
}
/** Entries are whole numbers of addresses long, their length field of four bytes aside. */
const pad = (out: ByteBuffer): ByteBuffer => out.fill((4 - out.length) & 7, CFA.nop);
