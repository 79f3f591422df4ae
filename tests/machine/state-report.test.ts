/* State reports: what they say of processors in each mode, of calls with and without frame pointers, and that nothing is changed by them. */
import { describe, expect, it } from "vitest";
import { Machine, type MachineOptions } from "../../src/machine/machine.ts";
import { type StateReportOptions, stateReport } from "../../src/machine/state-report.ts";
import { Symbols } from "../../src/machine/symbols.ts";
import { guest, TRIPLE_FAULT } from "../cli/boot-guests.ts";
import { pvhKernel } from "./boot/images.ts";

const SMALL = { memory: 4 << 20, codeCache: 4 << 20 };

function run(source: string, options: MachineOptions = {}) {
  const machine = new Machine({ ...SMALL, ...options });
  const plan = machine.boot({ kernel: guest(source), commandLine: "" });
  const stop = machine.run();
  const report = (more: StateReportOptions = {}): string =>
    stateReport(machine, { symbols: plan.symbols(), ...more });
  return { machine, stop, report };
}
const lines = (text: string, pattern: RegExp): string[] =>
  text.split("\n").filter((line) => pattern.test(line));

describe("a state report", () => {
  it("has the fault, the code and the calls", () => {
    const { stop, report } = run(TRIPLE_FAULT);
    if (stop.kind !== "triple-fault") throw new Error(stop.kind);
    const text = report({ fault: stop });
    expect(text).toMatch(/^fault {3}processor 0: #PF page fault at 0x\w{16} inner\+0x16, error code 0x0002/);
    // Before the fault: push, mov, mov, lidt, from the symbol on.
    expect(lines(text, /^ {2,}(=>)? *0x\w{16} {2}[0-9a-f]{2} /)).toHaveLength(10);
    const calls = text.slice(text.indexOf("calls"));
    expect(lines(calls, /^ {4,}0x\w+ (inner|outer|start)\+/)).toHaveLength(3);
    expect(calls).not.toContain(" ? 0x");
  });

  it("guesses calls from the stack where there are no frames, and marks them", () => {
    const { report } = run(
      "xor ebp, ebp\ncall first\nfirst: push 0\npush 1234\ncall second\nsecond: cli\nhlt",
    );
    const calls = report();
    expect(lines(calls, /^ {3}\? 0x\w{16} first/)).toHaveLength(1);
    expect(lines(calls, /^ {3}\? 0x\w{16} second/)).toHaveLength(1);
    expect(lines(calls, /0x00000000000004d2/)).toHaveLength(0);
  });

  it("survives any registers: no stack, no code, a chain of frames that goes in circles", () => {
    const { machine, report } = run("cli\nhlt");
    const [vcpu] = machine.vcpus;
    for (const value of [0n, 1n, 0x20fff8n, 0xffff_ffff_ffff_ffffn, 0x8000_0000_0000_0000n, 0xfee0_0000n]) {
      for (const register of [4, 5]) vcpu?.cpu.setReg(register, value);
      for (const rip of [value, 0x200000n]) {
        if (vcpu !== undefined) vcpu.cpu.rip = rip;
        expect(report()).toMatch(/calls.*\n {5}0x/);
      }
    }
    if (vcpu !== undefined) vcpu.cpu.rip = 0x7000_0000n;
    expect(report()).toContain("0x0000000070000000  nothing can be read there");
    // A frame that points at itself.
    machine.memory.write(0x208000, Uint8Array.of(0, 0x80, 0x20, 0, 0, 0, 0, 0, 5, 0, 0x20));
    vcpu?.cpu.setReg(4, 0x207000n);
    vcpu?.cpu.setReg(5, 0x208000n);
    expect(lines(report(), /^ {5}0x0000000000200005/).length).toBeLessThan(2);
  });

  it("tells of processors that wait and of what comes next", () => {
    const source = "mov al, 0x34\nout 0x43, al\nmov al, 0\nout 0x40, al\nout 0x40, al\ncli\nhlt";
    const machine = new Machine({ ...SMALL, cpus: 3 });
    machine.boot({ kernel: guest(source), commandLine: "" });
    machine.run({ until: 3_000_000 });
    const text = stateReport(machine);
    expect(lines(text, /^processor [12]: waits for a startup message/)).toHaveLength(2);
    expect(text).toMatch(
      /^processor 0: halted, waits for an interrupt, 8 instructions, 64-bit mode, ring 0$/m,
    );
    expect(text).toMatch(/^next events: pit.* in \d+\.\d{3} ms/m);
  });

  it("reads 32-bit and real-mode code where it is", () => {
    const machine = new Machine(SMALL);
    const reset = stateReport(machine);
    expect(reset).toMatch(/real mode, ring 0$/m);
    // No RAM is at the reset vector.
    expect(reset).toContain("0x00000000fffffff0  nothing can be read there");
    machine.boot({ kernel: pvhKernel(false), commandLine: "" });
    const text = stateReport(machine);
    expect(text).toMatch(/32-bit mode, ring 0$/m);
    expect(text).toMatch(/=> 0x0000000000200000 {2}bc( \w\w){4} +mov esp, 0x/);
  });

  it("changes nothing", () => {
    const { machine, report } = run(TRIPLE_FAULT);
    const before = machine.stateHash();
    report();
    expect(machine.stateHash()).toBe(before);
  });
});

describe("symbols", () => {
  const symbols = new Symbols([
    { name: "a", address: 0x100n, size: 0x10n },
    { name: "b", address: 0x200n, size: 0n },
    { name: "c", address: 0x20000n, size: 1n },
  ]);
  it.each([
    [0xffn, undefined],
    [0x100n, "a"],
    [0x10fn, "a+0xf"],
    [0x110n, undefined],
    [0x200n, "b"],
    [0x101ffn, "b+0xffff"],
    [0x10200n, undefined],
    [0x20000n, "c"],
    [0x20001n, undefined],
  ])("name 0x%s", (address, name) => {
    expect(symbols.name(address)).toBe(name);
  });
});
