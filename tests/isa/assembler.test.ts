/* The assembler's own language: labels, directives, expressions, sizes of branches, messages. Encodings: assembler-nasm.test.ts. */
import { describe, expect, it } from "vitest";
import { type AssembleOptions, assemble } from "../../src/isa/assembler/assemble.ts";
import { AssemblerError } from "../../src/isa/assembler/error.ts";
import { parseNumber } from "../../src/isa/assembler/lexer.ts";

const hex = (source: string, options?: AssembleOptions): string =>
  Buffer.from(assemble(source, options).bytes).toString("hex");

describe("assemble", () => {
  it.each([
    ["0x1F", 31n],
    ["1fh", 31n],
    ["$1f", 31n],
    ["0b101", 5n],
    ["101b", 5n],
    ["0o17", 15n],
    ["17q", 15n],
    ["0d10", 10n],
    ["1_000", 1000n],
    ["1fx", 31n],
    ["0b", 0n],
    ["12b", undefined],
    ["1f", undefined],
    ["0x1g", undefined],
  ])("reads the number %s", (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  it.each([
    ["2+3*4", 14],
    ["(2+3)*4", 20],
    ["1<<4|1", 17],
    ["7&3^1", 2],
    ["-1 & 0xff", 255],
    ["~0 & 0xf", 15],
    ["100/7", 14],
    ["100%7", 2],
    ["-7//2 & 0xff", 253],
    ["-7%%2 & 0xff", 255],
    ["!0", 1],
    ["0x80>>3", 16],
    ["'a'", 97],
    ["10-2-3", 5],
  ])("computes %s", (expression, value) => {
    expect(hex(`db ${expression}`)).toBe(value.toString(16).padStart(2, "0"));
  });

  it("lays out data", () => {
    expect(hex("db 1, 'ab', \"c\", `\\n\\x7f`")).toBe("0161626" + "30a7f");
    expect(hex("dw 'abc', 0x1234")).toBe("616263003412");
    expect(hex("dd -1, 1.5\ndq 0x1122334455667788, -0.5")).toBe(
      "ffffffff0000c03f8877665544332211000000000000e0bf",
    );
    expect(hex("resb 3\nresd 1")).toBe("00".repeat(7));
    expect(hex("times 3 db 7\ntimes 2 nop")).toBe("0707079090");
    expect(hex("db 1\nalign 4\ndb 2\nalign 4, db 0\ndb 3")).toBe("0190909002000000" + "03");
  });

  it("knows $ and $$, org, and labels before and after their use", () => {
    expect(hex("org 0x7c00\ndw $, $$, end\ntimes 16-($-$$) db 0\nend: dw end")).toBe(
      `007c007c107c${"00".repeat(10)}107c`,
    );
    expect(hex("a: dw b\nb: dw a", { origin: 0x10n })).toBe("12001000");
  });

  it("hangs local labels on the last global one", () => {
    const { bytes, symbols } = assemble("one:\n.x: nop\njmp .x\ntwo:\n.x: nop\njmp .x\njmp one.x");
    expect(Buffer.from(bytes).toString("hex")).toBe("90ebfd90ebfdebf8");
    expect([...symbols]).toEqual([
      ["one", 0n],
      ["one.x", 0n],
      ["two", 3n],
      ["two.x", 3n],
    ]);
  });

  it("takes short branches where they reach, and no shorter", () => {
    expect(hex("jmp l\ntimes 127 nop\nl:").slice(0, 4)).toBe("eb7f");
    expect(hex("jmp l\ntimes 128 nop\nl:").slice(0, 10)).toBe("e980000000");
    expect(hex("l: times 126 nop\njmp l").slice(-4)).toBe("eb80");
    expect(hex("l: times 127 nop\njmp l").slice(-10)).toBe("e97cffffff");
    expect(hex("jmp near l\nl:")).toBe("e900000000");
    expect(hex("jmp l\ntimes 200 nop\nl:", { mode: 16 }).slice(0, 6)).toBe("e9c800");
  });

  it("settles branches whose sizes depend on each other", () => {
    // Each jump is short only if the others are; all are out of reach by a few bytes.
    const chain = Array.from({ length: 40 }, (_, i) => `l${i}: jmp l${(i + 28) % 40}\ntimes 2 nop`).join(
      "\n",
    );
    const { bytes, symbols } = assemble(chain);
    let short = 0;
    for (let i = 0; i < 40; i++) {
      const at = Number(symbols.get(`l${i}`));
      const to = Number(symbols.get(`l${(i + 28) % 40}`));
      const view = new DataView(bytes.buffer);
      if (bytes[at] === 0xeb) {
        short++;
        expect(at + 2 + view.getInt8(at + 1)).toBe(to);
      } else {
        expect(bytes[at]).toBe(0xe9);
        expect(at + 5 + view.getInt32(at + 1, true)).toBe(to);
      }
    }
    expect(short).toBeGreaterThan(10);
  });

  it("refers to labels relative to rip where told", () => {
    expect(hex("mov eax, [rel x]\nx:")).toBe("8b0500000000");
    expect(hex("default rel\nmov eax, [x]\nx:")).toBe("8b0500000000");
    expect(hex("mov eax, [x]\nx:")).toBe("8b042507000000");
    expect(hex("default rel\nmov eax, [abs x]\nx:")).toBe("8b042507000000");
    expect(hex("default rel\nmov eax, [fs:x]\nx:")).toBe("648b042508000000");
    expect(hex("lea rax, [rel $]\nmov dword [rel $], 5")).toBe("488d05f9ffffffc705f6ffffff05000000");
  });

  it("switches modes", () => {
    expect(hex("bits 16\nmov ax, bx\nbits 32\nmov ax, bx\n[bits 64]\nmov rax, rbx\nuse16\nnop")).toBe(
      "89d86689d84889d890",
    );
  });

  it.each([
    ["parentheses", `mov eax, ${"(".repeat(20_000)}`],
    ["closed parentheses", `mov eax, ${"(".repeat(20_000)}1${")".repeat(20_000)}`],
    ["signs", `mov eax, ${"-".repeat(20_000)}1`],
    ["inversions", `db ${"~!+".repeat(20_000)}1`],
    ["brackets", `mov eax, [${"(".repeat(20_000)}rax]`],
    ["repetitions", `${"times 1 ".repeat(20_000)}nop`],
  ])("bounds the nesting of %s", (_, source) => {
    expect(() => assemble(source)).toThrow(AssemblerError);
    expect(() => assemble(source)).toThrow(/more than 200 levels in one another/);
  });

  it("repeats what is the same everywhere without assembling it again, and counts $ where it differs", () => {
    const { bytes } = assemble("times 100_000_000 nop");
    expect(bytes.length).toBe(100_000_000);
    expect(bytes.every((b) => b === 0x90)).toBe(true);
    expect(hex("times 5 dw 1, 'abc'\ntimes 3 db $\ntimes 1 cwde\ntimes 0 nop\ntimes 3 times 2 nop")).toBe(
      `${"010061626300".repeat(5)}1e1f2098${"90".repeat(6)}`,
    );
    expect(() => assemble("times 200_000_000 dw 1")).toThrow(/at most 256 MiB/);
  });

  it("takes deep but not endless nesting, and chains of any length", () => {
    expect(hex(`db ${"(".repeat(190)}7${")".repeat(190)}, ${"-".repeat(190)}7`)).toBe("0707");
    expect(hex(`dw 1${"+1".repeat(20_000)}`)).toBe("214e");
    const chain = Array.from({ length: 20_000 }, (_, i) => `x${i} equ x${i + 1}`);
    expect(hex(`x20000 equ 5\n${chain.reverse().join("\n")}\ndb x0`)).toBe("05");
  });

  it("waits before the x87's waiting forms, and counts the wait in addresses", () => {
    expect(hex("finit\nfclex\nfstsw ax")).toBe("9bdbe39bdbe29bdfe0");
    // FSTCW of the byte after it: 7 bytes with the FWAIT.
    expect(hex("fstcw [rel l]\nl:")).toBe("9bd93d00000000");
  });

  it("names constants", () => {
    expect(hex("size equ 4*4\nhalf equ size/2\nmov eax, size+half")).toBe("b818000000");
    expect(hex("db later\nlater equ 9")).toBe("09");
    expect(assemble("start: nop\nlength equ $-start").symbols.get("length")).toBe(1n);
  });

  it("takes prefixes, segments, sizes with and without ptr", () => {
    expect(hex("lock inc dword ptr [rax]\nrep stosb\nrepne scasb")).toBe("f0ff00f3aaf2ae");
    expect(hex("mov al, fs:[rbx]\nmov al, [fs:rbx]\nmov byte fs:[rbx], al")).toBe("648a03648a03648803");
    expect(hex("a32 mov al, [ebx]\no16 mov ax, bx")).toBe("678a036689d8");
    expect(
      hex(
        "mov eax, [rbx+byte 0]\nmov eax, [rbx+dword 0]\nmov eax, [dword rbx]".replace(
          /\+(byte|dword) 0/g,
          "",
        ),
      ),
    ).toBe("8b038b038b8300000000");
  });

  it("lists addresses, bytes and source", () => {
    const { listing } = assemble("org 0x100\nl: nop ; one\n\nret");
    expect(listing.map((l) => [l.line, l.address, Buffer.from(l.bytes).toString("hex"), l.source])).toEqual([
      [1, 0x100n, "", "org 0x100"],
      [2, 0x100n, "90", "l: nop ; one"],
      [3, 0x101n, "", ""],
      [4, 0x101n, "c3", "ret"],
    ]);
  });

  it.each<[string, number, number, RegExp, (16 | 32 | 64)?]>([
    ["nop\n  frob eax", 2, 3, /no instruction or directive is called "frob"/],
    ["frob", 1, 1, /"frob" \(a label alone ends in a colon\)/],
    ["mov eax, nowhere", 1, 10, /"nowhere" is not defined/],
    ["mov eax", 1, 1, /mov: 2 operands expected/],
    ["mov eax, rbx", 1, 1, /mov: operand 2: a register of 32 bits expected/],
    ["mov al, 256", 1, 1, /256 does not fit 8 bits/],
    ["mov [rax], 5", 1, 1, /size of the memory operand is not given/],
    ["mov eax, [rax+rbx+rcx]", 1, 10, /at most two registers/],
    ["mov eax, [rax*7]", 1, 10, /no address has rax\*7/],
    ["mov eax, [rax+ebx]", 1, 10, /different sizes/],
    ["mov eax, [bx+bp]", 1, 10, /16-bit address/, 16],
    ["mov ah, r8b", 1, 1, /do not go with registers that need REX/],
    ["lock add eax, 1", 1, 6, /cannot be locked/],
    ["push es", 1, 1, /push/],
    ["pusha", 1, 1, /pusha is not in 64-bit mode/],
    ["mov eax, r8d", 1, 1, /mov: r8d needs 64-bit mode/, 32],
    ["mov rax, 1", 1, 1, /mov: rax needs 64-bit mode/, 32],
    ["mov rax, 1", 1, 1, /mov: rax needs 64-bit mode/, 16],
    ["add rax, rbx", 1, 1, /add: rax needs 64-bit mode/, 32],
    ["mov sil, 1", 1, 1, /mov: sil needs 64-bit mode/, 32],
    ["mov eax, [ebx+r9d]", 1, 1, /mov: r9d needs 64-bit mode/, 32],
    ["bits 16\nmov eax, [rip+2]", 2, 1, /a rip-relative address needs 64-bit mode/],
    ["pushfq", 1, 1, /pushfq is not in 32-bit mode/, 32],
    ["retfq", 1, 1, /retfq is not in 32-bit mode/, 32],
    ["cmpeqps xmm1", 1, 1, /cmpeqps: 2 operands expected/],
    ["fsave eax", 1, 1, /^fsave: /],
    ["x equ x", 1, 1, /"x" is defined by itself/],
    ["x equ y+1\nnop\ny equ 2*x", 3, 1, /"y" is defined by itself/],
    ["a:\n.x equ -a.x", 2, 1, /"a.x" is defined by itself/],
    ["jmp short l\ntimes 200 nop\nl:", 1, 1, /the target is 200 bytes away/],
    ["a:\na:", 2, 1, /"a" is defined twice/],
    ["db 1,", 1, 6, /a value expected/],
    ["db 'x", 1, 4, /the string has no end/],
    ["db 300", 1, 4, /300 does not fit 8 bits/],
    ["db 1/0", 1, 5, /division by zero/],
    ["mov eax, [rbx", 1, 14, /"\]" expected at the end of the line/],
    ["mov eax, 5 6", 1, 12, /a comma or the end of the line/],
    ["mov eax, #5", 1, 10, /"#" means nothing here/],
    ["mov eax, 12z", 1, 10, /"12z" is no number/],
    ["bits 48", 1, 6, /bits 16, 32 or 64/],
    ["align 3", 1, 1, /power of two/],
    ["times -1 nop", 1, 1, /times -1: a count is not negative/],
    ["times 99999999999 nop", 1, 1, /times 99999999999 is too often: a source becomes at most 256 MiB/],
    ["resb 99999999999", 1, 1, /99999999999 bytes are too many: a source becomes at most 256 MiB/],
    ["resd -1", 1, 1, /-4 bytes: a size is not negative/],
    ["times 0x7fffffffffffffff db 0", 1, 1, /times/],
    ["resb 0x7fffffffffffffff", 1, 1, /bytes/],
    ["nop\norg 5", 2, 1, /org stands once/],
    ["equ 5", 1, 1, /equ wants a name/],
    ["x: times 1-y nop\ny equ x2-x\nx2:", 1, 1, /do not settle|times -?\d+/],
  ])("says of %j what is wrong, and where", (source, line, column, message, mode = 64) => {
    try {
      assemble(source, { mode });
    } catch (error) {
      if (!(error instanceof AssemblerError)) throw error;
      expect(error.reason).toMatch(message);
      expect([error.line, error.column]).toEqual([line, column]);
      return;
    }
    expect.unreachable("it was assembled");
  });
});
