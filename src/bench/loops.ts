/**
 * The guest loops that the interpreter is measured with: endless, in 64-bit mode, written for the assembler of the table.
 * Each stresses one thing; together they are no workload. Memory and registers are said beside each.
 */

export interface Loop {
  readonly name: string;
  /** What it exercises, for people. */
  readonly what: string;
  /** Assembly at CODE. */
  readonly source: string;
  /** Words of 64 bits written to memory before it starts, by address. */
  readonly data?: () => Iterable<readonly [address: number, words: BigUint64Array]>;
  /** Values of registers at the start. */
  readonly registers?: Readonly<Record<string, bigint>>;
}

export const CODE = 0x10000;
export const STACK_TOP = 0x20000;
export const DATA = 0x100000;
/** Mapped from DATA on. */
export const DATA_SIZE = 0x2000000;

const PAGE = 4096;
/** Pages of the pointer chase: twice as many as a soft TLB has entries. */
const CHASE_PAGES = 4096;

/** A cycle through the first words of CHASE_PAGES pages, in an order without a pattern (an affine generator's). */
function chase(): [number, BigUint64Array][] {
  const out: [number, BigUint64Array][] = [];
  let at = 0;
  for (let i = 0; i < CHASE_PAGES; i++) {
    const next = (at * 1229 + 1) % CHASE_PAGES;
    // A different line in each page, so that the lines do not all fall into one cache set.
    const address = (page: number): number => DATA + page * PAGE + (page % 64) * 64;
    out.push([address(at), BigUint64Array.of(BigInt(address(next)))]);
    at = next;
  }
  return out;
}

/** Words that decide branches, from a xorshift generator. */
function noise(): BigUint64Array {
  let x = 0x2545f491;
  return BigUint64Array.from({ length: 1024 }, () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return BigInt(x >>> 0);
  });
}

const doubles = (...values: number[]): BigUint64Array => new BigUint64Array(Float64Array.from(values).buffer);

export const LOOPS: readonly Loop[] = [
  {
    name: "alu",
    what: "register arithmetic, logic, shifts, lea",
    source: `
top:  add rax, rbx
      xor rcx, rax
      lea rdx, [rax+rcx*4+8]
      sub rsi, rdx
      shl rbx, 3
      and r8, rsi
      or rbx, 5
      add r9d, r8d
      dec rdi
      jnz top
      jmp top`,
  },
  {
    name: "load-store",
    what: "loads, stores and read-modify-write that hit the soft TLB",
    source: `
top:  mov rax, [rsi]
      add rax, [rsi+8]
      mov [rdi+16], rax
      mov ecx, [rsi+rbx*8+64]
      add [rdi], rcx
      movzx edx, byte [rsi+7]
      mov [rdi+rbx*8+32], edx
      inc rbx
      and ebx, 127
      dec r9
      jnz top
      jmp top`,
    registers: { rsi: BigInt(DATA), rdi: BigInt(DATA + 0x4000) },
  },
  {
    name: "branch",
    what: "conditional branches that follow random data",
    source: `
top:  mov rax, [rsi+rbx*8]
      test al, 1
      jz even
      add rcx, rax
      jmp join
even: sub rcx, rax
join: test al, 2
      jnz skip
      inc rdx
skip: inc ebx
      and ebx, 1023
      jmp top`,
    data: () => [[DATA, noise()]],
    registers: { rsi: BigInt(DATA) },
  },
  {
    name: "call",
    what: "calls, returns, push and pop",
    source: `
top:  mov rdi, rax
      call outer
      jmp top
outer: push rbx
      lea rbx, [rdi+1]
      mov rdi, rbx
      call inner
      add rax, rbx
      pop rbx
      ret
inner: lea rax, [rdi+rdi*2]
      ret`,
  },
  {
    name: "indirect",
    what: "jumps through a table: four targets in turn",
    source: `
top:  mov eax, ecx
      and eax, 3
      jmp [table+rax*8]
a:    add rdx, 1
      inc ecx
      jmp top
b:    add rdx, 2
      inc ecx
      jmp top
c:    xor rdx, rax
      inc ecx
      jmp top
d:    sub rdx, 3
      inc ecx
      jmp top
      align 8
table: dq a, b, c, d`,
  },
  {
    name: "sse-float",
    what: "scalar and packed floating point, results inexact",
    source: `
top:  movsd xmm0, [rsi]
      mulsd xmm0, [rsi+8]
      addsd xmm0, xmm1
      movapd xmm2, [rsi+16]
      mulpd xmm2, xmm3
      addpd xmm2, [rsi+32]
      movapd [rdi], xmm2
      subsd xmm0, xmm2
      dec rax
      jnz top
      jmp top`,
    data: () => [[DATA, doubles(1.1, 0.3, 0.7, 1.9, 2.3, 3.1)]],
    registers: { rsi: BigInt(DATA), rdi: BigInt(DATA + 0x1000) },
  },
  {
    name: "sse-integer",
    what: "packed integers and shuffles",
    source: `
top:  movdqa xmm0, [rsi]
      paddd xmm0, xmm1
      pxor xmm1, xmm0
      pshufd xmm2, xmm0, 0x1b
      pslld xmm2, 3
      paddb xmm3, xmm2
      pcmpgtw xmm4, xmm3
      pand xmm4, xmm0
      movdqa [rdi], xmm4
      dec rax
      jnz top
      jmp top`,
    data: () => [[DATA, BigUint64Array.of(0x0123456789abcdefn, 0xfedcba9876543210n)]],
    registers: { rsi: BigInt(DATA), rdi: BigInt(DATA + 0x1000) },
  },
  {
    name: "string",
    what: "rep movsq, stosq, scasb; an iteration counts as an instruction",
    source: `
top:  lea rsi, [r8]
      lea rdi, [r8+0x8000]
      mov ecx, 512
      rep movsq
      lea rdi, [r8+0x4000]
      mov ecx, 512
      rep stosq
      lea rdi, [r8+0x10000]
      mov ecx, 512
      mov al, 1
      repne scasb
      xor eax, eax
      jmp top`,
    registers: { r8: BigInt(DATA) },
  },
  {
    name: "chase",
    what: `dependent loads over ${CHASE_PAGES} pages: the soft TLB misses`,
    source: `
top:  mov rax, [rax]
      mov rax, [rax]
      mov rax, [rax]
      mov rax, [rax]
      inc rcx
      jmp top`,
    data: chase,
    registers: { rax: BigInt(DATA) },
  },
  {
    name: "page-cross",
    what: "loads and stores across two pages",
    source: `
top:  mov rax, [rsi]
      add rax, rcx
      mov [rdi], rax
      inc rcx
      jmp top`,
    registers: { rsi: BigInt(DATA + PAGE - 3), rdi: BigInt(DATA + 3 * PAGE - 5) },
  },
  {
    name: "x87",
    what: "load, multiply, add, store in 80 bits",
    source: `
      fld1
top:  fld qword [rsi]
      fmul qword [rsi+8]
      fadd st0, st1
      fstp qword [rdi]
      inc rcx
      jmp top`,
    data: () => [[DATA, doubles(1.1, 0.3)]],
    registers: { rsi: BigInt(DATA), rdi: BigInt(DATA + 0x1000) },
  },
];
