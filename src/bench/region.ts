/**
 * Measures regions: loops of one block, run by handlers and then as a region, in one process. The ratio is what the
 * region reading gains; the first loop is the one the design names (a load and an add, six instructions).
 */
import { InterpretedEngine } from "../machine/interpreted.ts";
import { type Measurement, measureMachine, prepare } from "./interpreter.ts";
import { CODE, DATA, type Loop } from "./loops.ts";

export interface RegionMeasurement {
  readonly name: string;
  readonly what: string;
  readonly handlers: Measurement;
  readonly region: Measurement;
}

/** Endless loops of one block at `top`, without calls or helpers. */
export const REGION_LOOPS: readonly Loop[] = [
  {
    name: "load-add",
    what: "a load, an add and a counter: the loop of six instructions",
    source: `
      jmp top
top:  mov rdx, [rsi+rcx*8]
      add rax, rdx
      inc ecx
      and ecx, 1023
      dec rdi
      jnz top
      jmp top`,
    registers: { rsi: BigInt(DATA), rdi: -1n & 0xffffffffffffffffn },
  },
  {
    name: "alu",
    what: "register arithmetic, logic, shifts, lea",
    source: `
      jmp top
top:  add rax, rbx
      xor rbx, rcx
      lea rcx, [rcx+rax*4+3]
      rol rcx, 7
      sub rdx, rax
      and ebx, 0x7fffffff
      dec rdi
      jnz top
      jmp top`,
    registers: { rbx: 12345n, rcx: 678n, rdi: -1n & 0xffffffffffffffffn },
  },
  {
    name: "copy",
    what: "loads and stores of 64 bits",
    source: `
      jmp top
top:  mov rax, [rsi+rcx*8]
      mov [rdx+rcx*8], rax
      inc ecx
      and ecx, 1023
      dec rdi
      jnz top
      jmp top`,
    registers: { rsi: BigInt(DATA), rdx: BigInt(DATA + 0x100000), rdi: -1n & 0xffffffffffffffffn },
  },
  {
    name: "sse",
    what: "packed integers and scalar doubles",
    source: `
      jmp top
top:  movdqa xmm0, [rsi]
      paddd xmm0, xmm1
      pxor xmm2, xmm0
      addsd xmm3, xmm4
      mulsd xmm5, xmm6
      movdqa [rsi+16], xmm2
      dec rdi
      jnz top
      jmp top`,
    data: () => [[DATA, new BigUint64Array(4)]],
    registers: { rsi: BigInt(DATA), rdi: -1n & 0xffffffffffffffffn, mxcsr: 0x1fa0n },
  },
];

/** Measures all of them for about `seconds`. Throws if a block does not become a region. */
export function measureRegions(
  seconds: number,
  progress?: (name: string, index: number, count: number) => void,
): RegionMeasurement[] {
  const each = seconds / REGION_LOOPS.length / 2;
  return REGION_LOOPS.map((loop, i) => {
    progress?.(loop.name, i, REGION_LOOPS.length);
    const machine = prepare(loop);
    // The first instruction is a jump of two bytes to the loop.
    const top = BigInt(CODE + 2);
    const handlers = measureMachine(loop, machine, each);
    if (!(machine.engine instanceof InterpretedEngine)) throw new Error("regions belong to the interpreter");
    if (machine.engine.interpreter.compile([top]) !== 1) throw new Error(`${loop.name} is no region`);
    return { name: loop.name, what: loop.what, handlers, region: measureMachine(loop, machine, each) };
  });
}
