/**
 * The floating-point environment (ISO C §7.6): x87's words and MXCSR (SDM vol. 1 §8.1, §10.2.3), which are kept alike. fenv_t is glibc's: FSTENV's 28 bytes and MXCSR.
 */
const ALL: u32 = 0x3d;
const ROUNDING: u32 = 0xc00;
const EINVAL: i32 = -1;

class Environment extends Struct {
  x87: array<u32, 7>;
  mxcsr: u32;
}
function controlWord(): u32 {
  let word: u32 = 0;
  asm({ in: { rdi: addressOf(word) }, clobbers: ["memory"] })`fnstcw [rdi]`;
  return word & 0xffff;
}
function setControlWord(value: u32): void {
  const word: u32 = value;
  asm({ in: { rdi: addressOf(word) }, clobbers: ["memory"] })`fldcw [rdi]`;
}
function mxcsr(): u32 {
  let word: u32 = 0;
  asm({ in: { rdi: addressOf(word) }, clobbers: ["memory"] })`stmxcsr [rdi]`;
  return word;
}
function setMxcsr(value: u32): void {
  const word: u32 = value;
  asm({ in: { rdi: addressOf(word) }, clobbers: ["memory"] })`ldmxcsr [rdi]`;
}
function statusWord(): u32 {
  let word: u32 = 0;
  asm({ in: { rdi: addressOf(word) }, clobbers: ["memory"] })`fnstsw [rdi]`;
  return word & 0xffff;
}
/** x87's status, which FLDENV alone can set. */
function setStatusBits(clear: u32, set: u32): void {
  const words: array<u32, 7> = zeroed();
  asm({ in: { rdi: addressOf(words[0]) }, clobbers: ["memory"] })`fnstenv [rdi]`;
  words[1] = (words[1] & ~clear) | set;
  asm({ in: { rdi: addressOf(words[0]) }, clobbers: ["memory"] })`fldenv [rdi]`;
}
/** @export */
export function feclearexcept(which: i32): i32 {
  const bits = u32(which) & ALL;
  setStatusBits(bits, 0);
  setMxcsr(mxcsr() & ~bits);
  return 0;
}
/** @export */
export function fetestexcept(which: i32): i32 {
  return i32((statusWord() | mxcsr()) & u32(which) & ALL);
}
/** Exceptions that are not masked are raised by the operation that has them. @export */
export function feraiseexcept(which: i32): i32 {
  const bits = u32(which) & ALL;
  setMxcsr(mxcsr() | bits);
  setStatusBits(0, bits);
  if (bits !== 0) asm`fwait`;
  return 0;
}
/** @export */
export function fegetexceptflag(place: ptr<u16>, which: i32): i32 {
  place.value = u16(fetestexcept(which));
  return 0;
}
/** @export */
export function fesetexceptflag(place: ptr<u16>, which: i32): i32 {
  const bits = u32(which) & ALL;
  setStatusBits(bits, u32(place.value) & bits);
  setMxcsr((mxcsr() & ~bits) | (u32(place.value) & bits));
  return 0;
}
/** @export */
export function fegetround(): i32 {
  return i32(controlWord() & ROUNDING);
}
/** @export */
export function fesetround(mode: i32): i32 {
  if ((u32(mode) & ~ROUNDING) !== 0) return 1;
  setControlWord((controlWord() & ~ROUNDING) | u32(mode));
  setMxcsr((mxcsr() & ~(ROUNDING << 3)) | (u32(mode) << 3));
  return 0;
}
/** @export */
export function fegetenv(to: ptr<Environment>): i32 {
  asm({ in: { rdi: to }, clobbers: ["memory"] })`fnstenv [rdi]; fldenv [rdi]; stmxcsr [rdi + 28]`;
  return 0;
}
function setEnvironment(from: ptr<Environment>): void {
  asm({ in: { rdi: from }, clobbers: ["memory"] })`fldenv [rdi]; ldmxcsr [rdi + 28]`;
}
/** FE_DFL_ENV is -1, FE_NOMASK_ENV -2. @export */
export function fesetenv(from: ptr<Environment>): i32 {
  if (address(from) < 0xffff_ffff_ffff_fffe) {
    setEnvironment(from);
    return 0;
  }
  const own: Environment = zeroed();
  const noMask = address(from) === 0xffff_ffff_ffff_fffe;
  fegetenv(addressOf(own));
  own.x87[0] = (own.x87[0] & 0xffff_0000) | (noMask ? u32(0x342) : 0x37f);
  own.x87[1] &= 0xffff_0000;
  own.mxcsr = noMask ? 0x100 : 0x1f80;
  setEnvironment(addressOf(own));
  return 0;
}
/** @export */
export function feholdexcept(to: ptr<Environment>): i32 {
  fegetenv(to);
  setControlWord(controlWord() | ALL);
  setMxcsr((mxcsr() | (ALL << 7)) & ~ALL);
  setStatusBits(ALL, 0);
  return 0;
}
/** @export */
export function feupdateenv(from: ptr<Environment>): i32 {
  const raised = fetestexcept(i32(ALL));
  fesetenv(from);
  return feraiseexcept(raised);
}
/** @export */
export function fegetexcept(): i32 {
  return i32(~controlWord() & ALL);
}
/** @export */
export function feenableexcept(which: i32): i32 {
  const before = fegetexcept();
  const bits = u32(which) & ALL;
  if (bits !== u32(which)) return EINVAL;
  setControlWord(controlWord() & ~bits);
  setMxcsr(mxcsr() & ~(bits << 7));
  return before;
}
/** @export */
export function fedisableexcept(which: i32): i32 {
  const before = fegetexcept();
  const bits = u32(which) & ALL;
  setControlWord(controlWord() | bits);
  setMxcsr(mxcsr() | (bits << 7));
  return before;
}
