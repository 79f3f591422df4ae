/**
 * The shared object that puts the kernel's malloc in the place of a dynamic program's own: `vitrine run --malloc kernel` preloads it. Each of its functions is a
 * jump into the kernel (kernel/program/kernel-functions.ts), which writes the address to jump to into the file. System V gABI chapters 4 and 5.
 *
 *     0 headers   hash table   symbols   names   code   4096 dynamic section
 */
import { assemble } from "../isa/assembler/assemble.ts";

/** Where the program finds it. */
export const MALLOC_OBJECT = "/vitrine/malloc.so";

/** The kernel looks for the mark, at a multiple of 16, and fills in the word behind it. */
const CODE = `
  db "VITRINE FUNCTION"
enter: dq 0
malloc: xor eax, eax
call:
  push rbp
  mov rbp, rsp
  lea r10, [rel back]
  cli
  jmp [rel enter]
back:
  pop rbp
  test edx, edx
  jnz signal
  ret
signal:                 ; sched_yield: a signal that waits is taken there
  push rax
  mov eax, 24
  syscall
  pop rax
  ret
free:
  test rdi, rdi
  jz nothing
  mov eax, 1
  jmp call
calloc: mov eax, 2
  jmp call
realloc: mov eax, 3
  jmp call
memalign:
aligned_alloc: mov eax, 4
  jmp call
malloc_usable_size: mov eax, 5
  jmp call
valloc:
  mov rsi, rdi
  mov edi, 4096
  jmp memalign
pvalloc:
  lea rsi, [rdi+4095]
  and rsi, -4096
  mov edi, 4096
  jmp memalign
reallocarray:
  mov rax, rsi
  mul rdx
  jo null
  mov rsi, rax
  jmp realloc
null: xor eax, eax
nothing: ret
posix_memalign:
  lea rax, [rsi-1]
  test rax, rsi
  jnz invalid
  test rsi, rsi
  jz invalid
  test rsi, 7
  jnz invalid
  push rdi
  mov rdi, rsi
  mov rsi, rdx
  call memalign
  pop rdi
  test rax, rax
  jz empty
  mov [rdi], rax
  xor eax, eax
  ret
invalid: mov eax, 22    ; EINVAL
  ret
empty: mov eax, 12      ; ENOMEM
  ret
`;
const FUNCTIONS = [
  "malloc",
  "free",
  "calloc",
  "realloc",
  "reallocarray",
  "memalign",
  "aligned_alloc",
  "posix_memalign",
  "valloc",
  "pvalloc",
  "malloc_usable_size",
];
const SONAME = "vitrine-malloc.so";

const PAGE = 4096;
const HEADER_BYTES = 64;
const SEGMENT_BYTES = 56;
const SYMBOL_BYTES = 24;
const SEGMENTS = 4;
const DYNAMIC_ENTRIES = 7;

class Writer {
  readonly bytes = new Uint8Array(PAGE + DYNAMIC_ENTRIES * 16);
  readonly #view = new DataView(this.bytes.buffer);
  at = 0;

  half(value: number): void {
    this.#view.setUint16(this.at, value, true);
    this.at += 2;
  }
  word(value: number): void {
    this.#view.setUint32(this.at, value, true);
    this.at += 4;
  }
  long(...values: number[]): void {
    for (const value of values) {
      this.#view.setBigUint64(this.at, BigInt(value), true);
      this.at += 8;
    }
  }
  put(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }
}
/** The gABI's hash of a name (chapter 5, "Hash Table"). */
function hashOf(name: string): number {
  let hash = 0;
  for (const byte of new TextEncoder().encode(name)) {
    hash = (hash << 4) + byte;
    const high = hash & 0xf000_0000;
    hash = (hash ^ (high >>> 24)) & ~high;
  }
  return hash >>> 0;
}
function writeHashTable(writer: Writer): void {
  const buckets = FUNCTIONS.length;
  const heads = new Array<number>(buckets).fill(0);
  const chains = [0];
  for (const [i, name] of FUNCTIONS.entries()) {
    const bucket = hashOf(name) % buckets;
    chains.push(heads[bucket] ?? 0);
    heads[bucket] = i + 1;
  }
  for (const word of [buckets, chains.length, ...heads, ...chains]) writer.word(word);
}
function writeSegment(
  writer: Writer,
  type: number,
  flags: number,
  at: number,
  bytes: number,
  align: number,
): void {
  writer.word(type);
  writer.word(flags);
  writer.long(at, at, at, bytes, bytes, align);
}

/** An ELF file. */
export function mallocObject(): Uint8Array<ArrayBuffer> {
  const { bytes: code, symbols } = assemble(CODE);
  const names = [SONAME, ...FUNCTIONS];
  const texts = new TextEncoder().encode(`\0${names.map((name) => `${name}\0`).join("")}`);
  const placeOf = (name: string): number =>
    names.slice(0, names.indexOf(name)).reduce((at, n) => at + n.length + 1, 1);
  const up = (at: number, to: number): number => Math.ceil(at / to) * to;
  const hashAt = HEADER_BYTES + SEGMENTS * SEGMENT_BYTES;
  const symbolsAt = up(hashAt + 4 * (3 + 2 * FUNCTIONS.length), 8);
  const namesAt = symbolsAt + SYMBOL_BYTES * (FUNCTIONS.length + 1);
  const codeAt = up(namesAt + texts.length, 16);
  const codeEnd = codeAt + code.length;
  const writer = new Writer();
  // ELF, 64 bits, little-endian, version 1; ET_DYN for x86-64.
  writer.put(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1));
  writer.at = 16;
  writer.half(3);
  writer.half(62);
  writer.word(1);
  writer.long(0, HEADER_BYTES, 0);
  writer.word(0);
  for (const half of [HEADER_BYTES, SEGMENT_BYTES, SEGMENTS, 64, 0, 0]) writer.half(half);
  const dynamicBytes = DYNAMIC_ENTRIES * 16;
  writeSegment(writer, 1, 5, 0, codeEnd, PAGE);
  writeSegment(writer, 1, 6, PAGE, dynamicBytes, PAGE);
  writeSegment(writer, 2, 6, PAGE, dynamicBytes, 8);
  // PT_GNU_STACK: not executable.
  writeSegment(writer, 0x6474_e551, 6, 0, 0, 16);
  writeHashTable(writer);
  writer.at = symbolsAt + SYMBOL_BYTES;
  for (const name of FUNCTIONS) {
    writer.word(placeOf(name));
    // A global function, in a section of some number.
    writer.half(0x12);
    writer.half(1);
    writer.long(codeAt + Number(symbols.get(name)), 16);
  }
  writer.put(texts);
  writer.at = codeAt;
  writer.put(code);
  writer.at = PAGE;
  // DT_SONAME, DT_HASH, DT_STRTAB, DT_SYMTAB, DT_STRSZ, DT_SYMENT, DT_NULL.
  writer.long(
    14,
    placeOf(SONAME),
    4,
    hashAt,
    5,
    namesAt,
    6,
    symbolsAt,
    10,
    texts.length,
    11,
    SYMBOL_BYTES,
    0,
    0,
  );
  return writer.bytes;
}
