/** Who names functions: a function that is only called, and by this program alone, may be changed together with its calls. */
import type { IrFunction, IrProgram } from "../ir/ir.ts";

export interface References {
  /** How often each symbol is named by instructions. */
  readonly count: ReadonlyMap<string, number>;
  /** Symbols whose address is taken, by instructions or data. */
  readonly addressed: ReadonlySet<string>;
  /** All assembly, which may name anything. */
  readonly asm: string;
}

export function references(program: IrProgram): References {
  const count = new Map<string, number>();
  const addressed = new Set(program.data.flatMap((piece) => piece.relocations.map((r) => r.symbol)));
  let asm = "";
  for (const fn of program.functions) {
    for (const block of fn.blocks) {
      for (const { op, details } of block.instructions) {
        if (details.asm) asm += `${details.asm.text}\n`;
        if (details.symbol === undefined) continue;
        count.set(details.symbol, (count.get(details.symbol) ?? 0) + 1);
        if (op !== "call") addressed.add(details.symbol);
      }
    }
  }
  return { count, addressed, asm };
}

/** Whether nobody but calls in this program reaches the function. */
export function isHidden({ attributes, symbol }: IrFunction, { addressed, asm }: References): boolean {
  return !attributes.exported && !attributes.isr && !addressed.has(symbol) && !asm.includes(symbol);
}
