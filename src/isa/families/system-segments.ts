/**
 * Segment registers and far control transfers (SDM vol. 2: MOV, PUSH, POP of segment registers, LDS and kin,
 * RDFSBASE and kin, SWAPGS, far JMP, CALL, RET, INT n, IRET, SYSCALL and kin). All are helpers.
 */
import { op, type Row } from "../row.ts";
import { helper } from "./system-control.ts";

const ends = true;
const i64 = { only: "i64", ends } as const;
const d64 = { operandSize: "d64" } as const;
const base = { prefix: "f3", mod: "reg", only: "o64", feature: "fsgsbase" } as const;

export const SYSTEM_SEGMENTS: readonly Row[] = [
  op(0x8c, "mov", "Rv,Sw", helper("readSegment"), { mod: "reg" }),
  op(0x8c, "mov", "Mw,Sw", helper("readSegment"), { mod: "mem" }),
  op(0x8e, "mov", "Sw,Ew", helper("loadSegment"), { ends }),
  op(0x06, "push", "ES", helper("pushSegment"), { only: "i64" }),
  op(0x0e, "push", "CS", helper("pushSegment"), { only: "i64" }),
  op(0x16, "push", "SS", helper("pushSegment"), { only: "i64" }),
  op(0x1e, "push", "DS", helper("pushSegment"), { only: "i64" }),
  op(0x0fa0, "push", "FS", helper("pushSegment"), d64),
  op(0x0fa8, "push", "GS", helper("pushSegment"), d64),
  op(0x07, "pop", "ES", helper("popSegment"), i64),
  op(0x17, "pop", "SS", helper("popSegment"), i64),
  op(0x1f, "pop", "DS", helper("popSegment"), i64),
  op(0x0fa1, "pop", "FS", helper("popSegment"), { ...d64, ends }),
  op(0x0fa9, "pop", "GS", helper("popSegment"), { ...d64, ends }),
  op(0xc4, "les", "Gv,Mp", helper("les"), i64),
  op(0xc5, "lds", "Gv,Mp", helper("lds"), i64),
  op(0x0fb2, "lss", "Gv,Mp", helper("lss"), { ends }),
  op(0x0fb4, "lfs", "Gv,Mp", helper("lfs"), { ends }),
  op(0x0fb5, "lgs", "Gv,Mp", helper("lgs"), { ends }),
  op(0x0fae, "rdfsbase", "Ry", helper("rdfsbase"), { ...base, digit: 0 }),
  op(0x0fae, "rdgsbase", "Ry", helper("rdgsbase"), { ...base, digit: 1 }),
  op(0x0fae, "wrfsbase", "Ry", helper("wrfsbase"), { ...base, digit: 2 }),
  op(0x0fae, "wrgsbase", "Ry", helper("wrgsbase"), { ...base, digit: 3 }),
  op(0x0f01, "swapgs", "", helper("swapgs"), { modrm: 0xf8, only: "o64" }),

  op(0xea, "jmp", "Ap", helper("jmpFar"), i64),
  op(0xff, "jmp", "Mp", helper("jmpFar"), { digit: 5, ends }),
  op(0x9a, "call", "Ap", helper("callFar"), i64),
  op(0xff, "call", "Mp", helper("callFar"), { digit: 3, ends }),
  op(0xcb, "retf", "", helper("retFar"), { ends }),
  op(0xca, "retf", "Iw", helper("retFar"), { ends }),
  op(0xcd, "int", "Ib", helper("int"), { ends }),
  op(0xcc, "int3", "", helper("int3"), { ends }),
  op(0xce, "into", "", helper("into"), i64),
  op(0xf1, "int1", "", helper("int1"), { ends, aliases: ["icebp"] }),
  op(0xcf, "iret", "", helper("iret"), { ends, names: { 16: "iret", 32: "iretd", 64: "iretq" } }),

  op(0x0f05, "syscall", "", helper("syscall"), { ends, feature: "syscall" }),
  op(0x0f07, "sysret", "", helper("sysret"), { ends, feature: "syscall", names: { 64: "sysretq" } }),
  op(0x0f34, "sysenter", "", helper("sysenter"), { ends, feature: "sep" }),
  op(0x0f35, "sysexit", "", helper("sysexit"), { ends, feature: "sep", names: { 64: "sysexitq" } }),
];
