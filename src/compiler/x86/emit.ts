/**
 * Blocks to bytes: instructions through the encoder, jumps as short as they can be, jump tables as data with relocations, lines and
 * unwinding for debuggers. Jumps are JMP and Jcc with 8 or 32 bits (SDM vol. 2A).
 */
import type { FrameState, FunctionDebug, ObjectPiece, Relocation } from "../object.ts";
import type { Place } from "../place.ts";
import { CodeBuffer, encodeInstruction } from "./encoding.ts";
import type { Frame, Unwinding } from "./frame.ts";
import { imm, instruction, type MachineBlock, mem } from "./machine.ts";

/** A jump at the end of a block: `cc` −1 always, TOGGLE not yet, else a condition. */
interface Jump {
  readonly cc: number;
  readonly to: MachineBlock;
  long: boolean;
}
interface Chunk {
  readonly block: MachineBlock;
  readonly code: CodeBuffer;
  readonly jumps: Jump[];
  /** A loop begins here that is worth it (alignedStart). */
  readonly aligned: boolean;
  start: number;
  readonly lines: { offset: number; place: Place; prologueEnd?: boolean }[];
  readonly frames: { offset: number; state: Unwinding }[];
  /** Of the block's instructions, in the chunk. */
  readonly ends: number[];
  readonly endPlace: Place | undefined;
}

export interface Emitted {
  readonly bytes: Uint8Array;
  readonly relocations: readonly Relocation[];
  readonly tables: readonly ObjectPiece[];
  readonly lines: FunctionDebug["lines"];
  readonly frame: readonly FrameState[];
  /** Blocks as they stand in memory: where their first instruction begins (the entry's is behind the prologue), and where each ends. */
  readonly chunks: readonly {
    readonly block: MachineBlock;
    readonly start: number;
    readonly ends: readonly number[];
    /** Of all, jumps included; an epilogue is not. */
    readonly end: number;
  }[];
  /** Where each instruction begins. */
  readonly blockStart: (block: MachineBlock) => number;
}

export interface EmitInput {
  readonly symbol: string;
  readonly blocks: readonly MachineBlock[];
  readonly frame: Frame | undefined;
  /** Headers of loops worth aligning. */
  readonly aligned: ReadonlySet<MachineBlock>;
}

/** Five bytes without effect, which can become a jump. */
const TOGGLE = -2;

const jumpLength = (j: Jump): number => (j.long || j.cc === TOGGLE ? (j.cc < 0 ? 5 : 6) : 2);

/** The jumps that a block's end needs when `next` follows it. */
function jumpsOf(block: MachineBlock, next: MachineBlock | undefined): Jump[] {
  const { end } = block;
  if (end.kind === "jump") return end.to === next ? [] : [{ cc: -1, to: end.to, long: false }];
  if (end.kind === "toggle") {
    const site: Jump = { cc: TOGGLE, to: end.taken, long: true };
    return end.otherwise === next ? [site] : [site, { cc: -1, to: end.otherwise, long: false }];
  }
  if (end.kind !== "branch") return [];
  if (end.taken === next) return [{ cc: end.cc ^ 1, to: end.otherwise, long: false }];
  const first: Jump = { cc: end.cc, to: end.taken, long: false };
  if (end.otherwise === next) return [first];
  // The likelier way by one jump, not two.
  if (end.otherwise.frequency > end.taken.frequency)
    return [
      { cc: end.cc ^ 1, to: end.otherwise, long: false },
      { cc: -1, to: end.taken, long: false },
    ];
  return [first, { cc: -1, to: end.otherwise, long: false }];
}

