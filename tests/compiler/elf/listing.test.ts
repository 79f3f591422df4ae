/* The listing of object code, which `vitrine build --emit asm` prints. */
import { expect, it } from "vitest";
import { listing } from "../../../src/compiler/elf/listing.ts";
import { call, code, data, rodata, zeros } from "./pieces.ts";

it("shows code with places and symbols, and data", () => {
  const place = { file: "a.ts", line: 3, column: 5, offset: 0, length: 1 };
  const debug = {
    name: "Box.f",
    place,
    lines: [
      { offset: 0, place },
      { offset: 6, place: { ...place, line: 4 } },
    ],
    variables: [],
    frame: [],
  };
  const pieces = [
    code(
      "Box_f",
      "nop\ncall $+5\nmov eax, [rip]\nret",
      [call(1, "g"), { offset: 8, kind: "R_X86_64_PC32", symbol: "value", addend: 4 }],
      { debug },
    ),
    rodata("text", "hello, world!!!!\0"),
    data("pointer", new Uint8Array(8), {
      relocations: [{ offset: 0, kind: "R_X86_64_64", symbol: "text", addend: 2 }],
    }),
    zeros("buffer", 64),
  ];
  expect(listing({ pieces })).toBe(`section .text

Box_f:  ; Box.f, exported
  ; a.ts:3:5
  000000  90                              nop
  000001  e8 00 00 00 00                  call 6  ; g
  ; a.ts:4:5
  000006  8b 05 00 00 00 00               mov eax, dword ptr [rip]  ; value+0x8
  00000c  c3                              ret

section .rodata

text:
  000000  68 65 6c 6c 6f 2c 20 77 6f 72 6c 64 21 21 21 21  hello, world!!!!
  000010  00                                               .

section .data

pointer:  ; exported
  000000  00 00 00 00 00 00 00 00                          ........  ; text+0x2

section .bss

buffer:  ; exported
  64 zeros
`);
});
