/* Rules of decoding that random bytes meet too rarely, case by case. The rest is iced-random.test.ts. */
import { describe, expect, it } from "vitest";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { text } from "../../src/isa/readings/text.ts";

type Mode = 16 | 32 | 64;
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
const read = (hex: string, mode: Mode = 64): string => {
  const insn = decode(bytesOf(hex), 0, { mode });
  return isFailure(insn) ? `${insn.kind} ${insn.length}` : `${text(insn)} (${insn.length})`;
};

describe("decode", () => {
  it.each<[string, string, Mode?]>([
    // REX counts only directly before the opcode; the last of several counts.
    ["48 01 d8", "add rax, rbx (3)"],
    ["48 66 01 d8", "add ax, bx (4)"],
    ["66 48 01 d8", "add rax, rbx (4)"],
    ["41 48 01 d8", "add rax, rbx (4)"],
    ["48 f3 90", "pause (3)"],
    ["90", "nop (1)"],
    ["41 90", "xchg r8d, eax (2)"],
    // High bytes without REX, low bytes with any.
    ["88 e0", "mov al, ah (2)"],
    ["40 88 e0", "mov al, spl (3)"],
    // F3 and F2: the last; over 66.
    ["f2 f3 0f b8 c1", "popcnt eax, ecx (5)"],
    ["66 f3 0f b8 c1", "popcnt ax, cx (5)"],
    ["f3 66 0f b8 c1", "popcnt ax, cx (5)"],
    ["f3 f2 a4", "repne movsb byte ptr [rdi], byte ptr [rsi] (3)"],
    ["f2 f3 a4", "rep movsb byte ptr [rdi], byte ptr [rsi] (3)"],
    ["f3 a6", "repe cmpsb byte ptr [rsi], byte ptr [rdi] (2)"],
    // LOCK: memory destination of a row that allows it.
    ["f0 01 18", "lock add dword ptr [rax], ebx (3)"],
    ["f0 01 d8", "invalid 3"],
    ["f0 03 18", "invalid 3"],
    ["f0 39 18", "invalid 3"],
    ["f0 90", "invalid 2"],
    // Segments: only fs and gs in 64-bit mode, the last of those that count.
    ["2e 8b 00", "mov eax, dword ptr [rax] (3)"],
    ["64 2e 8b 00", "mov eax, dword ptr fs:[rax] (4)"],
    ["2e 8b 00", "mov eax, dword ptr cs:[eax] (3)", 32],
    ["2e 3e 8b 45 00", "mov eax, dword ptr ds:[ebp] (5)", 32],
    // Addresses.
    ["8b 05 10 00 00 00", "mov eax, dword ptr [rip+0x10] (6)"],
    ["67 8b 05 10 00 00 00", "mov eax, dword ptr [eip+0x10] (7)"],
    ["8b 05 10 00 00 00", "mov eax, dword ptr [0x10] (6)", 32],
    ["8b 04 25 10 00 00 00", "mov eax, dword ptr [0x10] (7)"],
    ["8b 04 e5 10 00 00 00", "mov eax, dword ptr [0x10] (7)"],
    ["42 8b 04 25 10 00 00 00", "mov eax, dword ptr [r12+0x10] (8)"],
    ["41 8b 45 00", "mov eax, dword ptr [r13] (4)"],
    ["41 8b 04 24", "mov eax, dword ptr [r12] (4)"],
    ["8b 46 fe", "mov ax, word ptr [bp-2] (3)", 16],
    ["8b 06 34 12", "mov ax, word ptr [0x1234] (4)", 16],
    ["67 8b 40 01", "mov ax, word ptr [eax+1] (4)", 16],
    ["67 a1 44 33 22 11", "addr32 mov eax, dword ptr [0x11223344] (6)"],
    ["a1 88 77 66 55 44 33 22 11", "mov eax, dword ptr [0x1122334455667788] (9)"],
    // LES, LDS and BOUND where modrm is memory outside 64-bit mode.
    ["c5 00", "lds eax, fword ptr [eax] (2)", 32],
    ["62 00", "bound eax, qword ptr [eax] (2)", 32],
    ["62 f1 7c 48 28 c1", "invalid 1"],
    // VEX: no other prefix that selects, vvvv all ones where it names nothing.
    ["c4 e2 70 f2 c2", "andn eax, ecx, edx (5)"],
    ["c4 e2 70 f2 c2", "andn eax, ecx, edx (5)", 32],
    ["66 c4 e2 70 f2 c2", "invalid 2"],
    ["f0 c4 e2 70 f2 c2", "invalid 2"],
    ["48 c4 e2 70 f2 c2", "invalid 2"],
    ["64 67 c4 e2 70 f2 00", "andn eax, ecx, dword ptr fs:[eax] (7)"],
    ["c4 e3 7b f0 c2 05", "rorx eax, edx, 5 (6)"],
    ["c4 e3 73 f0 c2 05", "invalid 4"],
    // Registers that do not exist.
    ["0f 20 c8", "invalid 3"],
    ["0f 20 c0", "mov rax, cr0 (3)"],
    ["44 0f 20 c0", "mov rax, cr8 (4)"],
    ["0f 20 00", "mov rax, cr0 (3)"],
    ["44 0f 21 c0", "invalid 4"],
    ["8e c8", "invalid 2"],
    ["8e f0", "invalid 2"],
    ["8e d8", "mov ds, ax (2)"],
    // Immediates.
    ["48 83 c0 ff", "add rax, 0xffffffffffffffff (4)"],
    ["66 83 c0 ff", "add ax, 0xffff (4)"],
    ["6a ff", "push 0xffffffffffffffff (2)"],
    ["48 b8 ff ff ff ff ff ff ff 7f", "mov rax, 0x7fffffffffffffff (10)"],
    // Mode.
    ["06", "invalid 1"],
    ["06", "push es (1)", 32],
    ["40", "inc eax (1)", 32],
    ["40", "truncated 1"],
    ["e3 fe", "jcxz 0 (2)", 16],
    ["67 e3 fd", "jecxz 0 (3)"],
  ])("%s is %s", (hex, expected, mode = 64) => {
    expect(read(hex, mode)).toBe(expected);
  });

  it("tells bytes that are missing from bytes that are too many", () => {
    const whole = "64 67 48 81 84 8b 44 33 22 11 78 56 34 12";
    expect(read(whole)).toBe("add qword ptr fs:[ebx+ecx*4+0x11223344], 0x12345678 (14)");
    const bytes = bytesOf(whole);
    for (let n = 0; n < bytes.length; n++) {
      expect(decode(bytes.subarray(0, n), 0, { mode: 64 })).toEqual({ kind: "truncated", length: n });
    }
    expect(read(`66 ${whole}`)).toBe("add qword ptr fs:[ebx+ecx*4+0x11223344], 0x12345678 (15)");
    expect(read(`66 66 ${whole}`)).toBe("too long 15");
    expect(read(`${"66 ".repeat(15)}90`)).toBe("too long 15");
    expect(read("66 ".repeat(15))).toBe("too long 15");
    expect(read(`${"66 ".repeat(14)}90`)).toBe("nop (15)");
    expect(read("66 ".repeat(14))).toBe("truncated 14");
  });

  it("reads at an offset, and no byte beyond the instruction", () => {
    const bytes = bytesOf("00 00 48 89 d8");
    const insn = decode(bytes, 2, { mode: 64 });
    expect(isFailure(insn) ? insn.kind : text(insn)).toBe("mov rax, rbx");
    expect(decode(bytes, 5, { mode: 64 })).toEqual({ kind: "truncated", length: 0 });
  });

  it("gives byte rows the size 8 and others that of prefixes and mode", () => {
    const size = (hex: string, mode: Mode = 64): number => {
      const insn = decode(bytesOf(hex), 0, { mode });
      return isFailure(insn) ? -1 : insn.size;
    };
    expect(size("88 c0")).toBe(8);
    expect(size("66 88 c0")).toBe(8);
    expect(size("e6 10")).toBe(8);
    expect(size("e7 10")).toBe(32);
    expect(size("0f b6 c0")).toBe(32);
    expect(size("50")).toBe(64);
    expect(size("66 50")).toBe(16);
    expect(size("66 e8 00 00 00 00")).toBe(64);
    expect(size("90", 16)).toBe(16);
    expect(size("66 90", 16)).toBe(32);
  });
});
