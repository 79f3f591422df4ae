/**
 * The runtime module: owns the function table, and holds what every handler may call (runtime-calls.ts) and the few
 * handlers that belong to no instruction: the ends of blocks, traps, dropped blocks.
 */
import * as S from "../isa/state.ts";
import type { FunctionBuilder } from "../wasm/function.ts";
import { ModuleBuilder } from "../wasm/module.ts";
import { type FunctionType, functionType } from "../wasm/types.ts";
import { at } from "./code.ts";
import { LOAD, STORE } from "./containers.ts";
import { writeFloatPaths } from "./float-paths.ts";
import * as L from "./layout.ts";
import { writePurePaths } from "./pure-paths.ts";
import {
  HANDLER_TYPE,
  HOST_FUNCTIONS,
  type HostFunction,
  RuntimeCalls,
  type RuntimeFunction,
} from "./runtime-calls.ts";
import { followLink } from "./transfers.ts";
import { writeWideArithmetic } from "./wide-arithmetic.ts";
import { writeX87Paths } from "./x87-paths.ts";

/** Handlers of no instruction, at fixed places of the function table. */
export const FIXED_HANDLERS = [
  /** Looks the block at rip up in the jump cache. */
  "dispatch",
  /** Falls through into the next block, with rip kept to 64, 32 or 16 bits. */
  "continue64",
  "continue32",
  "continue16",
  /** Leaves after an instruction that may have changed the context. */
  "leave",
  /** Raises what the immediate says: vector, RAISED_WITH_ERROR. */
  "trap",
  /** A record whose block has been dropped. */
  "stale",
] as const;
export type FixedHandler = (typeof FIXED_HANDLERS)[number];
export const fixedHandler = (name: FixedHandler): number => FIXED_HANDLERS.indexOf(name);

/** Slots of the function table. */
export const TABLE_SIZE = 1 << 16;
/** Exit code of a dropped block; rip is still that of the block. */
export const EXIT_STALE = 7;

const SLOW_WIDTHS = [8, 16, 32, 64, 128] as const;

/** Bytes of the runtime module. Deterministic. */
export function buildRuntime(): Uint8Array<ArrayBuffer> {
  const m = new ModuleBuilder();
  m.importMemory("vitrine", "memory", { initial: 1 });
  const functions = new Map<RuntimeFunction, FunctionBuilder>();
  const pending: [RuntimeFunction, FunctionType][] = [];
  // Imports come first, so the builders are made once all of them are known.
  let next = 0;
  const calls = new RuntimeCalls(m, (name, type) => {
    pending.push([name, type]);
    return HOST_COUNT + next++;
  });
  for (const [name, type] of pending) {
    const f = m.function(type, name);
    functions.set(name, f);
    m.export(name, f);
  }
  const get = (name: RuntimeFunction): FunctionBuilder => {
    const f = functions.get(name);
    if (f === undefined) throw new Error(`runtime function ${name}`);
    return f;
  };
  writeSlowPaths(get, calls);
  writeSegmented(get("segmented"), calls);
  writeDispatch(get("dispatch"));
  writeWideArithmetic(get);
  writePurePaths(get, calls);
  writeFloatPaths(get, calls);
  writeX87Paths(get, calls);
  const fixed = FIXED_HANDLERS.map((name) => {
    if (name === "dispatch") return get("dispatch");
    const f = m.function(HANDLER_TYPE, name);
    writeFixed(f, name);
    return f;
  });
  m.table({ initial: TABLE_SIZE });
  m.export("table", "table", 0);
  m.elements(fixed, 0);
  const enter = m.function(functionType("i32 i32 -> i32"), "enter");
  enter.localGet(0).localGet(1).localGet(1).op("i32.load", at(L.RECORD_HANDLER)).callIndirect(HANDLER_TYPE);
  m.export("enter", enter);
  return m.finish();
}

const HOST_COUNT = Object.keys(HOST_FUNCTIONS).length;

function writeSlowPaths(get: (name: RuntimeFunction) => FunctionBuilder, calls: RuntimeCalls): void {
  const begin = (f: FunctionBuilder): void => {
    f.localGet(0).localGet(1).op("i32.store", at(S.EXIT_RECORD));
    f.localGet(0).localGet(2).op("i64.store", at(S.SLOW_ADDRESS));
  };
  const call = (f: FunctionBuilder, name: HostFunction): void => {
    f.localGet(0).localGet(1).localGet(3).call(calls.index(name));
  };
  for (const w of SLOW_WIDTHS) {
    const load = get(`load${w}`);
    begin(load);
    call(load, "access");
    load.drop().localGet(0).op(LOAD[w], at(S.SCRATCH));
    const store = get(`store${w}`);
    begin(store);
    store.localGet(0).localGet(4).op(STORE[w], at(S.SCRATCH));
    call(store, "access");
    store.drop();
  }
  const modify = get("modify_begin");
  begin(modify);
  call(modify, "modify");
}