/** Multi-byte no-operations of 1 to 9 bytes (SDM vol. 2B, NOP). */
const NOPS: readonly (readonly number[])[] = [
  [],
  [0x90],
  [0x66, 0x90],
  [0x0f, 0x1f, 0x00],
  [0x0f, 0x1f, 0x40, 0x00],
  [0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00],
  [0x0f, 0x1f, 0x80, 0x00, 0x00, 0x00, 0x00],
  [0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
  [0x66, 0x0f, 0x1f, 0x84, 0x00, 0x00, 0x00, 0x00, 0x00],
];

export function emit(input: EmitInput): Emitted {
  const { blocks, frame, symbol } = input;
  const tables: { symbol: string; targets: readonly MachineBlock[] }[] = [];
  const chunks = blocks.map((block, n): Chunk => {
    const chunk: Chunk = {
      block,
      code: new CodeBuffer(),
      jumps: jumpsOf(block, blocks[n + 1]),
      aligned: input.aligned.has(block),
      start: 0,
      lines: [],
      frames: [],
      ends: [],
      endPlace: block.endPlace,
    };
    fillChunk(chunk, frame, n === 0, symbol, tables);
    return chunk;
  });
  const chunkOf = new Map(chunks.map((c) => [c.block, c]));
  const sites: ObjectPiece[] = [];
  const length = settle(chunks, chunkOf);
  const bytes = new Uint8Array(length);
  const relocations: Relocation[] = [];
  const lines: { offset: number; place: Place; prologueEnd?: boolean }[] = [];
  const frames: FrameState[] = [];
  const addFrame = (offset: number, u: Unwinding): void => {
    const state: FrameState = {
      offset,
      cfa: { register: u.register, displacement: u.displacement },
      saved: u.saved,
    };
    const last = frames.at(-1);
    if (last?.offset === offset) frames.pop();
    frames.push(state);
  };
  let at = 0;
  const placed: Emitted["chunks"][number][] = [];
  for (const [n, chunk] of chunks.entries()) {
    while (at < chunk.start) {
      const nop = NOPS[Math.min(9, chunk.start - at)]!;
      bytes.set(nop, at);
      at += nop.length;
    }
    // What follows a return is the body's again.
    if (frame) addFrame(at, n === 0 ? frame.atEntry : frame.atBody);
    for (const f of chunk.frames) addFrame(at + f.offset, f.state);
    bytes.set(chunk.code.bytes.subarray(0, chunk.code.length), at);
    for (const r of chunk.code.relocations) relocations.push({ ...r, offset: r.offset + at });
    for (const line of chunk.lines) addLine(lines, { ...line, offset: line.offset + at });
    at += chunk.code.length;
    if (chunk.jumps.length > 0 && chunk.endPlace) addLine(lines, { offset: at, place: chunk.endPlace });
    for (const jump of chunk.jumps) {
      const target = chunkOf.get(jump.to)!.start;
      const { end } = chunk.block;
      if (jump.cc === TOGGLE && end.kind === "toggle")
        sites.push(sitePiece(symbol, sites.length, at, target, end.key));
      at = putJump(bytes, at, jump, target);
    }
    const { block, start } = chunk;
    const ends = chunk.ends.map((end) => start + end);
    placed.push({ block, start, ends, end: block.end.kind === "return" ? (ends.at(-1) ?? start) : at });
  }
  return {
    bytes,
    relocations,
    tables: [
      ...tables.map((t) =>
        tablePiece(
          t.symbol,
          symbol,
          t.targets.map((b) => chunkOf.get(b)!.start),
        ),
      ),
      ...sites,
    ],
    lines,
    chunks: placed,
    frame: frames.filter((f, n) => n === 0 || !sameFrame(f, frames[n - 1]!)),
    blockStart: (block) => chunkOf.get(block)?.start ?? 0,
  };
}

const sameFrame = (a: FrameState, b: FrameState): boolean =>
  a.cfa.register === b.cfa.register &&
  a.cfa.displacement === b.cfa.displacement &&
  a.saved.length === b.saved.length;

function addLine(
  lines: { offset: number; place: Place; prologueEnd?: boolean }[],
  line: { offset: number; place: Place; prologueEnd?: boolean },
): void {
  const last = lines.at(-1);
  const same =
    last?.place.file === line.place.file &&
    last.place.line === line.place.line &&
    last.place.column === line.place.column &&
    last.place.inlined === line.place.inlined;
  if (same && !line.prologueEnd) return;
  if (last?.offset === line.offset) lines.pop();
  lines.push(line);
}

function fillChunk(
  chunk: Chunk,
  frame: Frame | undefined,
  isEntry: boolean,
  symbol: string,
  tables: { symbol: string; targets: readonly MachineBlock[] }[],
): void {
  const { code, block } = chunk;
  const put = (i: MachineBlock["instructions"][number]): void => {
    if (i.place) chunk.lines.push({ offset: code.length, place: i.place });
    if (i.op === "asm") {
      const bytes = i.asm!(i.operands.map((o) => (o.kind === "reg" ? o.reg : -1)));
      for (const r of bytes.relocations) code.relocations.push({ ...r, offset: r.offset + code.length });
      code.append(bytes.bytes);
      return;
    }
    encodeInstruction(code, i);
    const after = frame?.unwinding.get(i);
    if (after) chunk.frames.push({ offset: code.length, state: after });
  };
  if (isEntry && frame) for (const i of frame.prologue) put(i);
  const bodyStart = code.length;
  for (const i of block.instructions) {
    put(i);
    chunk.ends.push(code.length);
  }
  if (isEntry) {
    const place = chunk.lines.find((l) => l.offset >= bodyStart)?.place ?? block.endPlace;
    if (place) {
      const rest = chunk.lines.splice(0).filter((l) => l.offset > bodyStart);
      chunk.lines.push({ offset: bodyStart, place, prologueEnd: true }, ...rest);
    }
  }
  const { end } = block;
  if (end.kind === "return") {
    if (block.endPlace) chunk.lines.push({ offset: code.length, place: block.endPlace });
    if (frame) {
      // Each return has instructions of its own, so that their unwinding is told apart.
      for (const i of frame.epilogue) put(i);
      put(frame.ret);
    }
  } else if (end.kind === "table") {
    const name = `.Lswitch.${symbol}.${tables.length}`;
    tables.push({ symbol: name, targets: end.targets });
    put(instruction("jmpr", 64, mem(-1, 0, { index: end.index, scale: 3, symbol: name })));
  } else if (end.kind === "none" && frame) {
    // Nothing should come here: what follows in memory must not run.
    if (code.length === 0 || block.instructions.at(-1)?.op !== "ud2") put(instruction("ud2", 64));
  }
  void imm;
}

/** Where a loop begins: at a multiple of 16 if that costs little, else of 8. Control may come from above, through what is filled in. */
function alignedStart(at: number): number {
  const far = Math.ceil(at / 16) * 16;
  return far - at <= 10 ? far : Math.ceil(at / 8) * 8;
}

/** Gives chunks their places; jumps that do not reach grow until all do. Returns the whole length. */
function settle(chunks: readonly Chunk[], chunkOf: ReadonlyMap<MachineBlock, Chunk>): number {
  for (;;) {
    let at = 0;
    for (const chunk of chunks) {
      if (chunk.aligned) at = alignedStart(at);
      chunk.start = at;
      at += chunk.code.length;
      for (const jump of chunk.jumps) at += jumpLength(jump);
    }
    let grown = false;
    for (const chunk of chunks) {
      let from = chunk.start + chunk.code.length;
      for (const jump of chunk.jumps) {
        from += jumpLength(jump);
        const distance = chunkOf.get(jump.to)!.start - from;
        if (!jump.long && (distance < -128 || distance > 127)) {
          jump.long = true;
          grown = true;
        }
      }
    }
    if (!grown) return at;
  }
}

function putJump(bytes: Uint8Array, at: number, jump: Jump, target: number): number {
  const end = at + jumpLength(jump);
  if (jump.cc === TOGGLE) {
    bytes.set(NOPS[5]!, at);
    return end;
  }
  const distance = target - end;
  if (!jump.long) {
    bytes[at] = jump.cc < 0 ? 0xeb : 0x70 | jump.cc;
    bytes[at + 1] = distance & 0xff;
    return end;
  }
  if (jump.cc < 0) bytes[at] = 0xe9;
  else {
    bytes[at] = 0x0f;
    bytes[at + 1] = 0x80 | jump.cc;
  }
  new DataView(bytes.buffer).setInt32(end - 4, distance, true);
  return end;
}

/** Where the branches that are patched are listed: three addresses each, of the five bytes, of the jump's target, of the key. */
export const KEY_SITES = ".static_keys";

function sitePiece(
  symbol: string,
  n: number,
  at: number,
  target: number,
  key: { readonly symbol: string; readonly offset: number },
): ObjectPiece {
  return {
    symbol: `.Lkey.${symbol}.${n}`,
    section: KEY_SITES,
    kind: "read-only data",
    align: 8,
    bytes: new Uint8Array(24),
    relocations: [
      { offset: 0, kind: "R_X86_64_64", symbol, addend: at },
      { offset: 8, kind: "R_X86_64_64", symbol, addend: target },
      { offset: 16, kind: "R_X86_64_64", symbol: key.symbol, addend: key.offset },
    ],
    exported: false,
    debug: undefined,
  };
}

function tablePiece(name: string, symbol: string, offsets: readonly number[]): ObjectPiece {
  return {
    symbol: name,
    section: ".rodata",
    kind: "read-only data",
    align: 8,
    bytes: new Uint8Array(8 * offsets.length),
    relocations: offsets.map((addend, n) => ({ offset: 8 * n, kind: "R_X86_64_64", symbol, addend })),
    exported: false,
    debug: undefined,
  };
}
