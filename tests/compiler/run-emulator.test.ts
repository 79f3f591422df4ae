/* Running static executables on a bare machine, as run.test.ts does, with a program made by hand. */
import { expect, it } from "vitest";
import { image } from "../../src/compiler/elf/image.ts";
import { objectFile } from "../../src/compiler/elf/object-file.ts";
import { call, code, rodata } from "./elf/pieces.ts";
import { emulate } from "./run.ts";

const LEA = { kind: "R_X86_64_PC32", symbol: "text", addend: -4 } as const;

function program(source: string, relocations = [{ ...LEA, offset: 13 }]): Uint8Array {
  const pieces = [code("main", source, relocations), rodata("text", "hello\n")];
  const made = image([objectFile({ pieces }).file], { target: "linux" });
  if ("problems" in made) throw new Error(made.problems[0]!.message);
  return made.bytes;
}
const WRITE = "mov eax, 1\nmov edi, 1\nlea rsi, [rip]\nmov edx, 6\nsyscall\n";

it("writes, uses vector registers, and ends with main's result", () => {
  const ran = emulate(program(`${WRITE}mov ecx, 41\ncvtsi2sd xmm0, ecx\ncvttsd2si eax, xmm0\ninc eax\nret`));
  expect(ran).toEqual({ out: "hello\n", err: "", status: 42 });
});
it("gives memory", () => {
  const source =
    "mov eax, 9\nmov esi, 10000\nsyscall\nmov byte [rax+9999], 3\nmovzx eax, byte [rax+9999]\nret";
  expect(emulate(program(source, [])).status).toBe(3);
});
it("tells a program that stops itself", () => {
  expect(emulate(program(`${WRITE}ud2`))).toEqual({ out: "hello\n", err: "", status: "trap" });
  expect(emulate(program("xor eax, eax\nmov [rax], eax", [])).status).toBe("trap");
});
it("calls functions of the program", () => {
  const made = image(
    [
      objectFile({
        pieces: [code("main", "call $+5\nret", [call(0, "seven")]), code("seven", "mov eax, 7\nret")],
      }).file,
    ],
    { target: "linux" },
  );
  if ("problems" in made) throw new Error(made.problems[0]!.message);
  expect(emulate(made.bytes).status).toBe(7);
});
