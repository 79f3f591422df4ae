/*
 * Random bytes decode as iced-x86 decodes them: 1,000,000 draws in 64-bit mode, 200,000 each in 16- and 32-bit mode, for
 * validity, length and mnemonic. The draws lean towards prefixes and the two- and three-byte maps. What iced knows and
 * our table does not must be invalid here, by iced's own CPUID feature of the instruction.
 */
import { Code, CpuidFeature, Decoder, DecoderOptions, Instruction, Mnemonic } from "iced-x86";
import { describe, expect, it } from "vitest";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { Draw } from "./forms.ts";

/** Extensions whose instructions the table has; an instruction of any other must be invalid. */
const IMPLEMENTED = new Set<CpuidFeature>([
  CpuidFeature.INTEL8086,
  CpuidFeature.INTEL8086_ONLY,
  CpuidFeature.INTEL186,
  CpuidFeature.INTEL286,
  CpuidFeature.INTEL286_ONLY,
  CpuidFeature.INTEL386,
  CpuidFeature.INTEL386_ONLY,
  CpuidFeature.INTEL486,
  CpuidFeature.X64,
  CpuidFeature.FPU,
  CpuidFeature.FPU287,
  CpuidFeature.FPU387,
  CpuidFeature.CMOV,
  CpuidFeature.CX8,
  CpuidFeature.CMPXCHG16B,
  CpuidFeature.MMX,
  CpuidFeature.SSE,
  CpuidFeature.SSE2,
  CpuidFeature.SSE3,
  CpuidFeature.SSSE3,
  CpuidFeature.SSE4_1,
  CpuidFeature.SSE4_2,
  CpuidFeature.POPCNT,
  CpuidFeature.LZCNT,
  CpuidFeature.BMI1,
  CpuidFeature.BMI2,
  CpuidFeature.ADX,
  CpuidFeature.MOVBE,
  CpuidFeature.AES,
  CpuidFeature.PCLMULQDQ,
  CpuidFeature.SHA,
  CpuidFeature.FXSR,
  CpuidFeature.XSAVE,
  CpuidFeature.XSAVEOPT,
  CpuidFeature.XSAVEC,
  CpuidFeature.XSAVES,
  CpuidFeature.FSGSBASE,
  CpuidFeature.RDRAND,
  CpuidFeature.RDSEED,
  CpuidFeature.RDTSCP,
  CpuidFeature.RDPID,
  CpuidFeature.RDPMC,
  CpuidFeature.TSC,
  CpuidFeature.MSR,
  CpuidFeature.SEP,
  CpuidFeature.SYSCALL,
  CpuidFeature.SMAP,
  CpuidFeature.INVPCID,
  CpuidFeature.MONITOR,
  CpuidFeature.CLFSH,
  CpuidFeature.CLFLUSHOPT,
  CpuidFeature.CLWB,
  CpuidFeature.PREFETCHW,
  CpuidFeature.PREFETCHWT1,
  CpuidFeature.CPUID,
  CpuidFeature.MULTIBYTENOP,
  CpuidFeature.PAUSE,
  CpuidFeature.CET_IBT,
]);

describe("decode of random bytes", () => {
  it.each([
    [64, 1_000_000],
    [32, 200_000],
    [16, 200_000],
  ] as const)("agrees with iced-x86 in %i-bit mode, %i draws", (mode, draws) => {
    const draw = new Draw(mode);
    const SIZE = 16;
    const BATCH = 50_000;
    const peer = new Instruction();
    const disagreements = new Map<string, string>();
    const counts = { valid: 0, invalid: 0 };
    const words = new Uint32Array((BATCH * SIZE) / 4);
    const bytes = new Uint8Array(words.buffer);
    for (let done = 0; done < draws; done += BATCH) {
      for (let i = 0; i < words.length; i++) words[i] = draw.next();
      for (let i = 0; i < BATCH; i++) shape(bytes, i * SIZE, draw);
      const decoder = new Decoder(mode, bytes, DecoderOptions.None);
      for (let at = 0; at < bytes.length; at += SIZE) {
        decoder.position = at;
        decoder.decodeOut(peer);
        const ours = decode(bytes, at, { mode });
        const problem = compare(ours, peer);
        if (isFailure(ours)) counts.invalid++;
        else counts.valid++;
        if (problem === undefined) continue;
        const hex = Buffer.from(bytes.subarray(at, at + SIZE)).toString("hex");
        if (!disagreements.has(problem)) disagreements.set(problem, hex);
      }
      decoder.free();
    }
    peer.free();
    expect([...disagreements].map(([what, hex]) => `${hex}: ${what}`)).toEqual([]);
    expect(counts.valid).toBeGreaterThan(draws / 2);
    expect(counts.invalid).toBeGreaterThan(draws / 20);
  });
});

