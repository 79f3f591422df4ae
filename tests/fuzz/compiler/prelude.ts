/*
 * What every program uses, in the dialect and in C: a checksum and its printing, and operations made defined for all operands.
 * The two say the same, line by line.
 */
import { INTEGERS, type IntType } from "./types.ts";

export const intName = ({ bits, signed }: IntType): string => `${signed ? "i" : "u"}${bits}`;

/** Numbers that convert to the type exactly or toward zero, so that neither side rounds: just inside of its range. */
function rangeOf({ bits, signed }: IntType): { least: string; most: string } {
  const most = 2 ** (signed ? bits - 1 : bits);
  const step = bits === 64 ? (signed ? 1024 : 2048) : 1;
  return { least: signed ? `-${most}.0` : "0.0", most: `${most - step}.0` };
}

export const DIALECT = `import { newline, printHex, print, printU64 } from "./linux.ts";

let hash: u64 = 0;
export function begin(seed: u64): void {
  print("program ");
  printU64(seed);
  newline();
  hash = seed;
}
export function show(): void {
  printHex(hash);
  newline();
}
/** @noinline */
export function mix(x: u64): void {
  hash = rotateLeft((hash ^ x) * 0x9e3779b97f4a7c15, 29);
}
class Bits extends Union {
  number: f64;
  bits: u64;
}
/** NaNs differ by where they come from. */
export function real(x: f64): f64 {
  return x === x ? x : f64(0.0);
}
export function mixF64(x: f64): void {
  const bits: Bits = zeroed();
  bits.number = real(x);
  mix(bits.bits + u64(x !== x));
}
export function divideWide(high: u64, low: u64, divisor: u64): u64 {
  const by = divisor | 1;
  return divWide(high % by, low, by);
}
export function remainderWide(high: u64, low: u64, divisor: u64): u64 {
  const by = divisor | 1;
  return remWide(high % by, low, by);
}
${INTEGERS.map((type) => {
  const { least, most } = rangeOf(type);
  return `export function ${intName(type)}FromF64(x: f64): ${intName(type)} {
  return x >= ${least} && x <= ${most} ? ${intName(type)}(x) : 0;
}`;
}).join("\n")}
`;
/** Names that DIALECT exports. */
export const NAMES: readonly string[] = [...DIALECT.matchAll(/^export function (\w+)/gm)].map((m) => m[1]!);

const each = (text: (type: IntType, name: string, unsigned: string) => string): string =>
  INTEGERS.map((type) => text(type, intName(type), `u${type.bits}`)).join("\n");

export const C = `typedef unsigned char u8; typedef unsigned short u16; typedef unsigned u32; typedef unsigned long u64;
typedef signed char i8; typedef short i16; typedef int i32; typedef long i64; typedef double f64; typedef _Bool bool;
#define false 0
#define true 1
void *memcpy(void *to, const void *from, u64 n) { u8 *t = to; const u8 *f = from; while (n--) *t++ = *f++; return to; }
void *memset(void *to, int c, u64 n) { u8 *t = to; while (n--) *t++ = c; return to; }
void *memmove(void *to, const void *from, u64 n) {
  u8 *t = to; const u8 *f = from;
  if (t < f) while (n--) *t++ = *f++; else while (n--) t[n] = f[n];
  return to;
}
static long call3(long n, long a, const void *b, long c) {
  __asm__ volatile("syscall" : "+a"(n) : "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
  return n;
}
static void put(const char *text) { const char *end = text; while (*end) end++; call3(1, 1, text, end - text); }
static void putNumber(u64 x, unsigned base) {
  char digits[24]; char *at = digits + 23; *at = 0;
  do *--at = "0123456789abcdef"[x % base]; while (x /= base);
  put(at);
}
static u64 hash;
static void begin(u64 seed) { put("program "); putNumber(seed, 10); put("\\n"); hash = seed; }
static void show(void) { put("0x"); putNumber(hash, 16); put("\\n"); }
static void mix(u64 x) { u64 y = (hash ^ x) * 0x9e3779b97f4a7c15; hash = y << 29 | y >> 35; }
static f64 real(f64 x) { return x == x ? x : 0.0; }
static void mixF64(f64 x) { union { f64 number; u64 bits; } b; b.number = real(x); mix(b.bits + (x != x)); }
static u64 divideWide(u64 h, u64 l, u64 d) { d |= 1; return (u64)(((unsigned __int128)(h % d) << 64 | l) / d); }
static u64 remainderWide(u64 h, u64 l, u64 d) { d |= 1; return (u64)(((unsigned __int128)(h % d) << 64 | l) % d); }
static f64 squareRoot(f64 x) { __asm__("sqrtsd %0, %0" : "+x"(x)); return x; }
static u64 mulHigh_u64(u64 a, u64 b) { return (u64)((unsigned __int128)a * b >> 64); }
static i64 mulHigh_i64(i64 a, i64 b) { return (i64)((__int128)a * b >> 64); }
${each((type, name) => {
  const { least, most } = rangeOf(type);
  return `static ${name} ${name}FromF64(f64 x) { return x >= ${least} && x <= ${most} ? (${name})x : 0; }`;
})}
${each(
  ({ bits }, name, unsigned) =>
    `static ${name} popcount_${name}(${name} x) { return (${name})__builtin_popcountl((${unsigned})x); }
static ${name} clz_${name}(${name} x) { return (${name})(x ? __builtin_clzl((${unsigned})x) - ${64 - bits} : ${bits}); }
static ${name} ctz_${name}(${name} x) { return (${name})(x ? __builtin_ctzl((${unsigned})x) : ${bits}); }
static ${name} byteSwap_${name}(${name} x) { return (${name})(__builtin_bswap64((${unsigned})x) >> ${64 - bits}); }
static ${name} rotateLeft_${name}(${name} x, ${name} n) {
  ${unsigned} y = x; unsigned k = n & ${bits - 1}; return (${name})(y << k | y >> (${bits} - k & ${bits - 1}));
}
static ${name} rotateRight_${name}(${name} x, ${name} n) { return rotateLeft_${name}(x, (${name})-n); }`,
)}
`;
export const C_START = (runs: readonly string[]): string => `
__attribute__((force_align_arg_pointer)) void _start(void) {
  ${runs.map((run) => `${run}();`).join(" ")}
  call3(60, 0, 0, 0);
}
`;
