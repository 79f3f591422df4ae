/*
 * The programs on QEMU, which has never seen our code: a ROM of a few dozen instructions brings QEMU's processor into the state that
 * `BareMachine.load` gives ours, with the same pages mapped, and jumps to the program. At HLT its monitor tells registers and memory.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assemble } from "../../src/isa/assembler/assemble.ts";
import { STACK_SIZE, STACK_TOP } from "../../src/machine/bare-machine.ts";
import { SYSTEM_32, SYSTEM_64, SYSTEM_LINEAR } from "../../src/machine/flat.ts";
import { PageTables } from "../../src/machine/page-tables.ts";
import { PAGE, PhysicalMemory } from "../../src/machine/physical.ts";
import { assembleProgram, load, type Outcome, type Program } from "./run.ts";

/** Where tables lie in QEMU's RAM; nothing leads there. */
const TABLES = 0x9000_0000;
const TABLES_SIZE = 0x10_0000;
const ROM_SIZE = 0x10000;
const ROM = 0xffff_0000;

/** GDT, TSS and page tables for a program, as bytes to load at TABLES; and cr3. */
function tablesFor(program: Program, codeSize: number): { bytes: Uint8Array; cr3: number } {
  const memory = new WebAssembly.Memory({ initial: TABLES_SIZE / 65536 });
  const physical = new PhysicalMemory(memory);
  physical.addRam(TABLES, TABLES_SIZE, 0);
  let next = TABLES;
  const allocate = (): number => {
    next += PAGE;
    return next - PAGE;
  };
  const system = allocate();
  const mode = program.mode === 32 ? 32 : 64;
  const tables = new PageTables(physical, mode, allocate);
  // The descriptor table of a BareMachine, with its TSS made available again.
  const page = load(program, "evaluator").read(mode === 64 ? SYSTEM_64 : SYSTEM_32, PAGE);
  page[0x48 + 5] = 0x89;
  new Uint8Array(memory.buffer).set(page);
  tables.map(mode === 64 ? Number(BigInt.asUintN(48, SYSTEM_LINEAR)) : SYSTEM_32, system, PAGE, false);
  tables.map(ROM, ROM, ROM_SIZE, false);
  const mapped = new Set<number>();
  for (const [address, size] of [
    [program.base, codeSize],
    [STACK_TOP - STACK_SIZE, STACK_SIZE],
    ...program.maps,
  ] as const) {
    for (let p = Math.floor(address / PAGE) * PAGE; p < address + size; p += PAGE) {
      if (!mapped.has(p)) tables.map(p, p, PAGE, true);
      mapped.add(p);
    }
  }
  return { bytes: new Uint8Array(memory.buffer), cr3: tables.root };
}

const CLEAR = [
  "xor eax, eax",
  "xor ebx, ebx",
  "xor ecx, ecx",
  "xor edx, edx",
  "xor esi, esi",
  "xor edi, edi",
  "xor ebp, ebp",
].join("\n");

/** The ROM: from reset to the program's first instruction. */
function rom(program: Program, cr3: number): Uint8Array {
  const enter16 = `
  xor ax, ax
  mov ds, ax
  mov es, ax
  mov ss, ax
  ${CLEAR}
  mov esp, 0x7000
  jmp 0:${program.base}`;
  const long = program.mode === 64;
  const enterProtected = `
  o32 lgdt [cs:boot_gdt - ${ROM}]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp dword 8:protected
bits 32
protected:
  mov ax, 0x10
  mov ss, ax
  mov ds, ax
  mov eax, ${long ? "0x506a0" : "0x40690"}
  mov cr4, eax
  mov eax, ${cr3}
  mov cr3, eax
  mov ecx, 0xc0000080
  xor edx, edx
  mov eax, ${long ? "0x901" : "0"}
  wrmsr
  mov eax, 0x80050033
  mov cr0, eax
  fninit
  xor ecx, ecx
  mov eax, 3
  xsetbv
  ${
    long
      ? `
  mov ecx, 0xc0000081
  mov edx, 0x00180008
  xor eax, eax
  wrmsr
  jmp 0x18:in_long_mode
bits 64
in_long_mode:
  mov rax, gdt
  lgdt [rax]
  mov rax, no_idt
  lidt [rax]
  mov esp, ${STACK_TOP}
  push 8
  push ${program.base}`
      : `
  lgdt [gdt]
  lidt [no_idt]
  mov esp, ${STACK_TOP}
  push dword 0x30
  push dword ${program.base}`
  }
  mov ax, 0x48
  ltr ax
  mov ax, 0x10
  mov ss, ax
  mov ds, ax
  mov es, ax
  mov fs, ax
  mov gs, ax
  ${CLEAR}
  ${long ? "o64 retf" : "retf"}`;
  const source = `
bits 16
entry:
  ${program.mode === 16 ? enter16 : enterProtected}
align 8
boot_gdt:
  dw 31
  dd boot_table
align 8
boot_table:
  dq 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff
gdt:
  dw 0x5f
  dq ${long ? SYSTEM_LINEAR : SYSTEM_32}
no_idt:
  dw 0
  dq 0
`;
  const { bytes } = assemble(source, { mode: 16, origin: BigInt(ROM) });
  const image = new Uint8Array(ROM_SIZE);
  image.set(bytes);
  // The reset vector: a near jump to the start of the ROM.
  image.set([0xe9, 0x0d, 0x00], 0xfff0);
  return image;
}

