/** Functions of floats: of the double, rounded. And those of long doubles that x87 has as instructions. */
import "./sqrt.ts";
import * as double from "./double.ts";

/** @export @naked */
export function sinf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.sin}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function cosf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.cos}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function tanf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.tan}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function expf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.exp}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function exp2f(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.exp2}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function exp10f(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.exp10}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function expm1f(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.expm1}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function logf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.log}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function log2f(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.log2}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function log10f(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.log10}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function log1pf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.log1p}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function cbrtf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.cbrt}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function atanf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.atan}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function asinf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.asin}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function acosf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.acos}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function sinhf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.sinh}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function coshf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.cosh}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function tanhf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.tanh}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function asinhf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.asinh}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function acoshf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.acosh}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function atanhf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.atanh}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function fabsf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.fabs}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function truncf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.trunc}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function floorf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.floor}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function ceilf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.ceil}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function roundf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.round}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function rintf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.rint}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function nearbyintf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.nearbyint}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function logbf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.logb}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function sqrtf(): void {
  asm`sqrtss xmm0, xmm0; ret`;
}
/** @export @naked */
export function powf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.pow}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function fmodf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.fmod}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function remainderf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.remainder}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function atan2f(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.atan2}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function hypotf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.hypot}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function copysignf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.copysign}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function fmaxf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.fmax}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function fminf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.fmin}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function fdimf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; cvtss2sd xmm1, xmm1; call ${double.fdim}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function scalbnf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.scalbn}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function ldexpf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.ldexp}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function frexpf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.frexp}; cvtsd2ss xmm0, xmm0; add rsp, 8; ret`;
}
/** @export @naked */
export function lrintf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.lrint}; add rsp, 8; ret`;
}
/** @export @naked */
export function lroundf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.lround}; add rsp, 8; ret`;
}
/** @export @naked */
export function llrintf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.llrint}; add rsp, 8; ret`;
}
/** @export @naked */
export function llroundf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.llround}; add rsp, 8; ret`;
}
/** @export @naked */
export function __isnanf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.__isnan}; add rsp, 8; ret`;
}
/** @export @naked */
export function __isinff(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.__isinf}; add rsp, 8; ret`;
}
/** @export @naked */
export function __finitef(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.__finite}; add rsp, 8; ret`;
}
/** @export @naked */
export function __signbitf(): void {
  asm`sub rsp, 8; cvtss2sd xmm0, xmm0; call ${double.signbit}; add rsp, 8; ret`;
}
/** @export @naked */
export function fabsl(): void {
  asm`fld tbyte ptr [rsp + 8]; fabs; ret`;
}
/** @export @naked */
export function sqrtl(): void {
  asm`fld tbyte ptr [rsp + 8]; fsqrt; ret`;
}
/** @export @naked */
export function rintl(): void {
  asm`fld tbyte ptr [rsp + 8]; frndint; ret`;
}
/** With a double's precision. @export @naked */
export function sinl(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.sin}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function cosl(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.cos}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function tanl(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.tan}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function expl(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.exp}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function logl(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.log}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function log2l(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.log2}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function log10l(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.log10}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function floorl(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.floor}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function ceill(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.ceil}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function truncl(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.trunc}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function roundl(): void {
  asm`fld tbyte ptr [rsp + 8]; sub rsp, 24; fstp qword ptr [rsp]; movsd xmm0, [rsp]; call ${double.round}; movsd [rsp], xmm0; fld qword ptr [rsp]; add rsp, 24; ret`;
}
/** With a double's precision. @export @naked */
export function powl(): void {
  asm`
    fld tbyte ptr [rsp + 8]
    fld tbyte ptr [rsp + 24]
    sub rsp, 24
    fstp qword ptr [rsp]
    movsd xmm1, [rsp]
    fstp qword ptr [rsp]
    movsd xmm0, [rsp]
    call ${double.pow}
    movsd [rsp], xmm0
    fld qword ptr [rsp]
    add rsp, 24
    ret`;
}
/** With a double's precision. @export @naked */
export function fmodl(): void {
  asm`
    fld tbyte ptr [rsp + 8]
    fld tbyte ptr [rsp + 24]
    sub rsp, 24
    fstp qword ptr [rsp]
    movsd xmm1, [rsp]
    fstp qword ptr [rsp]
    movsd xmm0, [rsp]
    call ${double.fmod}
    movsd [rsp], xmm0
    fld qword ptr [rsp]
    add rsp, 24
    ret`;
}
/** With a double's precision. @export @naked */
export function atan2l(): void {
  asm`
    fld tbyte ptr [rsp + 8]
    fld tbyte ptr [rsp + 24]
    sub rsp, 24
    fstp qword ptr [rsp]
    movsd xmm1, [rsp]
    fstp qword ptr [rsp]
    movsd xmm0, [rsp]
    call ${double.atan2}
    movsd [rsp], xmm0
    fld qword ptr [rsp]
    add rsp, 24
    ret`;
}
