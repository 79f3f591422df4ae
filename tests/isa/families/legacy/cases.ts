/**
 * Pieces of 16-bit and 32-bit code and the states they start from: what the recorded vectors of tests/silicon, which are
 * all of 64-bit mode, cannot have. recorder.c runs them on the host; digests.txt holds what came out.
 */
import { createHash } from "node:crypto";

/** Where things are in both modes; in 16-bit mode segments begin at CODE and DATA and offsets are below 64 KiB. */
export const CODE = 0x20000000;
export const DATA = 0x10000000;
export const START = 0x800;
export const WINDOW = 0x1000;
export const WINDOW_SIZE = 512;

/** `struct legacy` of recorder.c: byte offsets. */
export const LAYOUT = {
  mode: 0,
  length: 4,
  code: 8,
  gpr: 40,
  eflags: 72,
  eip: 76,
  vector: 80,
  error: 84,
  memory: 88,
  size: 600,
} as const;

export interface Piece {
  readonly mode: 16 | 32;
  readonly code: Uint8Array;
  readonly cases: number;
  /** cx is 0–9; or al, cf and af go through all their values. */
  readonly inputs: "any" | "count" | "digits";
}

const DIGITS = 4096;
const CASES = 64;

const piece = (mode: 16 | 32, hex: string, inputs: Piece["inputs"] = "any"): Piece => ({
  mode,
  code: Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex")),
  cases: inputs === "digits" ? DIGITS : CASES,
  inputs,
});
const both = (hex: string, inputs: Piece["inputs"] = "any"): Piece[] => [
  piece(16, hex, inputs),
  piece(32, hex, inputs),
];
const sized = (hex: string, inputs: Piece["inputs"] = "any"): Piece[] => [
  ...both(hex, inputs),
  ...both(`66${hex}`, inputs),
];
const bytes = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, i) => (from + i).toString(16).padStart(2, "0"));

/** Pointers of 16-bit forms without displacement that stay in the window; bp+si and its kin would not. */
const MODRM16 = ["04", "05", "07", "44f0", "45 10", "46 fc", "47 03", "86 0400", "87 fcff", "06 2011"];

