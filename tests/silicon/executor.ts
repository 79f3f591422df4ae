// Runs recorded cases on our processor: by the evaluator, or by the interpreter.

import type { Prebuilt } from "../../src/engine/chunks.ts";
import { EngineCore } from "../../src/engine/core.ts";
import { Interpreter } from "../../src/engine/interpreter.ts";
import { decode } from "../../src/isa/decode.ts";
import * as S from "../../src/isa/state.ts";
import { Fault, VECTOR } from "../../src/machine/fault.ts";
import { Flat } from "../engine/flat.ts";
import type { Executor } from "./check.ts";
import { CODE, CODE_PAGE, DATA_END, READ_ONLY_PAGE, State, WINDOW_SIZE, WRITABLE_PAGES } from "./state.ts";

/** No descriptor tables: the recorder saw int3 as its own handler did. */
class UserProcess extends Flat {
  override helper(...[name, insn]: Parameters<Flat["helper"]>): void {
    if (name === "int3") throw new Fault("BP");
    super.helper(name, insn);
  }
}

/** Iterations of a repeated instruction that no recorded case needs. */
const MANY = 100_000;

function tags(abridged: number, x87: Uint8Array): number {
  let word = 0;
  for (let i = 0; i < 8; i++) {
    let tag = 3;
    if (abridged & (1 << i)) {
      const e = ((x87[i * 10 + 9]! & 0x7f) << 8) | x87[i * 10 + 8]!;
      const significand = x87.subarray(i * 10, i * 10 + 8);
      const zero = significand.every((b) => b === 0);
      tag = e === 0 && zero ? 1 : e === 0 || e === 0x7fff || (significand[7]! & 0x80) === 0 ? 2 : 0;
    }
    word |= tag << (2 * i);
  }
  return word;
}

/** An executor of one instruction at a time on `engine`. */
export function executor(engine: "evaluate" | "interpreter", prebuilt?: Prebuilt): Executor {
  const flat = new UserProcess(
    64,
    [
      { start: READ_ONLY_PAGE, size: WRITABLE_PAGES - READ_ONLY_PAGE, writable: false, executable: false },
      { start: WRITABLE_PAGES, size: DATA_END - WRITABLE_PAGES, writable: true, executable: false },
      { start: CODE_PAGE, size: 4096, writable: false },
    ],
    true,
  );
  const { cpu } = flat;
  cpu.segment(S.CS).attributes |= 3 << 5;
  cpu.segment(S.SS).attributes |= 3 << 5;
  const codePlace = flat.place(CODE_PAGE);
  const core =
    engine === "interpreter"
      ? new EngineCore(flat.memory, flat.cacheStart, flat.cacheEnd, prebuilt)
      : undefined;
  const interpreter = core === undefined ? undefined : new Interpreter(core, cpu, flat);
  if (interpreter !== undefined) {
    flat.onTouch = (hi, lo, write, place) => interpreter.touched(hi, lo, write, place, 0);
  }
  const out = new State();

  return (before, code) => {
    flat.ram.fill(0, 0, codePlace);
    flat.ram.fill(0xcc, codePlace);
    flat.ram.set(code, codePlace + (CODE - CODE_PAGE));
    const window = flat.place(before.window);
    flat.ram.set(before.memory, window);
    core?.written(flat.physicalPage(0x400000 + codePlace), 4096);
    for (let i = 0; i < 16; i++) cpu.setReg(i, before.gpr[i]!);
    for (let i = 0; i < 16; i++) cpu.bytes.set(before.xmm.subarray(i * 16, i * 16 + 16), S.ymmOffset(i));
    for (let i = 0; i < 8; i++) cpu.bytes.set(before.x87.subarray(i * 10, i * 10 + 10), S.X87 + i * 16);
    cpu.rflags = before.rflags;
    cpu.setU16(S.FCW, before.fcw);
    cpu.setU16(S.FSW, before.fsw);
    cpu.setU16(S.FTW, tags(before.ftw, before.x87));
    cpu.setU32(S.MXCSR, before.mxcsr);
    for (const pointer of [S.FIP, S.FDP]) cpu.setU64(pointer, 0n);
    for (const word of [S.FOP, S.FCS, S.FDS]) cpu.setU16(word, 0);
    cpu.rip = before.rip;
    interpreter?.interrupted();
    interpreter?.contextChanged();

    let fault: Fault | undefined;
    let vector = -1;
    let error = 0;
    for (let n = 0; n < MANY; n++) {
      if (interpreter) {
        const stop = interpreter.step();
        if (stop.kind === "fault") fault = stop.fault as Fault; // as: the flat processor throws nothing else
        if (stop.kind === "raised") {
          vector = stop.vector;
          error = stop.errorCode ?? 0;
        }
      } else {
        fault = flat.evaluateOne();
      }
      if (fault !== undefined) {
        vector = fault.vector;
        error = fault.errorCode ?? 0;
      }
      if (vector >= 0 || cpu.rip !== before.rip) break;
      const insn = decode(code, 0, { mode: 64 });
      if (!("row" in insn) || insn.repeat === "none") break;
    }
    if (vector === VECTOR.BP) cpu.rip = before.rip + BigInt(code.length);
    if (vector < 0 && cpu.rip !== before.rip + BigInt(code.length)) {
      // A branch: whether the target can be fetched is recorded with it.
      try {
        flat.codePage(cpu.rip);
      } catch (e) {
        if (!(e instanceof Fault)) throw e;
        fault = e;
        vector = e.vector;
        error = e.errorCode ?? 0;
      }
    }
    for (let i = 0; i < 16; i++) out.gpr[i] = cpu.reg(i);
    for (let i = 0; i < 16; i++) out.xmm.set(cpu.bytes.subarray(S.ymmOffset(i), S.ymmOffset(i) + 16), i * 16);
    for (let i = 0; i < 8; i++) out.x87.set(cpu.bytes.subarray(S.X87 + i * 16, S.X87 + i * 16 + 10), i * 10);
    out.window = before.window;
    out.memory.set(flat.ram.subarray(window, window + WINDOW_SIZE));
    out.rip = cpu.rip;
    out.rflags = cpu.rflags;
    out.fcw = cpu.u16(S.FCW);
    out.fsw = cpu.u16(S.FSW);
    const word = cpu.u16(S.FTW);
    out.ftw = 0;
    for (let i = 0; i < 8; i++) if (((word >> (2 * i)) & 3) !== 3) out.ftw |= 1 << i;
    out.mxcsr = cpu.u32(S.MXCSR);
    out.fault = vector < 0 ? null : { vector, error, cr2: fault?.address ?? 0n };
    return out;
  };
}

/** Flags that the row's own column calls undefined. */
export function undefinedFlags(code: Uint8Array): number {
  const insn = decode(code, 0, { mode: 64 });
  if (!("row" in insn)) return 0;
  return (insn.row.undefined ?? []).reduce((mask, flag) => mask | S.FLAG[flag], 0);
}
