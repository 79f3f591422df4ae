// Every user-mode instruction of the recorded sets in every form that iced-x86 knows, as families of encodings.
//
// A form is one of iced's codes (an instruction at one operand size and encoding) with its ModRM operand in a register
// or in memory; plain, locked or repeated. All byte strings of prefix × map × opcode × ModRM are decoded to find the
// forms; then each form is encoded several times with other registers, addresses and immediates.
//
// Left out: AVX and later, privileged instructions, whatever tells about the host or the time (cpuid, rdtsc, rdrand,
// sgdt …), segment registers, far transfers, system calls, XSAVE, and near branches with a 16-bit operand size (AMD
// cuts rip to 16 bits, Intel ignores the prefix).
import { Code, CodeExt, Decoder, DecoderOptions, Instruction, Mnemonic, OpKind, Register } from "iced-x86";
import { familyOf, planFor, recorded } from "./planning.ts";
import { hash, Random } from "./random.ts";
import { CODE, WINDOWS } from "./state.ts";
import type { Encoding } from "./vectors.ts";

export interface Form {
  family: string;
  /** The name of iced's code, "memory" or "register", and "lock", "rep" or "repne" if that is before it. */
  name: string;
  encodings: Encoding[];
}

/** Bytes that select an instruction: what comes before REX, REX.W, the map, and (opcode, ModRM) pairs. */
interface Skeleton {
  code: Code;
  memory: boolean;
  prefixes: readonly number[];
  wide: boolean;
  map: readonly number[];
  /** For VEX: the bits of map and pp. */
  vex: { map: number; pp: number } | null;
  heads: { opcode: number; modrm: number }[];
}

const NO_MODRM = -1;
const PREFIXES = [[], [0x66], [0xf3], [0xf2], [0x66, 0xf3], [0x66, 0xf2]];
const MAPS = [[], [0x0f], [0x0f, 0x38], [0x0f, 0x3a]];
const NOT_OPCODES = new Set([0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x0f]);
/** Room for one candidate: a SIB byte that means [rax], displacement, immediate. */
const SLOT = 32;

/** Decodes all 256 ModRM bytes behind `head`; calls back for each valid one. */
class Sieve {
  readonly #found = new Map<string, Skeleton>();
  readonly #excluded = new Set<Code>();
  /** Bytes of illegal instructions whose opcode is legal with another ModRM byte; one of each digit and kind. */
  readonly refused: number[][] = [];
  readonly #instruction = new Instruction();

  opcode(skeleton: Omit<Skeleton, "code" | "memory" | "heads">, head: number[], opcode: number): void {
    const buffer = new Uint8Array(256 * SLOT);
    for (let modrm = 0; modrm < 256; modrm++) buffer.set([...head, opcode, modrm], modrm * SLOT);
    const decoder = new Decoder(64, buffer, DecoderOptions.None);
    const codes = new Int32Array(256);
    const lengths = new Set<number>();
    const valid = new Set<number>();
    for (let modrm = 0; modrm < 256; modrm++) {
      decoder.position = modrm * SLOT;
      decoder.decodeOut(this.#instruction);
      const { code, length } = this.#instruction;
      codes[modrm] = code !== Code.INVALID && recorded(code, this.#instruction) ? code : Code.INVALID;
      if (code !== Code.INVALID && codes[modrm] === Code.INVALID) this.#excluded.add(code);
      lengths.add(code === Code.INVALID ? -1 : length);
      if (code !== Code.INVALID) valid.add(modrm);
    }
    decoder.free();
    const plain = lengths.size === 1 && codes.every((code) => code === codes[0]);
    this.#refuse([...head, opcode], codes, valid);
    for (let modrm = 0; modrm < (plain ? 1 : 256); modrm++) {
      const code = codes[modrm]!;
      if (code === Code.INVALID) continue;
      const memory = !plain && modrm < 0xc0;
      const key = `${code} ${memory}`;
      const known = this.#found.get(key);
      // The first spelling is the one with the fewest prefixes; further ones only with the same.
      if (!known) {
        this.#found.set(key, {
          code,
          memory,
          ...skeleton,
          heads: [{ opcode, modrm: plain ? NO_MODRM : modrm }],
        });
      } else if (
        known.prefixes === skeleton.prefixes &&
        known.wide === skeleton.wide &&
        known.map === skeleton.map
      ) {
        known.heads.push({ opcode, modrm: plain ? NO_MODRM : modrm });
      }
    }
  }

