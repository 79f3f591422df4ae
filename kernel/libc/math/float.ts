/** Functions of floats: those of 80-bit numbers, rounded once; what is exact, by doubles. */
import "./sqrt.ts";
import { thisThread } from "../thread-block.ts";
import * as double from "./double.ts";
import * as errorFunction from "./error-function.ts";
import * as exponentials from "./exponentials.ts";
import type { Extended } from "./extended.ts";
import * as fused from "./fused.ts";
import * as gamma from "./gamma.ts";
import * as logarithms from "./logarithms.ts";
import * as parts from "./parts.ts";
import * as power from "./power.ts";
import * as trigonometry from "./trigonometry.ts";
import * as whole from "./whole.ts";

const EDOM: i32 = 33;
const ERANGE: i32 = 34;
const INFINITY: u32 = 0x7f80_0000;

/** errno, of the bits of a result and the arguments. */
function told(result: u32, x: u32, y: u32): void {
  const size = result & 0x7fff_ffff;
  if (size < INFINITY) return;
  const left = x & 0x7fff_ffff;
  const right = y & 0x7fff_ffff;
  if (size > INFINITY && left <= INFINITY && right <= INFINITY) thisThread().errno = EDOM;
  if (size === INFINITY && left < INFINITY && right < INFINITY) thisThread().errno = ERANGE;
}
/** Leaves the sign for signgam. */
function logarithmOfGamma(x: Extended): Extended {
  const result = gamma.logGamma(x);
  double.setSign(result.negative);
  return result.logarithm;
}
/** XMM0: the argument; R11: the function. @naked */
function unary(): void {
  asm`
    sub rsp, 40
    movss [rsp + 16], xmm0
    fld dword ptr [rsp + 16]
    fstp tbyte ptr [rsp]
    mov rdi, [rsp]
    movzx esi, word ptr [rsp + 8]
    call r11
    mov [rsp], rax
    mov [rsp + 8], edx
    fld tbyte ptr [rsp]
    fstp dword ptr [rsp]
    mov edi, [rsp]
    mov esi, [rsp + 16]
    xor edx, edx
    call ${told}
    movss xmm0, [rsp]
    add rsp, 40
    ret`;
}
/** The same of two arguments. @naked */
function binary(): void {
  asm`
    sub rsp, 40
    movss [rsp + 16], xmm0
    movss [rsp + 20], xmm1
    fld dword ptr [rsp + 20]
    fstp tbyte ptr [rsp]
    mov rdx, [rsp]
    movzx ecx, word ptr [rsp + 8]
    fld dword ptr [rsp + 16]
    fstp tbyte ptr [rsp]
    mov rdi, [rsp]
    movzx esi, word ptr [rsp + 8]
    call r11
    mov [rsp], rax
    mov [rsp + 8], edx
    fld tbyte ptr [rsp]
    fstp dword ptr [rsp]
    mov edi, [rsp]
    mov esi, [rsp + 16]
    mov edx, [rsp + 20]
    call ${told}
    movss xmm0, [rsp]
    add rsp, 40
    ret`;
}
/** @export @naked */
export function expf(): void {
  asm`mov r11, ${exponentials.exp}; jmp ${unary}`;
}
/** @export @naked */
export function exp2f(): void {
  asm`mov r11, ${exponentials.exp2}; jmp ${unary}`;
}
/** @export @naked */
export function exp10f(): void {
  asm`mov r11, ${exponentials.exp10}; jmp ${unary}`;
}
/** @export @naked */
export function expm1f(): void {
  asm`mov r11, ${exponentials.expm1}; jmp ${unary}`;
}
/** @export @naked */
export function sinhf(): void {
  asm`mov r11, ${exponentials.sinh}; jmp ${unary}`;
}
/** @export @naked */
export function coshf(): void {
  asm`mov r11, ${exponentials.cosh}; jmp ${unary}`;
}
/** @export @naked */
export function tanhf(): void {
  asm`mov r11, ${exponentials.tanh}; jmp ${unary}`;
}
/** @export @naked */
export function logf(): void {
  asm`mov r11, ${logarithms.log}; jmp ${unary}`;
}
/** @export @naked */
export function log2f(): void {
  asm`mov r11, ${logarithms.log2}; jmp ${unary}`;
}
/** @export @naked */
export function log10f(): void {
  asm`mov r11, ${logarithms.log10}; jmp ${unary}`;
}
/** @export @naked */
export function log1pf(): void {
  asm`mov r11, ${logarithms.log1p}; jmp ${unary}`;
}
/** @export @naked */
export function asinhf(): void {
  asm`mov r11, ${logarithms.asinh}; jmp ${unary}`;
}
/** @export @naked */
export function acoshf(): void {
  asm`mov r11, ${logarithms.acosh}; jmp ${unary}`;
}
/** @export @naked */
export function atanhf(): void {
  asm`mov r11, ${logarithms.atanh}; jmp ${unary}`;
}
/** @export @naked */
export function cbrtf(): void {
  asm`mov r11, ${power.cbrt}; jmp ${unary}`;
}
/** @export @naked */
export function sinf(): void {
  asm`mov r11, ${trigonometry.sin}; jmp ${unary}`;
}
/** @export @naked */
export function cosf(): void {
  asm`mov r11, ${trigonometry.cos}; jmp ${unary}`;
}
/** @export @naked */
export function tanf(): void {
  asm`mov r11, ${trigonometry.tan}; jmp ${unary}`;
}
/** @export @naked */
export function atanf(): void {
  asm`mov r11, ${trigonometry.atan}; jmp ${unary}`;
}
/** @export @naked */
export function asinf(): void {
  asm`mov r11, ${trigonometry.asin}; jmp ${unary}`;
}
/** @export @naked */
export function acosf(): void {
  asm`mov r11, ${trigonometry.acos}; jmp ${unary}`;
}
/** @export @naked */
export function erff(): void {
  asm`mov r11, ${errorFunction.erf}; jmp ${unary}`;
}
/** @export @naked */
export function erfcf(): void {
  asm`mov r11, ${errorFunction.erfc}; jmp ${unary}`;
}
/** @export @naked */
export function tgammaf(): void {
  asm`mov r11, ${gamma.gamma}; jmp ${unary}`;
}
/** @export @naked */
export function lgammaf(): void {
  asm`mov r11, ${logarithmOfGamma}; jmp ${unary}`;
}
/** @export @naked */
export function powf(): void {
  asm`mov r11, ${power.pow}; jmp ${binary}`;
}
/** @export @naked */
export function hypotf(): void {
  asm`mov r11, ${power.hypot}; jmp ${binary}`;
}
/** @export @naked */
export function atan2f(): void {
  asm`mov r11, ${trigonometry.atan2}; jmp ${binary}`;
}
/** @export @naked */
export function fmodf(): void {
  asm`mov r11, ${whole.fmod}; jmp ${binary}`;
}
/** @export @naked */
export function remainderf(): void {
  asm`mov r11, ${whole.remainder}; jmp ${binary}`;
}
/** @export @naked */
export function dremf(): void {
  asm`mov r11, ${whole.remainder}; jmp ${binary}`;
}
/** @export @naked */
export function fabsf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.fabs}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function truncf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.trunc}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function floorf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.floor}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function ceilf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.ceil}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function roundf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.round}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function rintf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.rint}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function nearbyintf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.nearbyint}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function logbf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.logb}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function roundevenf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.roundeven}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function significandf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.significand}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function copysignf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${parts.copysign}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function fmaxf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${parts.fmax}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function fminf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${parts.fmin}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function fdimf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${parts.fdim}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function lrintf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.lrint}; add rsp, 8; ret`;
}
/** @export @naked */
export function llrintf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.llrint}; add rsp, 8; ret`;
}
/** @export @naked */
export function lroundf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.lround}; add rsp, 8; ret`;
}
/** @export @naked */
export function llroundf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.llround}; add rsp, 8; ret`;
}
/** @export @naked */
export function ilogbf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.ilogb}; add rsp, 8; ret`;
}
/** @export @naked */
export function ldexpf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.ldexp}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function scalbnf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.scalbn}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function scalblnf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.scalbln}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function frexpf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${parts.frexp}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function sqrtf(): void {
  asm`sqrtss xmm0, xmm0; ret`;
}
/** @export @naked */
export function modff(): void {
  asm`
    push rdi
    sub rsp, 16
    cvtss2sd xmm0, xmm0
    mov rdi, rsp
    call ${parts.modf}
    cvtsd2ss xmm0, xmm0
    movsd xmm1, [rsp]
    cvtsd2ss xmm1, xmm1
    mov rdi, [rsp + 16]
    movss [rdi], xmm1
    add rsp, 24
    ret`;
}
/** @export @naked */
export function sincosf(): void {
  asm`
    push rdi
    push rsi
    sub rsp, 24
    movss [rsp], xmm0
    mov r11, ${trigonometry.sin}
    call ${unary}
    mov rdi, [rsp + 32]
    movss [rdi], xmm0
    movss xmm0, [rsp]
    mov r11, ${trigonometry.cos}
    call ${unary}
    mov rsi, [rsp + 24]
    movss [rsi], xmm0
    add rsp, 40
    ret`;
}
/** @export @naked */
export function remquof(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.remquo}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function lgammaf_r(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.lgamma_r}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** The float next to another, by bits. */
function next(x: u32, isUp: bool): u32 {
  if ((x & 0x7fff_ffff) === 0) return (isUp ? u32(0) : 0x8000_0000) | 1;
  return isUp === (x >> 31 === 0) ? x + 1 : x - 1;
}
function after(x: u32, y: u32): u32 {
  const left = x & 0x7fff_ffff;
  const right = y & 0x7fff_ffff;
  if (left > INFINITY) return x | 0x40_0000;
  if (right > INFINITY) return y | 0x40_0000;
  if (x === y || (left === 0 && right === 0)) return y;
  // In the order of the numbers.
  const a: i32 = x >> 31 !== 0 ? 0 - i32(left) : i32(left);
  const b: i32 = y >> 31 !== 0 ? 0 - i32(right) : i32(right);
  return next(x, b > a);
}
/** @export @naked */
export function nextafterf(): void {
  asm`movd edi, xmm0; movd esi, xmm1; sub rsp, 8; call ${after}; movd xmm0, eax; add rsp, 8; ret`;
}
/** Toward a long double: up or down, or the same. */
function toward(x: u32, m: u64, e: u64): u32 {
  const y: Extended = { m, e: e & 0xffff };
  const bits: u32 = x;
  const own: Extended = zeroed();
  asm({
    in: { rdi: addressOf(bits), rsi: addressOf(own) },
    clobbers: ["memory"],
  })`fld dword ptr [rdi]; fstp tbyte ptr [rsi]`;
  if ((x & 0x7fff_ffff) > INFINITY) return x;
  if (whole.isNan(y)) return 0x7fc0_0000;
  if (whole.equal(own, y)) return (x & 0x7fff_ffff) === 0 ? u32(e & 0x8000) << 16 : x;
  return next(x, whole.less(own, y));
}
/** @export @naked */
export function nexttowardf(): void {
  asm`movd edi, xmm0; mov rsi, [rsp + 8]; mov rdx, [rsp + 16]; sub rsp, 8; call ${toward}; movd xmm0, eax; add rsp, 8; ret`;
}
/** @export @naked */
export function fmaf(): void {
  asm`movd edi, xmm0; movd esi, xmm1; movd edx, xmm2; sub rsp, 8; call ${fused.fmaFloat}; movd xmm0, eax; add rsp, 8; ret`;
}
/** @export @naked */
export function nanf(): void {
  asm`mov eax, 0x7fc00000; movd xmm0, eax; ret`;
}
function classOf(bits: u32): i32 {
  const size = bits & 0x7fff_ffff;
  if (size > INFINITY) return 0;
  if (size === INFINITY) return 1;
  return size === 0 ? 2 : size < 0x80_0000 ? 3 : 4;
}
/** @export @naked */
export function __fpclassifyf(): void {
  asm`movd edi, xmm0; jmp ${classOf}`;
}
/** @export @naked */
export function __isnanf(): void {
  asm`cvtss2sd xmm0, xmm0; jmp ${parts.__isnan}`;
}
/** @export @naked */
export function __isinff(): void {
  asm`cvtss2sd xmm0, xmm0; jmp ${parts.__isinf}`;
}
/** @export @naked */
export function __finitef(): void {
  asm`cvtss2sd xmm0, xmm0; jmp ${parts.__finite}`;
}
/** @export @naked */
export function __signbitf(): void {
  asm`cvtss2sd xmm0, xmm0; jmp ${parts.__signbit}`;
}
/** @export @naked */
export function isnanf(): void {
  asm`cvtss2sd xmm0, xmm0; jmp ${parts.__isnan}`;
}
/** @export @naked */
export function isinff(): void {
  asm`cvtss2sd xmm0, xmm0; jmp ${parts.__isinf}`;
}
/** @export @naked */
export function finitef(): void {
  asm`cvtss2sd xmm0, xmm0; jmp ${parts.__finite}`;
}
