/**
 * A basic block laid out for the cycle model: for each instruction its kind, the resources it reads and writes and its
 * memory operand, as numbers in lists that are used again for the next block. Computes no cycles.
 */
import type { Instruction } from "../isa/instruction.ts";
import { type Kind, kindOf, resourceOf } from "./dependencies.ts";

export class Steps {
  readonly kinds: Kind[] = [];
  /** Resources that step i waits for are reads[readsAt[i]] … reads[readsAt[i + 1] − 1]; written ones alike. */
  readonly reads: number[] = [];
  readonly readsAt: number[] = [];
  readonly writes: number[] = [];
  readonly writesAt: number[] = [];
  /** Registers of the address, −1 for none; where there are two memory operands, of both. */
  readonly base: number[] = [];
  readonly index: number[] = [];
  readonly secondBase: number[] = [];
  /** Scale and segment of the memory operand; −1 where no operand names what is accessed. */
  readonly form: number[] = [];
  /** Its displacement, rip-relative ones counted from the block's start. */
  readonly place: number[] = [];
  /** Bytes of the block. */
  length = 0;

  get count(): number {
    return this.kinds.length;
  }

  /** Replaces what was there by the block. */
  fill(insns: readonly Instruction[]): void {
    this.kinds.length =
      this.reads.length =
      this.readsAt.length =
      this.writes.length =
      this.writesAt.length =
        0;
    this.base.length = this.index.length = this.secondBase.length = this.form.length = this.place.length = 0;
    this.length = 0;
    for (const insn of insns) this.#add(insn);
    this.readsAt.push(this.reads.length);
    this.writesAt.push(this.writes.length);
  }

  #add(insn: Instruction): void {
    const kind = kindOf(insn);
    const { operands } = insn;
    this.length += insn.length;
    this.kinds.push(kind);
    this.readsAt.push(this.reads.length);
    this.writesAt.push(this.writes.length);
    let base = -1;
    let index = -1;
    let secondBase = -1;
    let form = -1;
    let place = 0;
    // Operands of one register are one object.
    const zeroed = kind.zeroes && operands[0] === operands[1];
    for (let i = 0; i < operands.length; i++) {
      const o = operands[i]!;
      if (o.kind === "memory") {
        if (form >= 0) secondBase = o.base;
        else {
          base = o.base;
          index = o.index;
          form = o.segment * 4 + o.scale;
          place = Number(o.displacement) + (o.ripRelative ? this.length : 0);
        }
        continue;
      }
      const r = resourceOf(o);
      if (r < 0) continue;
      const use = kind.operands[i]!;
      if (use.reads && !zeroed) this.reads.push(r);
      if (use.writes) this.writes.push(r);
    }
    for (let i = 0; i < kind.reads.length; i++) this.reads.push(kind.reads[i]!);
    for (let i = 0; i < kind.writes.length; i++) this.writes.push(kind.writes[i]!);
    this.base.push(base);
    this.index.push(index);
    this.secondBase.push(secondBase);
    this.form.push(kind.stack ? -1 : form);
    this.place.push(place);
  }
}
