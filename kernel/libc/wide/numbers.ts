/** Wide texts to numbers (ISO C §7.31.4.1): the part that a number can be of is made a text of bytes, and read as such. */
import { readExtended, readFloat, strtod } from "../floats.ts";
import { strtol, strtoul } from "../integers.ts";
import { free, malloc } from "../kernel-calls.ts";
import { isWideSpace } from "./kinds.ts";

type Wide = ptr<u32>;
type Text = ptr<u8>;
const SOME = 256;

/** What is read: ASCII behind the spaces, up to what no number has. */
class Part extends Struct {
  spaces: usize;
  text: Text;
  isOwned: bool;
  few: array<u8, typeof SOME>;

  take(from: Wide): void {
    while (isWideSpace(from[this.spaces])) this.spaces++;
    const start = from.offset(this.spaces);
    let length: usize = 0;
    while (start[length] > 32 && start[length] < 127) length++;
    this.text = addressOf(this.few[0]);
    if (length >= usize(SOME)) {
      const memory = malloc(length + 1);
      this.isOwned = memory !== null;
      if (memory !== null) this.text = memory;
      else length = usize(SOME) - 1;
    }
    for (let i: usize = 0; i < length; i++) this.text[i] = u8(start[i]);
    this.text[length] = 0;
  }
  /** Where it was left off. */
  tell(from: Wide, place: ptr<Wide>, end: Text): void {
    const taken = address(end) - address(this.text);
    if (address(place) !== 0) place.value = taken === 0 ? from : from.offset(this.spaces + taken);
    if (this.isOwned) free(this.text);
  }
}
/** @export */
export function wcstol(from: Wide, place: ptr<Wide>, base: i32): i64 {
  const part: Part = zeroed();
  part.take(from);
  const end: Text = part.text;
  const value = strtol(part.text, addressOf(end), base);
  part.tell(from, place, end);
  return value;
}
/** @export */
export function wcstoul(from: Wide, place: ptr<Wide>, base: i32): u64 {
  const part: Part = zeroed();
  part.take(from);
  const end: Text = part.text;
  const value = strtoul(part.text, addressOf(end), base);
  part.tell(from, place, end);
  return value;
}
/** @export */
export function wcstod(from: Wide, place: ptr<Wide>): f64 {
  const part: Part = zeroed();
  part.take(from);
  const end: Text = part.text;
  const value = strtod(part.text, addressOf(end));
  part.tell(from, place, end);
  return value;
}
function wideFloat(from: Wide, place: ptr<Wide>): u32 {
  const part: Part = zeroed();
  part.take(from);
  const end: Text = part.text;
  const bits = readFloat(part.text, addressOf(end));
  part.tell(from, place, end);
  return bits;
}
/** @export @naked */
export function wcstof(): void {
  asm`sub rsp, 8; call ${wideFloat}; movd xmm0, eax; add rsp, 8; ret`;
}
function wideExtended(from: Wide, place: ptr<Wide>, to: ptr<u64>): void {
  const part: Part = zeroed();
  part.take(from);
  const end: Text = part.text;
  readExtended(part.text, addressOf(end), to);
  part.tell(from, place, end);
}
/** @export @naked */
export function wcstold(): void {
  asm`sub rsp, 24; mov rdx, rsp; call ${wideExtended}; fld tbyte ptr [rsp]; add rsp, 24; ret`;
}
// The same under other names, and in a locale, which changes nothing of numbers.
/** @export @naked */
export function wcstoll(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function wcstoull(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function wcstoimax(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function wcstoumax(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function wcstoq(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function wcstouq(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function wcstol_l(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function wcstoul_l(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function wcstoll_l(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function wcstoull_l(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function wcstod_l(): void {
  asm`jmp ${wcstod}`;
}
/** @export @naked */
export function wcstof_l(): void {
  asm`jmp ${wcstof}`;
}
/** @export @naked */
export function wcstold_l(): void {
  asm`jmp ${wcstold}`;
}
/** @export @naked */
export function __isoc23_wcstol(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function __isoc23_wcstoul(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function __isoc23_wcstoll(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function __isoc23_wcstoull(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function __isoc23_wcstoimax(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function __isoc23_wcstoumax(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function __wcstol_internal(): void {
  asm`jmp ${wcstol}`;
}
/** @export @naked */
export function __wcstoul_internal(): void {
  asm`jmp ${wcstoul}`;
}
/** @export @naked */
export function __wcstod_internal(): void {
  asm`jmp ${wcstod}`;
}
/** @export @naked */
export function __wcstof_internal(): void {
  asm`jmp ${wcstof}`;
}
/** @export @naked */
export function __wcstold_internal(): void {
  asm`jmp ${wcstold}`;
}
