// Byte strings that are no instructions in 64-bit mode: the recorder keeps those on which the silicon agrees.
import { Code, CodeExt, Decoder, DecoderOptions, EncodingKind } from "iced-x86";
import type { Form } from "./forms.ts";
import type { Plan } from "./plan.ts";
import type { Encoding } from "./vectors.ts";

const PLAN: Plan = { values: "integer", sse: false, x87: "unused", steps: [] };
/** Opcodes of 16- and 32-bit mode. */
const GONE = [
  0x06, 0x07, 0x0e, 0x16, 0x17, 0x1e, 0x1f, 0x27, 0x2f, 0x37, 0x3f, 0x60, 0x61, 0x82, 0x9a, 0xce, 0xd4, 0xd5,
];
const GONE_TOO = [0xd6, 0xea];
/** Opcodes of the map 0F that no processor has used, or none for long. */
const UNUSED = [
  0x04, 0x0a, 0x0c, 0x24, 0x25, 0x26, 0x27, 0x36, 0x39, 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x7a, 0x7b, 0xa6, 0xa7,
];
const LENGTH = 12;

function codeOf(bytes: Uint8Array): Code {
  const decoder = new Decoder(64, bytes, DecoderOptions.None);
  const instruction = decoder.decode();
  const { code } = instruction;
  instruction.free();
  decoder.free();
  return code;
}

function isVex(code: Code): boolean {
  const info = CodeExt.opCode(code);
  const vex = info.encoding === EncodingKind.VEX;
  info.free();
  return vex;
}

/** Spoils an instruction in every way that may make it illegal. */
function* spoil(bytes: Uint8Array): Generator<Uint8Array> {
  yield Uint8Array.of(0xf0, ...bytes);
  if (!isVex(codeOf(bytes))) return;
  for (const prefix of [0x66, 0xf3, 0xf2, 0x48, 0x40]) yield Uint8Array.of(prefix, ...bytes);
  const vex = bytes.indexOf(0xc4);
  for (const flip of [0x04, 0x78, 0x08]) yield bytes.map((byte, i) => (i === vex + 2 ? byte ^ flip : byte));
}

/**
 * One case each of: spoilt instructions, the first encoding of each form; `refused`, what is illegal among legal opcodes (a register where
 * memory must be, unused digits); and opcodes that are gone or were never there.
 */
export function illegal(forms: readonly Form[], refused: readonly number[][]): Form {
  const heads = [...GONE, ...GONE_TOO].map((opcode) => [opcode]);
  for (const opcode of UNUSED)
    heads.push([0x0f, opcode], [0x66, 0x0f, opcode], [0xf3, 0x0f, opcode], [0xf2, 0x0f, opcode]);
  const all: Uint8Array[] = [...heads, ...refused].map((head) =>
    Uint8Array.from({ length: LENGTH }, (_, i) => head[i] ?? 0),
  );
  for (const { encodings, name } of forms) {
    if (!/ (lock|rep|repne)$/.test(name)) all.push(...spoil(encodings[0]!.bytes));
  }
  const seen = new Set<string>();
  const encodings: Encoding[] = [];
  for (const bytes of all) {
    const key = Buffer.from(bytes).toString("hex");
    if (bytes.length > 15 || seen.has(key) || codeOf(bytes) !== Code.INVALID) continue;
    seen.add(key);
    encodings.push({ bytes, plan: PLAN, cases: 1 });
  }
  return { family: "illegal", name: "illegal", encodings };
}