export const PIECES: readonly Piece[] = [
  // Decimal adjustment.
  ...["27", "2f", "37", "3f", "d40a", "d410", "d401", "d4ff", "d50a", "d507", "d500", "d5ff"].map((hex) =>
    piece(32, hex, "digits"),
  ),
  ...both("d400"),
  ...both("d6"),
  ...both("82 c07f"),
  ...both("82 f8 80"),
  // inc and dec of registers, and what one-byte opcodes do only here.
  ...bytes(0x40, 0x4f).flatMap((hex) => sized(hex)),
  ...sized("60"),
  ...sized("61"),
  ...sized("60 31c0 61"),
  ...piecesOfBound(),
  // The stack at both operand sizes.
  ...bytes(0x50, 0x5f).flatMap((hex) => sized(hex)),
  ...both("68 78563412").filter((p) => p.mode === 32),
  ...both("68 7856").filter((p) => p.mode === 16),
  piece(32, "66 68 7856"),
  piece(16, "66 68 78563412"),
  ...sized("6a 80"),
  ...sized("6a 7f"),
  piece(32, "ff 33"),
  piece(32, "66 ff 33"),
  piece(32, "ff 7424 04"),
  piece(32, "8f 03"),
  piece(32, "8f 0424"),
  piece(32, "8f 4424 04"),
  piece(32, "66 8f 4424 04"),
  piece(32, "66 8f 0424"),
  ...["ff 37", "66 ff 37", "8f 07", "66 8f 04", "8f c0", "66 8f c4"].map((hex) => piece(16, hex)),
  ...["c8 0000 00", "c8 1000 01", "c8 1000 02", "c8 0800 05", "c8 0000 1f", "c8 2000 23"].flatMap((hex) =>
    sized(hex),
  ),
  ...sized("c9"),
  ...sized("c8 1000 03 c9"),
  // Control, at both operand sizes where the target stays in the segment.
  piece(32, "e8 05000000"),
  piece(32, "e8 01000000 cc c3"),
  piece(32, "e8 01000000 cc c2 0800"),
  piece(32, "eb 02"),
  piece(32, "e9 10000000"),
  piece(32, "0f84 10000000"),
  piece(32, "b8 10080020 ffe0"),
  piece(32, "b8 10080020 ffd0"),
  piece(16, "e8 0500"),
  piece(16, "66 e8 05000000"),
  piece(16, "e8 0100 cc c3"),
  piece(16, "66 e8 01000000 cc 66 c3"),
  piece(16, "e8 0100 cc c2 0800"),
  piece(16, "e9 1000"),
  piece(16, "66 e9 10000000"),
  piece(16, "0f84 1000"),
  piece(16, "66 0f85 10000000"),
  piece(16, "b8 1008 ffe0"),
  piece(16, "66 b8 10080000 66 ffe0"),
  piece(16, "66 b8 10080000 66 ffd0"),
  piece(16, "b8 1008 ffd0"),
  ...["e0 02", "e1 02", "e2 02", "e3 02"].flatMap((hex) => both(hex, "count")),
  ...["67 e0 02", "67 e1 02", "67 e2 02", "67 e3 02"].flatMap((hex) => both(hex, "count")),
  ...bytes(0x70, 0x7f).map((hex) => piece(32, `${hex} 02`)),
  // Addresses.
  ...MODRM16.flatMap((m) => [piece(16, `8b ${m}`), piece(16, `66 8b ${m}`), piece(16, `01 ${m}`)]),
  ...bytes(0x00, 0x3f)
    .filter((m) => (Number.parseInt(m, 16) & 7) !== 6)
    .flatMap((m) => both(`67 8d ${m}`))
    .filter((p) => p.mode === 32),
  ...bytes(0x40, 0x7f).map((m) => piece(16, `8d ${m} 85`)),
  ...bytes(0x40, 0x47).map((m) => piece(16, `66 8d ${m} 85`)),
  ...bytes(0x80, 0x87).map((m) => piece(32, `66 67 8d ${m} 3412`)),
  ...bytes(0x80, 0x83).map((m) => piece(16, `67 8d ${m} 78563412`)),
  piece(16, "67 8d 448b 10"),
  piece(32, "8d 448b 10"),
  piece(32, "a1 10100010"),
  piece(32, "66 a3 10100010"),
  piece(16, "a0 2010"),
  piece(16, "66 a1 2010"),
  piece(16, "a3 2010"),
  piece(16, "31c0 d7"),
  piece(32, "31c0 d7"),
  // Strings: pointers and counters of 16 bits, and both directions.
  ...["a4", "a5", "aa", "ab", "ac", "ad", "ae", "af", "a6", "a7"].flatMap((hex) => [
    ...sized(hex),
    ...sized(`f3${hex}`, "count"),
    ...sized(`f2${hex}`, "count"),
  ]),
  // Whatever else has an operand size.
  ...["98", "99", "9f", "9e", "f7e1", "f7e9", "0fafc1", "6bc1 80", "f7d8"].flatMap((hex) => sized(hex)),
  piece(32, "69c1 80800000"),
  piece(32, "66 69c1 8080"),
  piece(16, "69c1 8080"),
  piece(16, "66 69c1 80800000"),
  ...["f7f1", "f7f9", "f6f1", "f6f9", "31d2 f7f1", "99 f7f9"].flatMap((hex) => sized(hex)),
  ...["c1e0 05", "d1d0", "d3d0", "d3d8", "d3c8", "0fa4c8 07", "0fadc8"].flatMap((hex) => sized(hex)),
  ...["0fbec1", "0fb7c1", "0fbfc1", "0fb6c5", "0fc8", "0fbcc1", "0fbdc1", "f30fb8c1", "f30fbcc1"].flatMap(
    (hex) => sized(hex),
  ),
  ...["0fb1ca", "0fc1ca", "91", "90", "f390", "0fa3c8", "0fabc8", "0fbae1 05", "20c8", "83d0 ff"].flatMap(
    (hex) => sized(hex),
  ),
  piece(32, "0fc70b"),
  piece(16, "0fc70f"),
  piece(32, "c4e270f2c2"),
  piece(32, "c4e2f0f2c2"),
  piece(32, "c4e27bf5c2"),
  piece(32, "c4e2f3f6c1"),
  piece(16, "c4e270f2c2"),
  piece(16, "c4e37bf0c1 07"),
  piece(32, "f2 0f38f1c1"),
  piece(16, "f2 0f38f1c1"),
  piece(16, "66 f2 0f38f1c1"),
  piece(32, "0f38f0 03"),
  piece(16, "0f38f1 07"),
  piece(32, "66 0f38f6c1"),
  piece(16, "f3 0f38f6c1"),
  piece(32, "0fc3 0b"),
];

