/**
 * FADD … FDIVR in wasm, with an operand in memory or between registers: operands are found and ordered here, the numbers
 * are x87-numbers.ts's. SDM vol. 1 §8.3.3.
 */
import * as S from "../isa/state.ts";
import { CPU, DESTINATION, SOURCE, X87Frame } from "./x87-frame.ts";
import { SIGN } from "./x87-numbers.ts";

export class X87Arithmetic extends X87Frame {
  /** Pushes cpu, the place of `to`, and operands a and b in the operation's order, calls it, and refuses if it does. */
  #operate(name: string, to: number, a: () => void, b: () => void): void {
    const f = this.f;
    f.localGet(CPU);
    this.pushRegister(to);
    f.i32(S.X87).op("i32.add");
    if (name.endsWith("r")) {
      b();
      a();
    } else {
      a();
      b();
    }
    const core = name.startsWith("fmul")
      ? "x87_product"
      : name.startsWith("fdiv")
        ? "x87_quotient"
        : "x87_sum";
    f.call(this.calls.index(core)).op("i32.eqz");
    this.refuse();
    // The helper marks a quotient's register, as it does whatever it writes the slow way.
    if (name.startsWith("fdiv")) this.valid(to);
  }
  /** Pushes an operand; a subtrahend's sign is flipped. */
  #pushNumber(name: string, second: boolean, se: () => void, s: () => void): void {
    const subtrahend = name === "fsub" ? second : name === "fsubr" ? !second : false;
    se();
    if (subtrahend) this.f.i32(SIGN).op("i32.xor");
    s();
  }
  arithmeticMemory(name: string, bits: 32 | 64): void {
    const f = this.f;
    const { n, se, s } = this.top();
    const other = this.extend(bits);
    const push = (second: boolean, x: { se: number; s: number }) => (): void =>
      this.#pushNumber(
        name,
        second,
        () => f.localGet(x.se),
        () => f.localGet(x.s),
      );
    this.#operate(name, n, push(false, { se, s }), push(true, other));
    this.done(true, false);
  }
  arithmeticRegisters(name: string): void {
    const to = this.operand(DESTINATION);
    const from = this.operand(SOURCE);
    this.refuseEmpty(to);
    this.refuseEmpty(from);
    const push = (second: boolean, n: number) => (): void =>
      this.#pushNumber(
        name,
        second,
        () => this.pushSignExponent(n),
        () => this.pushSignificand(n),
      );
    this.#operate(name, to, push(false, to), push(true, from));
    this.done(false, true);
  }
}