const PREFIXES = [0x66, 0xf3, 0xf2, 0x67, 0xf0, 0x2e, 0x36, 0x64, 0x65, 0x48, 0x41, 0x4f, 0x40];

/** Makes one draw in two begin with prefixes or an escape to another map. */
function shape(bytes: Uint8Array, at: number, draw: Draw): void {
  const kind = draw.next();
  let p = at;
  const prefixes = kind & 1 ? 0 : (kind >>> 1) & 3;
  for (let i = 0; i < prefixes; i++) bytes[p++] = draw.pick(PREFIXES);
  const map = (kind >>> 3) & 7;
  if (map < 3) bytes[p++] = 0x0f;
  if (map === 1) bytes[p++] = 0x38;
  if (map === 2) bytes[p++] = 0x3a;
  if (map === 3) {
    bytes[p++] = 0xc4;
    bytes[p] = (bytes[p]! & 0xe0) | (1 + ((kind >>> 8) % 3));
    if (kind & 0x10000) bytes[p + 1] = bytes[p + 1]! | 0x78;
  }
  // Whole modrm bytes and fixed registers are rare among 256: lead some draws to them.
  if (map === 0 && (kind & 0xf00) === 0)
    bytes[p] = draw.pick([0x01, 0xae, 0xc7, 0x00, 0x20, 0x22, 0x18, 0x1e, 0x0d]);
}

/** iced's name and ours, where they differ and both are right. */
const OTHER_NAMES = new Set([
  "wait fwait",
  "xlat xlatb",
  "cldemote nop",
  "prefetchit0 nop",
  "prefetchit1 nop",
  "rdsspd nop",
  "rdsspq nop",
  // Without their extension the prefix is ignored.
  "wbnoinvd wbinvd",
  // F3 with REX.B is xchg with r8: tried on Zen 4.
  "pause xchg",
]);

/** Reserved by Intel; on AMD's processors, which we follow, #UD: the register form of 0F 0D. */
const isReservedPrefetch = (peer: Instruction): boolean => /^Reservednop_.*_0F0D$/.test(Code[peer.code]!);

function compare(ours: ReturnType<typeof decode>, peer: Instruction): string | undefined {
  const valid = peer.code !== Code.INVALID;
  if (isFailure(ours)) {
    if (!valid) return undefined;
    const known = peer.cpuidFeatures().every((f) => IMPLEMENTED.has(f));
    return known && !isReservedPrefetch(peer) ? `iced: ${Code[peer.code]}, ours: ${ours.kind}` : undefined;
  }
  if (!valid) return `iced: invalid, ours: ${ours.row.id} ${ours.mnemonic}`;
  if (peer.length !== ours.length) {
    return `${ours.row.id} ${ours.mnemonic}: iced: ${Code[peer.code]} of other length`;
  }
  if (ours.row.alternate) return undefined;
  const theirs = Mnemonic[peer.mnemonic]!.toLowerCase();
  return theirs === ours.mnemonic || OTHER_NAMES.has(`${theirs} ${ours.mnemonic}`)
    ? undefined
    : `iced: ${theirs}, ours: ${ours.row.id} ${ours.mnemonic}`;
}
