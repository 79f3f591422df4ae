/**
 * Inline assembly in selection: fixed operands go to their registers, others into virtual ones; the template is assembled
 * once with stand-ins to see what it changes, and again when registers are known.
 */
import type { Instruction, Value } from "../ir/ir.ts";
import { type AsmOperand, asmText, assembleTemplate, clobbered, effectsOfBytes, symbolText } from "./asm.ts";
import { type AsmBytes, reg } from "./machine.ts";
import { ALLOCATABLE_GPR, CALLER_SAVED, RBP, type Reg, RSP, registerByName } from "./registers.ts";
import { bitsOf, constantOf, producer, type Selection } from "./selection.ts";

const assembled = new Map<string, AsmBytes>();
function bytesOf(text: string): AsmBytes {
  let bytes = assembled.get(text);
  if (bytes === undefined) {
    bytes = assembleTemplate(text);
    assembled.set(text, bytes);
  }
  return bytes;
}

/** A constant operand's text: a number, or a symbol's name. */
function constantText(v: Value): string {
  const constant = constantOf(v);
  if (constant !== undefined) return String(constant);
  const symbol = producer(v, "symbol");
  if (symbol === undefined) throw new Error("an asm operand is no constant");
  return symbolText(symbol.details.symbol!, symbol.details.offset ?? 0);
}

function fixedRegister(name: string): Reg {
  const r = registerByName(name);
  if (r === undefined) throw new Error(`asm operand in "${name}", which is no register`);
  return r;
}

export function selectAsm(s: Selection, i: Instruction): void {
  const code = i.details.asm!;
  const result = i.results[0];
  const fixed: { register: Reg; value: Value }[] = [];
  const free: { value: Value | undefined; operand: number }[] = [];
  const operands: AsmOperand[] = code.inputs.map((at, n) => {
    const value = i.args[n]!;
    const bits = bitsOf(value.type);
    if (at === "constant") return { at: constantText(value), bits };
    if (at === "any") {
      free.push({ value, operand: n });
      return { at: -1, bits };
    }
    const register = fixedRegister(at);
    fixed.push({ register, value });
    return { at: register, bits };
  });
  if (result !== undefined && code.output !== undefined) {
    const bits = bitsOf(result.type);
    if (code.output === "any") {
      free.push({ value: undefined, operand: operands.length });
      operands.push({ at: -1, bits });
    } else operands.push({ at: fixedRegister(code.output), bits });
  }
  const fill = (registers: readonly Reg[]): AsmBytes => {
    const filled = [...operands];
    free.forEach((f, n) => {
      filled[f.operand] = { at: registers[n]!, bits: operands[f.operand]!.bits };
    });
    return bytesOf(asmText(code, filled));
  };
  // Stand-ins are registers that nothing else here names.
  const named = new Set([...fixed.map((f) => f.register), ...clobbered(code.clobbers)]);
  for (const word of code.text.match(/[a-zA-Z][a-zA-Z0-9]*/g) ?? []) named.add(registerByName(word) ?? RSP);
  const standIns = [...ALLOCATABLE_GPR].reverse().filter((r) => !named.has(r) && r !== RBP);
  if (standIns.length < free.length) throw new Error("asm has more operands than there are registers");
  const effects = effectsOfBytes(fill(standIns).bytes);
  const defs = new Set([
    ...effects.written,
    ...clobbered(code.clobbers),
    ...(effects.calls ? CALLER_SAVED : []),
  ]);
  for (let n = 0; n < free.length; n++) defs.delete(standIns[n]!);
  defs.delete(RSP);
  if (effects.calls) s.machine.hasCalls = true;
  s.machine.hasAsm = true;
  const output = code.output === undefined || code.output === "any" ? undefined : fixedRegister(code.output);
  if (output !== undefined) defs.add(output);

  const sources = fixed.map((f) => (s.isRematerialised(f.value) ? undefined : s.use(f.value)));
  const registers = free.map((f) => {
    const r = s.fresh();
    if (f.value === undefined) s.emit("touch", 64).defs = [r];
    else s.into(r, f.value);
    return r;
  });
  fixed.forEach((f, n) => {
    if (sources[n] !== undefined) s.copy(f.register, sources[n]);
  });
  fixed.forEach((f, n) => {
    if (sources[n] === undefined) s.into(f.register, f.value);
  });
  const emitted = s.emit("asm", 64, ...registers.map(reg));
  emitted.uses = fixed.map((f) => f.register);
  emitted.defs = [...defs].sort((a, b) => a - b);
  emitted.asm = fill;
  if (result !== undefined && s.isRequested(result)) {
    const d = s.registerOf(result);
    const from = output ?? registers.at(-1)!;
    if (result.type === "i1") s.emit("movzx8", 32, reg(d), reg(from));
    else s.copy(d, from);
  }
}
