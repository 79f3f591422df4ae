/**
 * What a stopped computer looks like, as text for people: of each processor its registers, the code it is at, and who
 * called it. Nothing of the machine is changed. It is no format for programs.
 */
import { type DisassembledLine, disassemble } from "../isa/disassemble.ts";
import { GPR_NAMES } from "../isa/state.ts";
import { backtrace, codeAddress } from "./backtrace.ts";
import type { ElfSymbol } from "./boot/elf-symbols.ts";
import type { ExceptionEvent } from "./engine.ts";
import { exceptionName } from "./exception-names.ts";
import type { Machine } from "./machine.ts";
import { Peek } from "./peek.ts";
import { getRegister, registerWidth } from "./registers.ts";
import { Symbols } from "./symbols.ts";
import type { Vcpu } from "./vcpu.ts";

export interface StateReportOptions {
  /** The kernel's, by the addresses it is linked at, sorted. */
  readonly symbols?: readonly ElfSymbol[] | undefined;
  /** The exception that could not be delivered, and the processor that raised it. */
  readonly fault?: (ExceptionEvent & { readonly cpu: number }) | undefined;
}

/** Instructions that are shown before and from the one that the processor is at. */
const BEFORE = 4;
const AFTER = 6;
/** Bytes before it in which they are looked for, and from it on. */
const BYTES_BEFORE = 40;
const BYTES_AFTER = 64;
const MOST_EVENTS = 4;
const NAME_WIDTH = 10;
const VALUE_WIDTH = 18;

const FLAGS = [
  ["cf", 0],
  ["pf", 2],
  ["af", 4],
  ["zf", 6],
  ["sf", 7],
  ["tf", 8],
  ["if", 9],
  ["df", 10],
  ["of", 11],
  ["nt", 14],
  ["rf", 16],
  ["vm", 17],
  ["ac", 18],
] as const;
const ACTIVITY = {
  running: "running",
  halted: "halted, waits for an interrupt",
  waiting: "waits for a startup message",
  off: "shut down",
} as const;

const hex = (value: bigint | number, digits = 1): string => `0x${value.toString(16).padStart(digits, "0")}`;

/** Several lines, the last one ended. */
export function stateReport(machine: Machine, options: StateReportOptions = {}): string {
  const symbols = new Symbols(options.symbols ?? []);
  const { fault } = options;
  const lines: string[] = [];
  if (fault !== undefined) lines.push(faultText(fault, symbols));
  for (const vcpu of machine.vcpus) lines.push(...processor(vcpu, machine, symbols));
  lines.push(events(machine));
  return `${lines.join("\n")}\n`;
}

function faultText(fault: ExceptionEvent & { readonly cpu: number }, symbols: Symbols): string {
  const { cpu, vector, errorCode, address, rip } = fault;
  const parts = [`fault   processor ${cpu}: ${exceptionName(vector)} at ${place(rip, symbols)}`];
  if (errorCode !== undefined) {
    parts.push(`error code ${hex(errorCode, 4)}${vector === 14 ? ` (${pageFault(errorCode)})` : ""}`);
  }
  if (address !== undefined) parts.push(`address ${hex(address, 16)}`);
  return parts.join(", ");
}
/** SDM vol. 3A figure 4-12. */
function pageFault(code: number): string {
  const what = code & 16 ? "fetch" : code & 2 ? "write" : "read";
  const why = code & 8 ? "reserved bits set" : code & 1 ? "not permitted" : "not present";
  return `${code & 4 ? "user" : "supervisor"} ${what}, ${why}`;
}

