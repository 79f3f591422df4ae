/**
 * The flags register, interrupt flag, ports, identity, counters, model-specific registers, caches, ordering and waiting
 * (SDM vol. 2). All are helpers but the fences, which have nothing to order here: every access is done in turn.
 */
import type { Semantics } from "../ops.ts";
import { op, type Row } from "../row.ts";
import { helper } from "./system-control.ts";

const ends = true;
const none = { prefix: "none" } as const;
const nothing: Semantics = () => {};
const pushNames = { 16: "pushf", 32: "pushfd", 64: "pushfq" } as const;
const popNames = { 16: "popf", 32: "popfd", 64: "popfq" } as const;

export const SYSTEM_PROCESSOR: readonly Row[] = [
  op(0x9c, "pushf", "", helper("pushf"), { operandSize: "d64", names: pushNames }),
  op(0x9d, "popf", "", helper("popf"), { operandSize: "d64", names: popNames, ends }),
  op(0xfa, "cli", "", helper("cli"), { ends: "soft" }),
  op(0xfb, "sti", "", helper("sti"), { ends: "soft" }),

  op(0xe4, "in", "AL,Ib", helper("in"), { ends }),
  op(0xe5, "in", "eAX,Ib", helper("in"), { ends }),
  op(0xec, "in", "AL,DX", helper("in"), { ends }),
  op(0xed, "in", "eAX,DX", helper("in"), { ends }),
  op(0xe6, "out", "Ib,AL", helper("out"), { ends }),
  op(0xe7, "out", "Ib,eAX", helper("out"), { ends }),
  op(0xee, "out", "DX,AL", helper("out"), { ends }),
  op(0xef, "out", "DX,eAX", helper("out"), { ends }),
  op(0x6c, "insb", "Yb,DX", helper("ins"), { rep: "rep", ends }),
  op(0x6d, "insd", "Yz,DX", helper("ins"), { rep: "rep", ends, names: { 16: "insw" } }),
  op(0x6e, "outsb", "DX,Xb", helper("outs"), { rep: "rep", ends }),
  op(0x6f, "outsd", "DX,Xz", helper("outs"), { rep: "rep", ends, names: { 16: "outsw" } }),

  op(0x0fa2, "cpuid", "", helper("cpuid")),
  op(0x0f32, "rdmsr", "", helper("rdmsr"), { feature: "msr" }),
  op(0x0f30, "wrmsr", "", helper("wrmsr"), { feature: "msr", ends }),
  op(0x0f31, "rdtsc", "", helper("rdtsc"), { feature: "tsc" }),
  op(0x0f01, "rdtscp", "", helper("rdtscp"), { modrm: 0xf9, feature: "rdtscp" }),
  op(0x0f33, "rdpmc", "", helper("rdpmc"), { ends }),
  op(0x0fc7, "rdpid", "Rd", helper("rdpid"), {
    digit: 7,
    prefix: "f3",
    only: "i64",
    operandSize: 32,
    feature: "rdpid",
  }),
  op(0x0fc7, "rdpid", "Rq", helper("rdpid"), {
    digit: 7,
    prefix: "f3",
    only: "o64",
    operandSize: 64,
    feature: "rdpid",
  }),
  op(0x0fc7, "rdrand", "Rv", helper("rdrand"), { ...none, digit: 6, feature: "rdrand" }),
  op(0x0fc7, "rdseed", "Rv", helper("rdseed"), { ...none, digit: 7, feature: "rdseed" }),

  op(0x0fae, "clflush", "Mb", helper("clflush"), { ...none, digit: 7, feature: "clflush" }),
  op(0x0fae, "clflushopt", "Mb", helper("clflush"), { prefix: "66", digit: 7, feature: "clflushopt" }),
  op(0x0fae, "clwb", "Mb", helper("clflush"), { prefix: "66", digit: 6, feature: "clwb" }),
  op(0x0fae, "lfence", "", nothing, { ...none, digit: 5, mod: "reg", feature: "sse2" }),
  op(0x0fae, "mfence", "", nothing, { ...none, digit: 6, mod: "reg", feature: "sse2", cost: [60, 60] }),
  op(0x0fae, "sfence", "", nothing, { ...none, digit: 7, mod: "reg", feature: "sse" }),
  op(0x0f08, "invd", "", helper("invd")),
  op(0x0f09, "wbinvd", "", helper("wbinvd")),

  op(0xf4, "hlt", "", helper("hlt"), { ends }),
  op(0x0f01, "monitor", "", helper("monitor"), { ...none, modrm: 0xc8, feature: "monitor" }),
  op(0x0f01, "mwait", "", helper("mwait"), { ...none, modrm: 0xc9, feature: "monitor", ends }),
];
