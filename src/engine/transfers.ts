/**
 * How generated code goes on or leaves: to the next record, along a branch's link, out with an exception. Parameter 0 of
 * the function is the CPU block, 1 the record.
 */
import type { ExceptionName } from "../isa/ops.ts";
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { at } from "./code.ts";
import { EXCEPTION_VECTOR, RAISED_WITH_ERROR } from "./exceptions.ts";
import * as L from "./layout.ts";
import { HANDLER_TYPE } from "./runtime-calls.ts";

const CPU = 0;
const RECORD = 1;

/** Goes to the record at `offset` bytes from this one. */
export function nextRecord(f: FunctionBuilder): void {
  f.localGet(CPU).localGet(RECORD).i32(L.RECORD_SIZE).op("i32.add");
  f.localGet(RECORD).op("i32.load", at(L.RECORD_SIZE + L.RECORD_HANDLER));
  f.returnCallIndirect(HANDLER_TYPE);
}

/**
 * Goes to a linked block: rip is moved by the record's delta, the block's whole cost is taken from the budget; if it
 * does not fit (an unlinked link leads to a header that never fits) the exit code is returned. `mask`: 16, 32 or 64.
 */
export function followLink(f: FunctionBuilder, which: "taken" | "next", mask: 16 | 32 | 64): void {
  const block = f.local("i32");
  const elapsed = f.local("i64");
  const delta = which === "taken" ? L.RECORD_TAKEN_DELTA : L.RECORD_NEXT_DELTA;
  const link = which === "taken" ? L.RECORD_TAKEN_LINK : L.RECORD_NEXT_LINK;
  f.localGet(CPU)
    .localGet(CPU)
    .op("i64.load", at(S.RIP))
    .localGet(RECORD)
    .op("i64.load32_s", at(delta))
    .op("i64.add");
  if (mask !== 64) f.i64(mask === 16 ? 0xffff : 0xffffffff).op("i64.and");
  f.op("i64.store", at(S.RIP));
  f.localGet(CPU).op("i64.load", at(S.ELAPSED));
  f.localGet(RECORD).op("i32.load", at(link)).localTee(block).op("i64.load", at(L.HEADER_COST));
  f.op("i64.add").localTee(elapsed).op("i32.wrap_i64");
  f.localGet(CPU).op("i32.load", at(S.LIMIT)).op("i32.ge_u");
  f.if();
  f.localGet(CPU).localGet(RECORD).op("i32.store", at(S.EXIT_RECORD));
  f.i32(L.EXIT[which]).return();
  f.end();
  f.localGet(CPU).localGet(elapsed).op("i64.store", at(S.ELAPSED));
  f.localGet(CPU).localGet(block).i32(L.HEADER_SIZE).op("i32.add");
  f.localGet(block).op("i32.load", at(L.HEADER_SIZE + L.RECORD_HANDLER));
  f.returnCallIndirect(HANDLER_TYPE);
}

/** Leaves with an exception of the record's instruction. */
export function raise(f: FunctionBuilder, exception: ExceptionName, errorCode: number | undefined): void {
  const withError = errorCode !== undefined ? RAISED_WITH_ERROR : 0;
  f.localGet(CPU)
    .i32(L.FAULT_RAISED | withError | EXCEPTION_VECTOR[exception] | 0)
    .op("i32.store", at(S.FAULT));
  f.localGet(CPU)
    .i32(errorCode ?? 0)
    .op("i32.store", at(S.SLOW_INFO));
  f.localGet(CPU).localGet(RECORD).op("i32.store", at(S.EXIT_RECORD));
  f.i32(L.EXIT.fault).return();
}