/** cpu, record, offset i32, info: the common case of a plain writable data segment; the rest goes to JavaScript. */
function writeSegmented(f: FunctionBuilder, calls: RuntimeCalls): void {
  const segment = f.local("i32");
  const last = f.local("i32");
  f.localGet(0)
    .localGet(3)
    .i32(16)
    .op("i32.shr_u")
    .i32(5)
    .op("i32.shl")
    .op("i32.add")
    .i32(S.SEGMENTS)
    .op("i32.add");
  f.localSet(segment);
  // Offset of the access's last byte from its first.
  f.localGet(3)
    .i32(0xff)
    .op("i32.and")
    .i32(1)
    .op("i32.sub")
    .localTee(last)
    .i32(0)
    .localGet(last)
    .i32(0)
    .op("i32.ge_s");
  f.select().localSet(last);
  // Present, data, expand-up, writable, usable.
  f.localGet(segment)
    .op("i32.load", at(S.SEGMENT_ATTRIBUTES))
    .i32(0x1009e)
    .op("i32.and")
    .i32(0x92)
    .op("i32.eq");
  f.if();
  f.localGet(segment).op("i32.load", at(S.SEGMENT_LIMIT)).localGet(last).op("i32.ge_u");
  f.if();
  f.localGet(2)
    .localGet(segment)
    .op("i32.load", at(S.SEGMENT_LIMIT))
    .localGet(last)
    .op("i32.sub")
    .op("i32.le_u");
  f.if();
  f.localGet(segment).op("i64.load", at(S.SEGMENT_BASE)).localGet(2).op("i64.extend_i32_u").op("i64.add");
  f.i64(0xffffffff).op("i64.and").return();
  f.end();
  f.end();
  f.end();
  f.localGet(0).localGet(1).op("i32.store", at(S.EXIT_RECORD));
  f.localGet(0).localGet(2).op("i64.extend_i32_u").op("i64.store", at(S.SLOW_ADDRESS));
  f.localGet(0).localGet(1).localGet(3).call(calls.index("segment")).drop();
  f.localGet(0).op("i64.load", at(S.SCRATCH));
}

/** The place of a linear address's entry: local `hash` (i64) in, pushes the entry's address relative to the table. */
function pushJumpEntry(f: FunctionBuilder, linear: number): void {
  f.localGet(0);
  f.localGet(linear)
    .op("i32.wrap_i64")
    .localGet(linear)
    .i64(L.JUMP_BITS)
    .op("i64.shr_u")
    .op("i32.wrap_i64")
    .op("i32.xor");
  f.i32(L.JUMP_ENTRIES - 1)
    .op("i32.and")
    .i32(4)
    .op("i32.shl")
    .op("i32.add");
}

function writeDispatch(f: FunctionBuilder): void {
  const linear = f.local("i64");
  const entry = f.local("i32");
  const block = f.local("i32");
  const elapsed = f.local("i64");
  f.localGet(0)
    .op("i64.load", at(S.RIP))
    .localGet(0)
    .op("i64.load", at(S.segmentOffset(S.CS) + S.SEGMENT_BASE));
  f.op("i64.add").localSet(linear);
  pushJumpEntry(f, linear);
  f.localTee(entry).op("i64.load", at(L.JUMP_CACHE)).localGet(linear).op("i64.eq");
  f.if();
  const key = f.local("i32");
  f.localGet(entry)
    .op("i32.load", at(L.JUMP_CACHE + 8))
    .localTee(key);
  f.localGet(0).op("i32.load", at(S.CODE_KEY)).op("i32.eq");
  f.localGet(key).localGet(0).op("i32.load", at(S.GLOBAL_CODE_KEY)).op("i32.eq").op("i32.or");
  f.if();
  f.localGet(0).op("i64.load", at(S.ELAPSED));
  f.localGet(entry)
    .op("i32.load", at(L.JUMP_CACHE + 12))
    .localTee(block)
    .op("i64.load", at(L.HEADER_COST));
  f.op("i64.add").localTee(elapsed).op("i32.wrap_i64");
  f.localGet(0).op("i32.load", at(S.LIMIT)).op("i32.lt_u");
  f.if();
  f.localGet(0).localGet(elapsed).op("i64.store", at(S.ELAPSED));
  f.localGet(0).localGet(block).i32(L.HEADER_SIZE).op("i32.add");
  f.localGet(block)
    .op("i32.load", at(L.HEADER_SIZE + L.RECORD_HANDLER))
    .returnCallIndirect(HANDLER_TYPE);
  f.end();
  f.end();
  f.end();
  f.i32(L.EXIT.lookup);
}

function writeFixed(f: FunctionBuilder, name: FixedHandler): void {
  const remember = (): void => void f.localGet(0).localGet(1).op("i32.store", at(S.EXIT_RECORD));
  switch (name) {
    case "dispatch":
      throw new Error("dispatch is a runtime function");
    case "continue64":
      followLink(f, "next", 64);
      break;
    case "continue32":
      followLink(f, "next", 32);
      break;
    case "continue16":
      followLink(f, "next", 16);
      break;
    case "leave":
      remember();
      f.localGet(0).localGet(0).op("i64.load", at(S.RIP)).localGet(1).op("i64.load16_u", at(L.RECORD_NEXT));
      f.op("i64.add").op("i64.store", at(S.RIP));
      f.i32(L.EXIT.flow);
      break;
    case "trap":
      remember();
      f.localGet(0)
        .localGet(1)
        .op("i32.load", at(L.RECORD_IMMEDIATE))
        .i32(L.FAULT_RAISED | 0)
        .op("i32.or");
      f.op("i32.store", at(S.FAULT));
      f.localGet(0).i32(0).op("i32.store", at(S.SLOW_INFO));
      f.i32(L.EXIT.fault);
      break;
    case "stale":
      remember();
      f.i32(EXIT_STALE);
      break;
  }
  if (name.startsWith("continue")) f.unreachable();
}
