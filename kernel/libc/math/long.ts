/** Functions of long doubles: those of 80-bit numbers as they are. */
import { thisThread } from "../thread-block.ts";
import * as double from "./double.ts";
import * as errorFunction from "./error-function.ts";
import * as exponentials from "./exponentials.ts";
import { type Extended, isFiniteNumber, isInfinite, isNan } from "./extended.ts";
import * as fused from "./fused.ts";
import * as gamma from "./gamma.ts";
import * as logarithms from "./logarithms.ts";
import * as power from "./power.ts";
import * as trigonometry from "./trigonometry.ts";
import * as whole from "./whole.ts";

const EDOM: i32 = 33;
const ERANGE: i32 = 34;

/** errno, of a result and an argument. */
function told(result: Extended, x: Extended): void {
  if (isNan(result) && !isNan(x)) thisThread().errno = EDOM;
  if (isInfinite(result) && isFiniteNumber(x)) thisThread().errno = ERANGE;
}
/** Leaves the sign for signgam. */
function logarithmOfGamma(x: Extended): Extended {
  const result = gamma.logGamma(x);
  double.setSign(result.negative);
  return result.logarithm;
}
function signedGamma(x: Extended, sign: ptr<i32>): Extended {
  const result = gamma.logGamma(x);
  sign.value = result.negative ? -1 : 1;
  return result.logarithm;
}
/** On the stack: the argument; R11: the function. @naked */
function unary(): void {
  asm`
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    sub rsp, 24
    call r11
    mov [rsp], rax
    mov [rsp + 8], rdx
    mov rdi, rax
    mov rsi, rdx
    mov rdx, [rsp + 32]
    movzx ecx, word ptr [rsp + 40]
    call ${told}
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** Of two arguments; of the third, in RDI, it is not looked at. @naked */
function binary(): void {
  asm`
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    mov rdx, [rsp + 24]
    movzx ecx, word ptr [rsp + 32]
    sub rsp, 24
    call r11
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function expl(): void {
  asm`mov r11, ${exponentials.exp}; jmp ${unary}`;
}
/** @export @naked */
export function exp2l(): void {
  asm`mov r11, ${exponentials.exp2}; jmp ${unary}`;
}
/** @export @naked */
export function exp10l(): void {
  asm`mov r11, ${exponentials.exp10}; jmp ${unary}`;
}
/** @export @naked */
export function expm1l(): void {
  asm`mov r11, ${exponentials.expm1}; jmp ${unary}`;
}
/** @export @naked */
export function sinhl(): void {
  asm`mov r11, ${exponentials.sinh}; jmp ${unary}`;
}
/** @export @naked */
export function coshl(): void {
  asm`mov r11, ${exponentials.cosh}; jmp ${unary}`;
}
/** @export @naked */
export function tanhl(): void {
  asm`mov r11, ${exponentials.tanh}; jmp ${unary}`;
}
/** @export @naked */
export function logl(): void {
  asm`mov r11, ${logarithms.log}; jmp ${unary}`;
}
/** @export @naked */
export function log2l(): void {
  asm`mov r11, ${logarithms.log2}; jmp ${unary}`;
}
/** @export @naked */
export function log10l(): void {
  asm`mov r11, ${logarithms.log10}; jmp ${unary}`;
}
/** @export @naked */
export function log1pl(): void {
  asm`mov r11, ${logarithms.log1p}; jmp ${unary}`;
}
/** @export @naked */
export function asinhl(): void {
  asm`mov r11, ${logarithms.asinh}; jmp ${unary}`;
}
/** @export @naked */
export function acoshl(): void {
  asm`mov r11, ${logarithms.acosh}; jmp ${unary}`;
}
/** @export @naked */
export function atanhl(): void {
  asm`mov r11, ${logarithms.atanh}; jmp ${unary}`;
}
/** @export @naked */
export function cbrtl(): void {
  asm`mov r11, ${power.cbrt}; jmp ${unary}`;
}
/** @export @naked */
export function sinl(): void {
  asm`mov r11, ${trigonometry.sin}; jmp ${unary}`;
}
/** @export @naked */
export function cosl(): void {
  asm`mov r11, ${trigonometry.cos}; jmp ${unary}`;
}
/** @export @naked */
export function tanl(): void {
  asm`mov r11, ${trigonometry.tan}; jmp ${unary}`;
}
/** @export @naked */
export function atanl(): void {
  asm`mov r11, ${trigonometry.atan}; jmp ${unary}`;
}
/** @export @naked */
export function asinl(): void {
  asm`mov r11, ${trigonometry.asin}; jmp ${unary}`;
}
/** @export @naked */
export function acosl(): void {
  asm`mov r11, ${trigonometry.acos}; jmp ${unary}`;
}
/** @export @naked */
export function erfl(): void {
  asm`mov r11, ${errorFunction.erf}; jmp ${unary}`;
}
/** @export @naked */
export function erfcl(): void {
  asm`mov r11, ${errorFunction.erfc}; jmp ${unary}`;
}
/** @export @naked */
export function tgammal(): void {
  asm`mov r11, ${gamma.gamma}; jmp ${unary}`;
}
/** @export @naked */
export function lgammal(): void {
  asm`mov r11, ${logarithmOfGamma}; jmp ${unary}`;
}
/** @export @naked */
export function powl(): void {
  asm`mov r11, ${power.pow}; jmp ${binary}`;
}
/** @export @naked */
export function hypotl(): void {
  asm`mov r11, ${power.hypot}; jmp ${binary}`;
}
/** @export @naked */
export function atan2l(): void {
  asm`mov r11, ${trigonometry.atan2}; jmp ${binary}`;
}
/** @export @naked */
export function fmodl(): void {
  asm`mov r11, ${whole.fmod}; jmp ${binary}`;
}
/** @export @naked */
export function remainderl(): void {
  asm`mov r11, ${whole.remainder}; jmp ${binary}`;
}
/** @export @naked */
export function dreml(): void {
  asm`mov r11, ${whole.remainder}; jmp ${binary}`;
}
/** @export @naked */
export function truncl(): void {
  asm`mov r11, ${whole.trunc}; jmp ${unary}`;
}
/** @export @naked */
export function floorl(): void {
  asm`mov r11, ${whole.floor}; jmp ${unary}`;
}
/** @export @naked */
export function ceill(): void {
  asm`mov r11, ${whole.ceil}; jmp ${unary}`;
}
/** @export @naked */
export function roundl(): void {
  asm`mov r11, ${whole.round}; jmp ${unary}`;
}
/** @export @naked */
export function rintl(): void {
  asm`mov r11, ${whole.rint}; jmp ${unary}`;
}
/** @export @naked */
export function nearbyintl(): void {
  asm`mov r11, ${whole.rint}; jmp ${unary}`;
}
/** @export @naked */
export function logbl(): void {
  asm`mov r11, ${whole.logb}; jmp ${unary}`;
}
/** @export @naked */
export function roundevenl(): void {
  asm`mov r11, ${whole.roundeven}; jmp ${unary}`;
}
/** @export @naked */
export function fabsl(): void {
  asm`mov r11, ${whole.magnitude}; jmp ${unary}`;
}
/** @export @naked */
export function copysignl(): void {
  asm`mov r11, ${whole.copysign}; jmp ${binary}`;
}
/** @export @naked */
export function fmaxl(): void {
  asm`mov r11, ${whole.fmax}; jmp ${binary}`;
}
/** @export @naked */
export function fminl(): void {
  asm`mov r11, ${whole.fmin}; jmp ${binary}`;
}
/** @export @naked */
export function fdiml(): void {
  asm`mov r11, ${whole.fdim}; jmp ${binary}`;
}
/** @export @naked */
export function nextafterl(): void {
  asm`mov r11, ${whole.nextafter}; jmp ${binary}`;
}
/** @export @naked */
export function nexttowardl(): void {
  asm`mov r11, ${whole.nextafter}; jmp ${binary}`;
}
/** @export @naked */
export function sqrtl(): void {
  asm`fld tbyte ptr [rsp + 8]; fsqrt; ret`;
}
/** @export @naked */
export function lrintl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.lrint}`;
}
/** @export @naked */
export function lroundl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.lround}`;
}
/** @export @naked */
export function ilogbl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.ilogb}`;
}
/** @export @naked */
export function llrintl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.lrint}`;
}
/** @export @naked */
export function llroundl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.lround}`;
}
/** @export @naked */
export function ldexpl(): void {
  asm`
    movsxd rdx, edi
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    sub rsp, 24
    call ${whole.scalb}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function scalbnl(): void {
  asm`
    movsxd rdx, edi
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    sub rsp, 24
    call ${whole.scalb}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function scalblnl(): void {
  asm`
    mov rdx, rdi
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    sub rsp, 24
    call ${whole.scalb}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function frexpl(): void {
  asm`
    mov rdx, rdi
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    sub rsp, 24
    call ${whole.frexp}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function modfl(): void {
  asm`
    mov rdx, rdi
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    sub rsp, 24
    call ${whole.modf}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function lgammal_r(): void {
  asm`
    mov rdx, rdi
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    sub rsp, 24
    call ${signedGamma}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function remquol(): void {
  asm`
    mov r8, rdi
    mov rdi, [rsp + 8]
    movzx esi, word ptr [rsp + 16]
    mov rdx, [rsp + 24]
    movzx ecx, word ptr [rsp + 32]
    sub rsp, 24
    call ${whole.remquoTo}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function sincosl(): void {
  asm`
    push rdi
    push rsi
    push qword ptr [rsp + 32]
    push qword ptr [rsp + 32]
    mov r11, ${trigonometry.sin}
    call ${unary}
    mov rdi, [rsp + 24]
    fstp tbyte ptr [rdi]
    mov r11, ${trigonometry.cos}
    call ${unary}
    mov rsi, [rsp + 16]
    fstp tbyte ptr [rsi]
    add rsp, 32
    ret`;
}
/** @export @naked */
export function fmal(): void {
  asm`
    lea rdi, [rsp + 8]
    lea rsi, [rsp + 24]
    lea rdx, [rsp + 40]
    sub rsp, 24
    call ${fused.fmaExtended}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function nanl(): void {
  asm`
    sub rsp, 24
    call ${whole.quietNan}
    mov [rsp], rax
    mov [rsp + 8], rdx
    fld tbyte ptr [rsp]
    add rsp, 24
    ret`;
}
/** @export @naked */
export function __fpclassifyl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.classOf}`;
}
/** @export @naked */
export function __isnanl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.isNanNumber}`;
}
/** @export @naked */
export function __isinfl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.infinityOf}`;
}
/** @export @naked */
export function __finitel(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.finiteOf}`;
}
/** @export @naked */
export function __signbitl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.signOf}`;
}
/** @export @naked */
export function isnanl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.isNanNumber}`;
}
/** @export @naked */
export function isinfl(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.infinityOf}`;
}
/** @export @naked */
export function finitel(): void {
  asm`mov rdi, [rsp + 8]; movzx esi, word ptr [rsp + 16]; jmp ${whole.finiteOf}`;
}