function processor(vcpu: Vcpu, machine: Machine, symbols: Symbols): string[] {
  const { cpu, index, activity, engine } = vcpu;
  const lines = [`processor ${index}: ${ACTIVITY[activity]}, ${engine.instructions} instructions`];
  // It has not run since reset: there is nothing to see.
  if (activity === "waiting") return lines;
  const state = cpu.virtual8086
    ? "virtual-8086 mode"
    : cpu.protectedMode
      ? `${cpu.mode}-bit mode`
      : "real mode";
  lines[0] += `, ${state}, ring ${cpu.cpl}`;
  const value = (name: string): string => hex(getRegister(cpu, name), registerWidth(name) / 4);
  const row = (...names: string[]): void => {
    const cells = names.map((name) => `${name.padEnd(NAME_WIDTH)}${value(name).padEnd(VALUE_WIDTH)}`);
    lines.push(`  ${cells.join("  ")}`.trimEnd());
  };
  for (let i = 0; i < GPR_NAMES.length; i += 4) row(...GPR_NAMES.slice(i, i + 4));
  row("rip", "rflags");
  const flags = FLAGS.map(([name, bit]) => ((cpu.rflags >> bit) & 1 ? name.toUpperCase() : name));
  lines[lines.length - 1] += `  ${flags.join(" ")} iopl ${(cpu.rflags >> 12) & 3}`;
  lines.push(
    `  ${["cs", "ss", "ds", "es", "fs", "gs", "tr", "ldtr"].map((name) => `${name} ${value(name)}`).join("  ")}`,
  );
  row("fs_base", "gs_base", "cs_base", "ss_base");
  row("cr0", "cr2", "cr3", "cr4");
  row("cr8", "efer");
  row("gdtr_base", "idtr_base");
  lines[lines.length - 1] += `  limits ${value("gdtr_limit")}, ${value("idtr_limit")}`;

  const peek = new Peek(cpu, machine.physical);
  lines.push("  code", ...code(vcpu, peek, symbols).map((line) => `  ${line}`));
  lines.push("  calls, the innermost first (?: found on the stack only)");
  for (const { address, guess } of backtrace(cpu, peek, symbols)) {
    lines.push(`  ${guess ? " ?" : "  "} ${place(address, symbols)}`);
  }
  return lines;
}

function place(address: bigint, symbols: Symbols): string {
  const name = symbols.name(address);
  return `${hex(address, 16)}${name === undefined ? "" : ` ${name}`}`;
}

/** Instructions around the one that the processor is at. */
function code(vcpu: Vcpu, peek: Peek, symbols: Symbols): string[] {
  const { cpu } = vcpu;
  const at = codeAddress(cpu);
  const symbol = (address: bigint): string | undefined => symbols.name(address);
  const read = (from: bigint, length: number): DisassembledLine[] => [
    ...disassemble(peek.bytes(from, length), { mode: cpu.mode, base: from, symbol }),
  ];
  const after = read(at, BYTES_AFTER).slice(0, AFTER);
  if (after.length === 0) return [`   ${hex(at, 16)}  nothing can be read there`];
  return [...before(at, read, symbols).slice(-BEFORE), ...after].map(({ address, bytes, text }) => {
    const mark = address === at ? "=>" : "  ";
    const digits = Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");
    return `${mark} ${hex(address, 16)}  ${digits.padEnd(30)}  ${text}`;
  });
}
/**
 * What comes before an address: from the symbol's start if that is near, else from wherever reading ends up at the
 * address with nothing but instructions, which is a guess. Empty if there is none.
 */
function before(
  at: bigint,
  read: (from: bigint, length: number) => DisassembledLine[],
  symbols: Symbols,
): readonly DisassembledLine[] {
  const start = symbols.at(at)?.address;
  const room = at < BigInt(BYTES_BEFORE) ? Number(at) : BYTES_BEFORE;
  const known = start !== undefined && at - start <= BigInt(BYTES_BEFORE) ? Number(at - start) : undefined;
  for (let length = known ?? room; length > 0; length--) {
    const lines = read(at - BigInt(length), length);
    const last = lines.at(-1);
    const whole = last !== undefined && last.address + BigInt(last.bytes.length) === at;
    if (whole && lines.every((line) => line.instruction !== undefined)) return lines;
    if (known !== undefined) return [];
  }
  return [];
}

/** What happens next by itself. */
function events({ clock, cycles }: Machine): string {
  const next = [...clock.armed].sort(([, a], [, b]) => a - b).slice(0, MOST_EVENTS);
  const texts = next.map(([name, deadline]) => {
    const milliseconds = ((deadline - cycles) / clock.frequency) * 1000;
    return `${name} in ${milliseconds.toFixed(3)} ms`;
  });
  return `next events: ${texts.length === 0 ? "none" : texts.join(", ")}`;
}
