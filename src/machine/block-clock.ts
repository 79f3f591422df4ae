/**
 * Time for an engine that has no blocks of its own: the same blocks (engine/block.ts) at the same costs, so that the
 * evaluator's cycles are the interpreter's.
 *
 * A block begins where control arrives. An instruction that follows the one before it in the same block has its share
 * of that block's cost; a further iteration of a repeated one costs one cycle. What leaves a block or drops it: a
 * branch, an exception, a change of context, a write to its bytes.
 */
import { type FormedBlock, formBlock, overlaps } from "../engine/block.ts";
import type { Instruction } from "../isa/instruction.ts";
import type { Cpu } from "./cpu.ts";
import type { MachineEngineHost } from "./engine-host.ts";

interface Position {
  readonly block: FormedBlock;
  readonly costs: ArrayLike<number>;
  readonly context: number;
  readonly index: number;
  readonly rip: bigint;
  readonly repeating: boolean;
  /** Its bytes have been written to; only a repeated instruction that has begun still goes on. */
  readonly dropped: boolean;
}

export class BlockClock {
  readonly #cpu: Cpu;
  readonly #host: MachineEngineHost;
  #position: Position | undefined;
  /** Between `begin` and `retire`: the block in progress has not been written to. */
  #intact = true;

  constructor(cpu: Cpu, host: MachineEngineHost) {
    this.#cpu = cpu;
    this.#host = host;
  }
  reset(): void {
    this.#position = undefined;
  }

  /** The instruction at rip, which can be fetched, is about to run. Returns its cycles, due if it does not fault. */
  begin(): number {
    const { rip } = this.#cpu;
    const context = this.#host.context();
    let at = this.#position;
    if (at === undefined || at.rip !== rip || at.context !== context) {
      const block = formBlock(this.#host, this.#host.codeAddress());
      at = {
        block,
        costs: this.#host.cost(block.instructions),
        context,
        index: 0,
        rip,
        repeating: false,
        dropped: false,
      };
    }
    this.#position = at;
    this.#intact = !at.dropped;
    if (at.repeating) return 1;
    const before = at.index === 0 ? 0 : (at.costs[at.index - 1] ?? 0);
    return (at.costs[at.index] ?? before) - before;
  }
  /** It has run, and rip is the next one's; `repeats`: it is a repeated one with iterations left. */
  retire(insn: Instruction, repeats: boolean): void {
    const at = this.#position;
    this.#position = undefined;
    if (at === undefined) return;
    if (repeats) {
      this.#position = { ...at, repeating: true, dropped: !this.#intact };
      return;
    }
    if (!this.#intact) return;
    const { block, index } = at;
    const next = BigInt.asUintN(insn.mode, at.rip + BigInt(insn.length));
    const inside = index + 1 < block.instructions.length || block.end.kind === "trap";
    if (inside && this.#cpu.rip === next) {
      this.#position = { ...at, index: index + 1, rip: next, repeating: false };
    }
  }
  /** It has raised an exception. */
  fault(): void {
    this.#position = undefined;
  }
  /** Physical memory has been written; `host` is its place in linear memory. */
  written(host: number, size: number): void {
    const at = this.#position;
    if (at !== undefined && overlaps(at.block, host, size)) this.#intact = false;
  }
}
