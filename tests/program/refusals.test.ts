/* Files that are no programs: the kernel's loader says why in one line, with a shell's status. Those that are no scripts are tried natively too. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { boot } from "../support/harness.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-refusals-"));
afterAll(() => rmSync(folder, { recursive: true }));

const X86_64 = 62;
const AARCH64 = 183;
const EXECUTABLE = 2;
const CORE = 4;
const LOAD = 1;
const INTERPRETER = 3;
const HEADER = 64;
const PROGRAM_HEADER = 56;
const FILE = 0x3000;
interface Segment {
  readonly type?: number;
  readonly offset?: number;
  readonly linear?: number;
  readonly fileSize?: number;
  readonly memorySize?: number;
}
interface Head {
  readonly class?: number;
  readonly order?: number;
  readonly machine?: number;
  readonly type?: number;
  readonly segments?: readonly Segment[];
  /** Bytes of the file. */
  readonly size?: number;
}
/** elf(5), of a program that would load but for what is asked for. */
function elf(head: Head = {}): Uint8Array {
  const { segments = [{}] } = head;
  const file = Buffer.alloc(FILE);
  file.write("\x7fELF", "latin1");
  file.set([head.class ?? 2, head.order ?? 1, 1], 4);
  file.writeUInt16LE(head.type ?? EXECUTABLE, 16);
  file.writeUInt16LE(head.machine ?? X86_64, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(0x400100n, 24);
  file.writeBigUInt64LE(BigInt(HEADER), 32);
  file.writeUInt16LE(HEADER, 52);
  file.writeUInt16LE(PROGRAM_HEADER, 54);
  file.writeUInt16LE(segments.length, 56);
  segments.forEach((s, i) => {
    const at = HEADER + i * PROGRAM_HEADER;
    const { offset = 0, linear = 0x400000, fileSize = 0x1000 } = s;
    file.writeUInt32LE(s.type ?? LOAD, at);
    file.writeUInt32LE(5, at + 4);
    [offset, linear, linear, fileSize, s.memorySize ?? fileSize, 0x1000].forEach((value, field) => {
      file.writeBigUInt64LE(BigInt(value), at + 8 + 8 * field);
    });
  });
  return file.subarray(0, head.size ?? FILE);
}

const REFUSED: readonly (readonly [what: string, file: string | Uint8Array, status: number, why: string])[] =
  [
    ["nothing", "", 126, "not an ELF file"],
    ["text", "just text\n", 126, "not an ELF file"],
    ["the beginning of a header", elf({ size: 6 }), 126, "the ELF header is cut off"],
    ["a header alone", elf({ size: HEADER }), 126, "its program headers are cut off"],
    ["a program of 32 bits", elf({ class: 1 }), 126, "not a 64-bit ELF file"],
    ["one of another byte order", elf({ order: 2 }), 126, "not an ELF file of this machine's byte order"],
    ["one of another processor", elf({ machine: AARCH64 }), 126, "built for another processor than x86-64"],
    ["a core dump", elf({ type: CORE }), 126, "neither a program nor a shared object"],
    ["a program that is cut off", elf({ size: 0x800 }), 126, "a segment is cut off"],
    ["nothing to load", elf({ segments: [{ memorySize: 0, fileSize: 0 }] }), 126, "it has nothing to load"],
    [
      "segments that overlap",
      elf({ segments: [{ fileSize: 0x2000 }, { offset: 0x1000, linear: 0x401000 }] }),
      126,
      "segments overlap, or are out of order",
    ],
    [
      "segments that are out of order",
      elf({ segments: [{ linear: 0x402000 }, { offset: 0x1000 }] }),
      126,
      "segments overlap, or are out of order",
    ],
    [
      "a segment of the kernel's",
      elf({ segments: [{ linear: 0x7fff_ffff_f000 }] }),
      126,
      "a segment lies outside of a program's addresses",
    ],
    [
      "a segment between pages",
      elf({ segments: [{ linear: 0x400010 }] }),
      126,
      "a segment lies askew in its pages",
    ],
    [
      "more in the file than in memory",
      elf({ segments: [{ memorySize: 0x800 }] }),
      126,
      "a segment is larger in the file than in memory",
    ],
    [
      "an interpreter that is cut off",
      elf({ segments: [{ type: INTERPRETER, offset: FILE }, {}] }),
      126,
      "its interpreter's name is cut off",
    ],
    ["a script without an interpreter", "#!\n", 126, "its first line names no interpreter"],
    ["a script that is its own interpreter", "#!/refused\n", 126, "too many interpreters"],
  ];
describe("the loader refuses", () => {
  it.each(REFUSED)("%s", (_, file, status, why) => {
    const guest = boot({ program: "/refused", files: { "/refused": file } });
    guest.run();
    expect([guest.status, guest.output, guest.errors]).toEqual([status, "", `vitrine: /refused: ${why}\n`]);
  });
  it("a script whose interpreter is not there", () => {
    const guest = boot({ program: "/script", files: { "/script": "#!/no/such -x\n" } });
    guest.run();
    expect([guest.status, guest.output, guest.errors]).toEqual([
      127,
      "",
      "vitrine: /no/such: no such file or directory\n",
    ]);
  });
  it("nothing that this host would run", () => {
    REFUSED.forEach(([, file], i) => {
      // Text is a script for who runs it by a shell.
      if (typeof file === "string") return;
      const path = join(folder, `${i}`);
      writeFileSync(path, file);
      chmodSync(path, 0o755);
      expect(spawnSync(path).status, path).not.toBe(0);
    });
  });
});