function piecesOfBound(): Piece[] {
  return [piece(32, "62 03"), piece(32, "66 62 03"), piece(16, "62 07"), piece(16, "66 62 07")];
}

/** Numbers from a seed, 32 bits each: a linear congruence, mixed. */
class Numbers {
  #state: number;
  constructor(seed: string) {
    this.#state = createHash("sha256").update(seed).digest().readUInt32LE(0);
  }
  next(): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    let x = this.#state;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    return (x ^ (x >>> 16)) >>> 0;
  }
  below(n: number): number {
    return this.next() % n;
  }
}

const EDGES = [
  0, 1, 2, 7, 9, 0xf, 0x10, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000,
  0xffffffff,
];

const STATUS = 0x8d5;
const DIRECTION = 0x400;

/** Case `number` of a piece, as recorder.c reads it. */
export function makeCase(p: Piece, number: number): Uint8Array {
  const numbers = new Numbers(`${p.mode} ${Buffer.from(p.code).toString("hex")} ${number}`);
  const out = new Uint8Array(LAYOUT.size);
  const view = new DataView(out.buffer);
  const any = (): number => (numbers.below(2) ? numbers.next() : EDGES[numbers.below(EDGES.length)]!);
  const top = p.mode === 32 ? DATA : (any() & 0xffff0000) >>> 0;
  const pointer = (): number => (top + WINDOW + 160 + numbers.below(160)) >>> 0;
  let eax = any();
  let ecx = p.inputs === "count" ? numbers.below(10) : any();
  let eflags = 0x202 | (numbers.next() & (STATUS | DIRECTION));
  if (p.inputs === "digits") {
    eax = (eax & ~0xff) | (number & 0xff);
    eflags = (eflags & ~0x11) | ((number >> 8) & 1) | ((number >> 5) & 0x10);
  }
  if (p.inputs === "count" && p.mode === 16 && p.code[0] !== 0x67) ecx |= any() & 0xffff0000;
  const edx = any();
  const ebx = pointer();
  const esp = (p.mode === 32 ? DATA : 0) + WINDOW + 288 + numbers.below(64);
  const gpr = [eax, ecx, edx, ebx, esp, pointer(), pointer(), pointer()];
  view.setUint32(LAYOUT.mode, p.mode, true);
  view.setUint32(LAYOUT.length, p.code.length, true);
  out.set(p.code, LAYOUT.code);
  gpr.forEach((v, i) => {
    view.setUint32(LAYOUT.gpr + 4 * i, v, true);
  });
  view.setUint32(LAYOUT.eflags, eflags, true);
  for (let i = 0; i < WINDOW_SIZE; i += 4) view.setUint32(LAYOUT.memory + i, any(), true);
  return out;
}

/** What a digest covers of a case's end: registers, flags, eip, fault, memory. */
export function digestOf(results: readonly Uint8Array[]): string {
  const hash = createHash("sha256");
  for (const r of results) hash.update(r.subarray(LAYOUT.gpr));
  return hash.digest("hex").slice(0, 16);
}

/** The name of a piece in digests.txt. */
export const nameOf = (p: Piece): string => `${p.mode} ${Buffer.from(p.code).toString("hex")} ${p.inputs}`;
