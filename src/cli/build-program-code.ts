/*
 * A step of the build: runs a small program on the unikernel as `vitrine run` does, and leaves V8's code of what that has used of the command in
 * the folder given, for program-script.ts. Other systems than Linux do without, as `vitrine run` does not work there.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../isa/assembler/assemble.ts";
import { loadProgram, SCRIPT_CODE } from "./program-script.ts";

const BASE = 0x40_0000;
const HEADERS = 64 + 56;

/** Allocates memory, touches it, and ends. */
const SOURCE = `
  mov eax, 9            ; mmap of two pages
  xor edi, edi
  mov esi, 0x2000
  mov edx, 3
  mov r10d, 0x22
  mov r8, -1
  xor r9d, r9d
  syscall
  movups xmm0, [rel text]
  movups [rax + 0xffc], xmm0
  mov eax, 1            ; write of nothing
  mov edi, 1
  lea rsi, [rel text]
  xor edx, edx
  syscall
  xor edi, edi          ; exit_group
  mov eax, 231
  syscall
text:
  times 16 db 0
`;

/** A static executable of one segment (System V ABI, chapters 4 and 5). */
function smallProgram(): Uint8Array {
  const { bytes } = assemble(SOURCE, { mode: 64, origin: BigInt(BASE + HEADERS) });
  const size = HEADERS + bytes.length;
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true); // ET_EXEC
  view.setUint16(18, 62, true); // EM_X86_64
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(BASE + HEADERS), true);
  view.setBigUint64(32, 64n, true); // program headers
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 1, true); // PT_LOAD
  view.setUint32(68, 5, true); // readable, executable
  view.setBigUint64(64 + 16, BigInt(BASE), true);
  view.setBigUint64(64 + 24, BigInt(BASE), true);
  view.setBigUint64(64 + 32, BigInt(size), true);
  view.setBigUint64(64 + 40, BigInt(size), true);
  view.setBigUint64(64 + 48, 0x1000n, true);
  file.set(bytes, HEADERS);
  return file;
}

async function writeProgramCode(folder: string): Promise<void> {
  const place = mkdtempSync(join(tmpdir(), "vitrine-build-"));
  try {
    const file = join(place, "program");
    writeFileSync(file, smallProgram(), { mode: 0o755 });
    const { script, program } = loadProgram();
    process.argv = [process.execPath, "vitrine", "run", file];
    await program.runProcess();
    if (process.exitCode) throw new Error(`the program ended with status ${process.exitCode}`);
    writeFileSync(join(folder, SCRIPT_CODE), script.createCachedData());
    if (loadProgram().script.cachedDataRejected !== false) throw new Error("V8 refuses its own code");
  } finally {
    rmSync(place, { recursive: true });
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: build-program-code FOLDER");
  process.exitCode = 2;
} else if (process.platform === "linux") await writeProgramCode(folder);
