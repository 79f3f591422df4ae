/**
 * Loads from constants of the program: what they give is known. Only from `.rodata`: who names a section may have plans of his own for
 * what lies there.
 */
import { bytesOf } from "../ir/construct.ts";
import type { Instruction, IrProgram } from "../ir/ir.ts";
import { definingInstruction } from "../ir/uses.ts";
import type { ObjectPiece } from "../object.ts";
import { rewrite } from "./pass.ts";

const pieces = new WeakMap<IrProgram, ReadonlyMap<string, ObjectPiece>>();

/** The program's constants by their symbols. */
function constantsOf(program: IrProgram): ReadonlyMap<string, ObjectPiece> {
  let found = pieces.get(program);
  if (found === undefined) {
    found = new Map(
      program.data
        .filter(({ kind, section }) => kind === "read-only data" && section === ".rodata")
        .map((piece) => [piece.symbol, piece]),
    );
    pieces.set(program, found);
  }
  return found;
}

/** Turns a load of a constant into the constant or the address that lies there. */
export function loadConstant(instruction: Instruction, program: IrProgram): boolean {
  const { op, args, results, details } = instruction;
  if (op !== "load" || details.volatile) return false;
  const address = definingInstruction(args[0]!);
  if (address?.op !== "symbol") return false;
  const piece = constantsOf(program).get(address.details.symbol!);
  if (piece === undefined) return false;
  const { type } = results[0]!;
  const size = bytesOf(type);
  const at = (address.details.offset ?? 0) + (details.offset ?? 0);
  if (at < 0 || at + size > piece.bytes.length) return false;
  const within = piece.relocations.filter((r) => r.offset < at + size && at < r.offset + 8);
  if (within.length > 0) {
    const [only] = within;
    if (only?.kind !== "R_X86_64_64" || only.offset !== at || type !== "i64") return false;
    rewrite(instruction, "symbol", [], {
      symbol: only.symbol,
      ...(only.addend !== 0 && { offset: only.addend }),
    });
    return true;
  }
  const view = new DataView(piece.bytes.buffer, piece.bytes.byteOffset);
  if (type === "f64") {
    const number = view.getFloat64(at, true);
    // Which NaN it is would be lost.
    if (Number.isNaN(number)) return false;
    rewrite(instruction, "fconst", [], { number });
    return true;
  }
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(view.getUint8(at + i));
  rewrite(instruction, "const", [], { value });
  return true;
}
