/**
 * System instructions that kernels execute all the time, without leaving generated code where nothing depends on it:
 * CLI, STI and PUSHF (SDM vol. 2). A path does all of its instruction or has the helper do it.
 *
 * STI leaves when an interrupt may be waiting. Else its shadow matters only if the run ends right behind it, which is
 * told by SHADOW.
 */
import type { Instruction } from "../isa/instruction.ts";
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at } from "./code.ts";

const CPU = 0;
const IF = S.FLAG.if;
const SS_ATTRIBUTES = S.segmentOffset(S.SS) + S.SEGMENT_ATTRIBUTES;

/** Whether `helper` has a path for `insn` in `writeFlagPath`. */
export const isFlagPath = (helper: string): helper is "cli" | "sti" => helper === "cli" || helper === "sti";
/** PUSHF in 64-bit mode looks at no privilege. */
export const isPushFlags = (helper: string, insn: Instruction): boolean =>
  helper === "pushf" && insn.mode === 64 && insn.size === 64;

const pushFlags = (f: FunctionBuilder): FunctionBuilder => f.localGet(CPU).op("i32.load", at(S.RFLAGS));

/** CPL ≤ IOPL: IF may be changed. In real mode the stack segment says level 0. */
function pushAllowed(f: FunctionBuilder): void {
  f.localGet(CPU).op("i32.load", at(SS_ATTRIBUTES)).i32(5).op("i32.shr_u").i32(3).op("i32.and");
  pushFlags(f).i32(12).op("i32.shr_u").i32(3).op("i32.and").op("i32.le_u");
}

/** CLI or STI; `slow` emits the helper's call. */
export function writeFlagPath(f: FunctionBuilder, name: "cli" | "sti", slow: () => void): void {
  pushAllowed(f);
  if (name === "cli") {
    f.if();
    f.localGet(CPU);
    pushFlags(f).i32(~IF).op("i32.and").op("i32.store", at(S.RFLAGS));
    f.else();
    slow();
    f.end();
    return;
  }
  f.localGet(CPU).op("i32.load", at(S.ATTENTION)).op("i32.eqz");
  pushFlags(f).i32(IF).op("i32.and").op("i32.or").op("i32.and");
  f.if();
  pushFlags(f).i32(IF).op("i32.and").op("i32.eqz");
  f.if();
  f.localGet(CPU);
  pushFlags(f).i32(IF).op("i32.or").op("i32.store", at(S.RFLAGS));
  f.localGet(CPU)
    .localGet(CPU)
    .op("i32.load", at(S.ELAPSED + 4))
    .op("i32.store", at(S.SHADOW));
  f.end();
  f.else();
  slow();
  f.end();
}