  #refuse(head: number[], codes: Int32Array, valid: Set<number>): void {
    if (codes.every((code) => code === Code.INVALID)) return;
    const seen = new Set<number>();
    for (let modrm = 0; modrm < 256; modrm++) {
      // Of x87 each ModRM byte is an instruction.
      const kind = head.length === 1 && modrm >= 0xc0 ? modrm : modrm & (modrm >= 0xc0 ? 0xf8 : 0x38);
      if (valid.has(modrm) || seen.has(kind)) continue;
      seen.add(kind);
      this.refused.push([...head, modrm]);
    }
  }

  skeletons(): Skeleton[] {
    for (const prefixes of PREFIXES) {
      for (const wide of [false, true]) {
        for (const map of MAPS) {
          for (let opcode = 0; opcode < 256; opcode++) {
            if (map.length === 0 && (NOT_OPCODES.has(opcode) || (opcode & 0xf0) === 0x40)) continue;
            if (map.length === 0 && (opcode === 0xc4 || opcode === 0xc5 || opcode === 0x62)) continue;
            if (map.length === 1 && (opcode === 0x38 || opcode === 0x3a)) continue;
            const head = [...prefixes, ...(wide ? [0x48] : []), ...map];
            this.opcode({ prefixes, wide, map, vex: null }, head, opcode);
          }
        }
      }
    }
    for (const map of [2, 3]) {
      for (let pp = 0; pp < 4; pp++) {
        for (const wide of [false, true]) {
          const vex = { map, pp };
          for (let opcode = 0; opcode < 256; opcode++) {
            for (const vvvv of [15, 0]) {
              const head = [0xc4, 0xe0 | map, (wide ? 0x80 : 0) | (vvvv << 3) | pp];
              this.opcode({ prefixes: PREFIXES[0]!, wide, map: MAPS[0]!, vex }, head, opcode);
            }
          }
        }
      }
    }
    return [...this.#found.values()];
  }

  /** The names of the codes that were seen but are not recorded. */
  excluded(): string[] {
    return [...this.#excluded].map((code) => Code[code]!);
  }
}

const IMMEDIATES = [0, 1, 2, 4, 7, 8, 15, 16, 31, 32, 33, 63, 64, 127, 128, 255];

/** Encodes a skeleton at random. */
class Coder {
  readonly #random = new Random();
  readonly #instruction = new Instruction();
  readonly #skeleton: Skeleton;
  readonly #repeat: number;

  /** `repeat` is a prefix to put before the instruction (LOCK, REP, REPNE), or 0. */
  constructor(skeleton: Skeleton, repeat: number) {
    this.#skeleton = skeleton;
    this.#repeat = repeat;
    const name = new TextEncoder().encode(Code[skeleton.code]);
    this.#random.seed(hash(name), skeleton.memory ? 1 : 0, repeat);
  }

  /** At most `count` different encodings. */
  encodings(count: number): { bytes: Uint8Array; instruction: Instruction }[] {
    const seen = new Map<string, { bytes: Uint8Array; instruction: Instruction }>();
    for (let attempt = 0; attempt < 40 * count && seen.size < count; attempt++) {
      const bytes = this.#attempt();
      if (bytes)
        seen.set(Buffer.from(bytes).toString("hex"), { bytes, instruction: this.#instruction.clone() });
    }
    return [...seen.values()];
  }

  #attempt(): Uint8Array | null {
    const random = this.#random;
    const { memory, prefixes, wide, map, vex, heads, code } = this.#skeleton;
    const out: number[] = [];
    if (memory && random.chance(16)) out.push(random.pick([0x26, 0x2e, 0x36, 0x3e]));
    const implicit = heads[0]!.modrm === NO_MODRM && this.#hasMemory();
    if ((memory || implicit) && random.chance(implicit ? 48 : 16)) out.push(0x67);
    if (this.#repeat) out.push(this.#repeat);
    out.push(...prefixes);
    const head = random.pick(heads);
    const rxb = random.next() & (random.chance(128) ? 7 : 0);
    if (vex) {
      const vvvv = random.chance(128) ? 15 : random.next() & 15;
      out.push(0xc4, ((7 ^ rxb) << 5) | vex.map, (wide ? 0x80 : 0) | (vvvv << 3) | vex.pp);
    } else {
      if (wide || rxb || random.chance(24)) out.push(0x40 | (wide ? 8 : 0) | rxb);
      out.push(...map);
    }
    out.push(head.opcode);
    if (head.modrm !== NO_MODRM) out.push(head.modrm);
    while (out.length < 26) out.push(random.next() & 255);
    return this.#settle(Uint8Array.from(out), code, memory);
  }

  #hasMemory(): boolean {
    return /Seg|_m|moffs|xlat|Stos|Lods|Scas|Movs|Cmps/i.test(Code[this.#skeleton.code]!);
  }

  #decode(bytes: Uint8Array): { displacement: [number, number]; immediates: [number, number][] } {
    const decoder = new Decoder(64, bytes, DecoderOptions.None);
    decoder.ip = BigInt(CODE);
    decoder.decodeOut(this.#instruction);
    const offsets = decoder.getConstantOffsets(this.#instruction);
    const result = {
      displacement: [offsets.displacementOffset, offsets.displacementSize] as [number, number],
      immediates: [
        [offsets.immediateOffset, offsets.immediateSize],
        [offsets.immediateOffset2, offsets.immediateSize2],
      ] as [number, number][],
    };
    offsets.free();
    decoder.free();
    return result;
  }

  /** Gives displacement and immediates sensible values; null if the bytes are not the wanted instruction. */
  #settle(bytes: Uint8Array, code: Code, memory: boolean): Uint8Array | null {
    const instruction = this.#instruction;
    const { displacement, immediates } = this.#decode(bytes);
    const { length } = instruction;
    if (instruction.code !== code || length > 15 || memory !== (memory && this.#isMemory())) return null;
    if (instruction.memorySegment >= Register.FS && instruction.memorySegment <= Register.GS) return null;
    this.#settleDisplacement(bytes, displacement);
    for (const [offset, size] of immediates) if (size) this.#settleImmediate(bytes, offset, size);
    this.#decode(bytes);
    if (instruction.code !== code || instruction.length !== length) return null;
    return bytes.slice(0, length);
  }

  #isMemory(): boolean {
    const { opCount } = this.#instruction;
    for (let i = 0; i < opCount; i++) if (this.#instruction.opKind(i) === OpKind.Memory) return true;
    return false;
  }

  #settleDisplacement(bytes: Uint8Array, [offset, size]: [number, number]): void {
    if (size === 0) return;
    const random = this.#random;
    const view = new DataView(bytes.buffer);
    const instruction = this.#instruction;
    const stacked = instruction.isStackInstruction;
    const fixed = instruction.memoryBase === Register.None && instruction.memoryIndex === Register.None;
    const inside =
      WINDOWS[0] + 16 * random.below(stacked ? 16 : 24) + (random.chance(64) ? random.below(16) : 0);
    // FXSAVE and its like fit only at the beginning.
    const place = /Fx|Fn?sav|Frstor|Fn?stenv|Fldenv/i.test(Mnemonic[instruction.mnemonic]!)
      ? WINDOWS[0]
      : inside;
    if (size === 1) view.setInt8(offset, stacked ? random.between(-64, 63) : random.next());
    else if (instruction.isIpRelMemoryOperand) view.setInt32(offset, place - CODE - instruction.length, true);
    else if (fixed && size === 8) view.setBigUint64(offset, BigInt(place), true);
    else if (fixed) view.setInt32(offset, place, true);
    else if (stacked) view.setInt32(offset, random.between(-64, 64), true);
    else view.setInt32(offset, random.chance(128) ? random.between(-2048, 2047) : random.next(), true);
  }

  #settleImmediate(bytes: Uint8Array, offset: number, size: number): void {
    const random = this.#random;
    const instruction = this.#instruction;
    const view = new DataView(bytes.buffer);
    if (instruction.op0Kind === OpKind.NearBranch64 || instruction.op0Kind === OpKind.NearBranch32) {
      // To behind the jump that follows the instruction, to somewhere before the instruction, or just to the next one.
      const reach = size === 1 ? 127 : 1900;
      const distance = random.chance(112) ? random.between(20, reach) : -random.between(40, reach);
      const to = random.chance(24) ? 0 : distance;
      if (size === 1) view.setInt8(offset, to);
      else view.setInt32(offset, to, true);
      return;
    }
    const enter = instruction.mnemonic === Mnemonic.Enter;
    if (enter && size === 2)
      view.setUint16(offset, random.chance(192) ? random.below(100) : random.next(), true);
    if (enter && size === 1) view.setUint8(offset, random.chance(160) ? random.below(6) : random.next());
    if (enter) return;
    if (random.chance(128)) return;
    const value = random.chance(128) ? random.pick(IMMEDIATES) : ~random.pick(IMMEDIATES);
    if (size === 1) view.setInt8(offset, value);
    else if (size === 2) view.setInt16(offset, value, true);
    else if (size === 4) view.setInt32(offset, value, true);
    else if (size === 8) view.setBigInt64(offset, BigInt(value), true);
  }
}

/** The repeat and lock prefixes under which a form is recorded; 0 is none. */
function repeats(skeleton: Skeleton): number[] {
  const info = CodeExt.opCode(skeleton.code);
  const out = [0];
  if (info.canUseLockPrefix && skeleton.memory) out.push(0xf0);
  // Where REPE is allowed REPNE repeats too, on cmps and scas with the opposite end.
  if (info.canUseRepPrefix) out.push(0xf3);
  if (info.canUseRepnePrefix) out.push(0xf2);
  info.free();
  return out;
}

const REPEAT_NAMES: Record<number, string> = { 0: "", 240: " lock", 243: " rep", 242: " repne" };

/**
 * All forms with at most `limit` encodings each, always in the same order; beginnings of illegal instructions; and the
 * names of the codes left out.
 */
export function forms(
  limit: number,
  cases: (family: string, name: string) => number,
): { forms: Form[]; refused: number[][]; excluded: string[] } {
  const sieve = new Sieve();
  const out: Form[] = [];
  for (const skeleton of sieve.skeletons()) {
    for (const repeat of repeats(skeleton)) {
      const name = `${Code[skeleton.code]} ${skeleton.memory ? "memory" : "register"}${REPEAT_NAMES[repeat]}`;
      const chosen: Encoding[] = [];
      let family = "";
      for (const { bytes, instruction } of new Coder(skeleton, repeat).encodings(2 * limit)) {
        const plan = chosen.length < limit ? planFor(instruction, bytes) : null;
        if (plan) {
          family = familyOf(instruction);
          chosen.push({ bytes, plan, cases: 0 });
        }
        instruction.free();
      }
      if (chosen.length === 0) throw new Error(`${name}: no encoding found`);
      for (const encoding of chosen) encoding.cases = Math.ceil(cases(family, name) / chosen.length);
      out.push({ family, name, encodings: chosen });
    }
  }
  return { forms: out, refused: sieve.refused, excluded: sieve.excluded() };
}