/** QEMU's monitor on the standard streams of the process: a question, an answer. */
class Monitor {
  readonly #qemu: ReturnType<typeof spawn>;
  #text = "";
  #errors = "";
  #wake: () => void = () => {};
  #ended = false;

  constructor(path: string, args: readonly string[]) {
    this.#qemu = spawn(path, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#qemu.stdout?.on("data", (data) => {
      this.#text += String(data);
      this.#wake();
    });
    this.#qemu.stderr?.on("data", (data) => {
      this.#errors += String(data);
    });
    this.#qemu.stdin?.on("error", () => {});
    this.#qemu.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
  }
  async #prompt(): Promise<string> {
    for (;;) {
      const at = this.#text.indexOf("(qemu) ");
      if (at >= 0) {
        const answer = this.#text.slice(0, at);
        this.#text = this.#text.slice(at + 7);
        return answer;
      }
      if (this.#ended) throw new Error(`QEMU has ended: a triple fault, or ${JSON.stringify(this.#errors)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
  ready(): Promise<string> {
    return this.#prompt();
  }
  ask(question: string): Promise<string> {
    this.#qemu.stdin?.write(`${question}\n`);
    return this.#prompt();
  }
  end(): void {
    this.#qemu.kill("SIGKILL");
  }
}

/** Questions until a program counts as one that never ends. */
const PATIENCE = 20_000;

/** Runs a program that ends with HLT. Throws if QEMU shuts down or the program does not end. */
export async function runOnQemu(path: string, program: Program): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-qemu-"));
  const { bytes: code } = assembleProgram(program);
  const tables =
    program.mode === 16 ? { bytes: new Uint8Array(PAGE), cr3: 0 } : tablesFor(program, code.length);
  const file = (name: string, bytes: Uint8Array): string => {
    writeFileSync(join(folder, name), bytes);
    return join(folder, name);
  };
  const loader = (name: string, bytes: Uint8Array, address: number): string[] => [
    "-device",
    `loader,file=${file(name, bytes)},addr=${address},force-raw=on`,
  ];
  const monitor = new Monitor(path, [
    ...["-M", "pc", "-accel", "tcg", "-cpu", "max", "-m", "3G", "-nodefaults", "-no-reboot"],
    ...["-display", "none", "-monitor", "stdio", "-bios", file("rom.bin", rom(program, tables.cr3))],
    ...loader("tables.bin", tables.bytes, TABLES),
    ...loader("program.bin", code, program.base),
  ]);
  try {
    await monitor.ready();
    let registers = "";
    for (let i = 0; !/HLT=1/.test(registers); i++) {
      if (i === PATIENCE) throw new Error(`no HLT; ${registers}`);
      registers = await monitor.ask("info registers");
    }
    const memory = new Map<bigint, bigint>();
    for (const { what } of program.expectations) {
      if (!what.startsWith("[")) continue;
      const address = addressOf(what, program);
      const answer = await monitor.ask(`xp /1gx 0x${address.toString(16)}`);
      memory.set(address, BigInt(/: (0x[0-9a-f]+)/.exec(answer)?.[1] ?? "-1"));
    }
    return {
      stop: "hlt",
      value: (what) => registerIn(registers, what),
      memory: (address) => memory.get(address) ?? -1n,
    };
  } finally {
    monitor.end();
    rmSync(folder, { recursive: true });
  }
}

function addressOf(what: string, program: Program): bigint {
  const { symbols } = assembleProgram(program);
  const terms = what.slice(1, -1).split("+");
  return terms.reduce((sum, term) => sum + (symbols.get(term) ?? BigInt(term)), 0n);
}

/** A register in the text of `info registers`: "RAX=…", "CS =0008 …", "EFER=…"; outside long mode "EAX=…". */
function registerIn(text: string, name: string): bigint | undefined {
  const upper = name.toUpperCase();
  const names = /^[re]([a-z][a-z])$/.test(name) ? [`R${upper.slice(1)}`, `E${upper.slice(1)}`] : [upper];
  for (const n of [...names, n32(upper)]) {
    const match = new RegExp(`\\b${n} *=([0-9a-f]+)`).exec(text);
    if (match) return BigInt(`0x${match[1]}`);
  }
  return undefined;
}
/** r8 and r9 are printed as "R8 =…"; rflags as "RFL". */
const n32 = (upper: string): string => (upper === "RFLAGS" ? "[RE]FL" : upper);
