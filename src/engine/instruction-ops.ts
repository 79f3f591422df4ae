/**
 * What the handler and the region reading do alike with an instruction: its operands' facts, what they do to parts of
 * the CPU block that neither keeps in locals, and variables of the semantics.
 *
 * Where operands and registers lie is left to the readings: handlers find them through the record, regions know them.
 */
import type { Instruction, MemoryOperand, Operand } from "../isa/instruction.ts";
import { valueWidth } from "../isa/operand.ts";
import type { Width } from "../isa/ops.ts";
import * as S from "../isa/state.ts";
import { at } from "./code.ts";
import { LOAD, STORE } from "./containers.ts";
import { customNode, type Node, type NodeWriter, typeOf } from "./node.ts";
import { ValueOps } from "./value-ops.ts";

const CPU = 0;
const pushCpu = (e: NodeWriter): void => void e.f.localGet(CPU);

export abstract class InstructionOps extends ValueOps {
  /** The instruction whose semantics runs. */
  protected abstract readonly insn: Instruction;
  abstract readLow(i: number, width: Width): Node;
  abstract writeLow(i: number, value: Node): void;

  // -------------------------------------------------------------------------------------------------- operands

  protected operand(i: number): Operand {
    const operand = this.insn.operands[i];
    if (operand === undefined) throw new Error(`${this.insn.row.id} has no operand ${i}`);
    return operand;
  }
  protected memoryOperand(i: number): MemoryOperand {
    const operand = this.operand(i);
    if (operand.kind !== "memory") throw new Error(`operand ${i} of ${this.insn.row.id} is not memory`);
    return operand;
  }
  width(i: number): Width {
    return valueWidth(this.operand(i).width);
  }
  isMemory(i: number): boolean {
    return this.operand(i).kind === "memory";
  }
  read(i: number): Node {
    return this.readLow(i, this.width(i));
  }
  write(i: number, value: Node): void {
    if (value.w !== this.width(i)) throw new Error(`operand ${i} is ${this.width(i)} bits, value ${value.w}`);
    this.writeLow(i, value);
  }

  // --------------------------------------------------------------------------------------------- linear memory

  /** The value `offset` bytes after the place that `address` pushes. */
  protected loadFrom(address: (e: NodeWriter) => void, offset: number, width: Width): Node {
    return this.code.pin(
      customNode(width, typeOf(width), [], (e) => {
        address(e);
        e.f.op(LOAD[width], at(offset));
      }),
    );
  }
  protected storeTo(address: (e: NodeWriter) => void, offset: number, value: Node): void {
    this.code.statement([value], (e) => {
      address(e);
      e.value(value);
      e.f.op(STORE[value.w], at(offset));
    });
  }
  /** The same in the CPU block. */
  protected cpuLoad(offset: number, width: Width): Node {
    return this.loadFrom(pushCpu, offset, width);
  }
  protected cpuStore(offset: number, value: Node): void {
    this.storeTo(pushCpu, offset, value);
  }

  direction(): Node {
    return this.bit(this.cpuLoad(S.RFLAGS, 32), 10);
  }
  setDirection(value: boolean): void {
    this.code.statement([], ({ f }) => {
      f.localGet(CPU).localGet(CPU).op("i32.load", at(S.RFLAGS));
      if (value) f.i32(S.FLAG.df).op("i32.or");
      else f.i32(~S.FLAG.df).op("i32.and");
      f.op("i32.store", at(S.RFLAGS));
    });
  }
  enterMmx(): void {
    this.code.statement([], ({ f }) => {
      f.localGet(CPU)
        .localGet(CPU)
        .op("i32.load16_u", at(S.FSW))
        .i32(~0x3800)
        .op("i32.and")
        .op("i32.store16", at(S.FSW));
      f.localGet(CPU).i32(0).op("i32.store16", at(S.FTW));
    });
  }

  // ------------------------------------------------------------------------------------------------- variables

  variable(initial: Node): { get(): Node; set(value: Node): void } {
    const slot = this.code.slot(initial.type);
    const w = initial.w;
    this.code.set(slot, this.clean(initial));
    return {
      get: () => this.code.get(slot, w),
      set: (value) => {
        if (value.w !== w) throw new Error(`a variable of ${w} bits is set to ${value.w}`);
        this.code.set(slot, this.clean(value));
      },
    };
  }
}
