/* BareMachine as docs/api.md describes it, on each engine: memory, registers, runs, hooks, interrupts and shadows. */
import { describe, expect, it } from "vitest";
import { assemble } from "../../src/isa/assembler/assemble.ts";
import { BareMachine, type BareMachineOptions } from "../../src/machine/bare-machine.ts";
import { BarePlatform } from "../../src/machine/bare-platform.ts";
import { ENGINE_NAMES } from "../../src/machine/engines.ts";
import { REGISTER_NAMES, registerWidth } from "../../src/machine/registers.ts";

const SMALL = { memory: 4 << 20, codeCache: 1 << 20 };

/** A platform whose interrupts a test raises, by hand or by OUT to port 0x10 (a vector) and 0x11 (NMI). */
class TestPlatform extends BarePlatform {
  pending: number | undefined;
  nmi = false;
  readonly written: string[] = [];
  constructor() {
    super(() => 0, 0n);
  }
  override portWrite(port: number, size: 1 | 2 | 4, value: number): void {
    this.written.push(`${port}:${size}:${value}`);
    if (port === 0x10) this.pending = value;
    if (port === 0x11) this.nmi = true;
  }
  override takeInterrupt(): number | undefined {
    const taken = this.pending;
    this.pending = undefined;
    return taken;
  }
  override takeNmi(): boolean {
    const taken = this.nmi;
    this.nmi = false;
    return taken;
  }
}

describe.each(ENGINE_NAMES)("BareMachine on the %s", (engine) => {
  const make = (source: string, options: BareMachineOptions = {}): BareMachine => {
    const machine = new BareMachine({ ...SMALL, engine, ...options });
    machine.load(assemble(source, { mode: options.mode ?? 64, origin: 0x10000n }).bytes);
    return machine;
  };

  it("runs, and steps one instruction at a time", () => {
    const machine = make("mov eax, 1\nadd eax, 2\nhlt");
    expect(machine.step()).toEqual({ kind: "limit" });
    expect([machine.get("rax"), machine.get("rip"), machine.instructions]).toEqual([1n, 0x10005n, 1]);
    expect(machine.run()).toEqual({ kind: "hlt" });
    expect(machine.get("eax")).toBe(3n);
    expect(machine.run()).toEqual({ kind: "hlt" });
    expect(machine.instructions).toBe(3);
  });

  it("executes exactly as many instructions as it may", () => {
    const machine = make("again: inc rax\ninc rbx\ninc rcx\njmp again");
    let sum = 0;
    for (const n of [1, 2, 3, 7, 100, 1000, 4097]) {
      sum += n;
      expect(machine.run({ maxInstructions: n })).toEqual({ kind: "limit" });
      expect(machine.instructions).toBe(sum);
      expect(machine.get("rax")).toBe(BigInt(Math.floor((sum + 3) / 4)));
    }
  });

  it("counts iterations of repeated instructions, and stops between them", () => {
    const machine = make("mov ecx, 100\nmov edi, 0x20000\nrep stosb\nhlt");
    machine.map(0x20000, 100);
    machine.run({ maxInstructions: 42 });
    expect([machine.get("rcx"), machine.get("rdi"), machine.get("rip")]).toEqual([60n, 0x20028n, 0x1000an]);
    expect(machine.run()).toEqual({ kind: "hlt" });
    expect([machine.get("rcx"), machine.instructions]).toEqual([0n, 103]);
  });

  it("calls hooks, and takes them away", () => {
    const machine = make("mov [rsp-8], eax\nmov ecx, [rsp-8]\nnop\nhlt");
    const rips: bigint[] = [];
    const accesses: string[] = [];
    const offInstruction = machine.onInstruction((rip, { mnemonic }) => {
      rips.push(rip);
      if (mnemonic === "nop") offInstruction();
    });
    const offMemory = machine.onMemory(({ kind, linear, size }) => {
      accesses.push(`${kind} ${linear.toString(16)}+${size}`);
      if (kind === "read") offMemory();
    });
    machine.run();
    expect(rips).toEqual([0x10000n, 0x10004n, 0x10008n]);
    expect(accesses).toEqual(["write 7ffefff8+4", "read 7ffefff8+4"]);
  });

  it("says that it is running already when a hook runs it, and can be run again", () => {
    const machine = make("inc eax\nhlt");
    const off = machine.onInstruction(() => void machine.step());
    expect(() => machine.run()).toThrow(/the machine is running: a hook cannot run it/);
    off();
    expect([machine.run(), machine.get("rax")]).toEqual([{ kind: "hlt" }, 1n]);
  });

  it("reads no length that is not there", () => {
    expect(() => make("hlt").read(0x10000, 1e15)).toThrow(/0x11000 is not mapped/);
  });

  it("stops when a hook says so, before the instruction", () => {
    const machine = make("inc eax\ninc eax\nhlt");
    const off = machine.onInstruction((rip) => {
      if (rip === 0x10002n) machine.stop();
    });
    expect(machine.run()).toEqual({ kind: "stopped" });
    expect([machine.get("rax"), machine.get("rip"), machine.instructions]).toEqual([1n, 0x10002n, 1]);
    off();
    expect(machine.run()).toEqual({ kind: "hlt" });
    expect(machine.get("rax")).toBe(2n);
  });

  it("asks what to do with an exception", () => {
    const machine = make("mov eax, [0x500000]\nud2\nhlt");
    const seen: unknown[] = [];
    machine.onException((event) => {
      seen.push(event);
      if (event.vector !== 14) return "stop";
      machine.map(0x500000, 4096);
      machine.write(0x500000, [42]);
      return "handled";
    });
    expect(machine.run()).toMatchObject({ kind: "exception", vector: 6, rip: 0x10007n, tripleFault: false });
    expect(seen).toHaveLength(2);
    expect(seen[0]).toEqual({ vector: 14, errorCode: 0, address: 0x500000n, rip: 0x10000n });
    expect([machine.get("rax"), machine.instructions]).toEqual([42n, 1]);
  });

  it("ends a guest that only faults", () => {
    // The handler of #PF is in an absent page: it faults again and again, each time delivered.
    const machine = make("lidt [rel p]\nmov eax, [0x500000]\np: dw 0xfff\ndq 0x20000");
    machine.map(0x20000, 4096);
    machine.write(0x200e0, [0, 0, 8, 0, 0, 0x8e, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(machine.run({ maxInstructions: 500 })).toEqual({ kind: "limit" });
    expect(machine.instructions).toBe(1);
    // The stack is used up in the end.
    expect(machine.run()).toMatchObject({ kind: "exception", tripleFault: true, vector: 14 });
  });

  it("sees code that is written from outside", () => {
    const machine = make("again: mov eax, 1\njmp again");
    machine.run({ maxInstructions: 101 });
    expect(machine.get("rax")).toBe(1n);
    machine.write(0x10001, [2]);
    machine.run({ maxInstructions: 100 });
    expect(machine.get("rax")).toBe(2n);
  });

  it("is as new after reset", () => {
    const source =
      "mov qword [0x20000], 1\nmov ecx, 0xc0000102\nwrmsr\nfld1\nmov eax, 0x20\nmov cr8, rax\nhlt";
    const machine = make(source);
    machine.map(0x20000, 4096);
    machine.run();
    machine.set("xmm7", 5);
    machine.set("dr7", 0x401);
    machine.reset();
    const fresh = new BareMachine({ ...SMALL, engine });
    for (const name of REGISTER_NAMES) expect([name, machine.get(name)]).toEqual([name, fresh.get(name)]);
    expect([machine.instructions, machine.cycles]).toEqual([0, 0]);
    expect(() => machine.read(0x20000, 1)).toThrow("0x20000 is not mapped");
    machine.map(0x20000, 4096);
    expect(machine.read(0x20000, 8).every((b) => b === 0)).toBe(true);
    machine.load(assemble("mov eax, 7\nhlt").bytes);
    expect(machine.run()).toEqual({ kind: "hlt" });
    expect(machine.get("rax")).toBe(7n);
    machine.reset({ mode: 32, ring: 3 });
    machine.load(assemble("mov eax, cs\nhlt", { mode: 32 }).bytes);
    expect(machine.run()).toMatchObject({ kind: "exception", vector: 13 });
    expect(machine.get("rax")).toBe(0x1bn);
  });

  describe("interrupts", () => {
    /** Handlers of vectors 2, 0x20 and 1 count in rbx, rdx and rsi and note the return address in r8. */
    const handlers = `
install: lidt [rel pointer]
  ret
counted: inc rdx
  mov r8, [rsp]
  iretq
nmi: inc rbx
  mov r8, [rsp]
  iretq
debug: inc rsi
  mov r9, [rsp]
  iretq
align 8
pointer: dw 0xfff
  dq idt
align 16
idt: dq 0, 0
  dw debug-0x10000, 8, 0x8e00, 1
  dq 0
  dw nmi-0x10000, 8, 0x8e00, 1
  dq 0
  times 29*2 dq 0
  dw counted-0x10000, 8, 0x8e00, 1
  dq 0
`;
    const withHandlers = (source: string) => {
      const platform = new TestPlatform();
      const machine = make(`call install\n${source}\n${handlers}`, { platform });
      return { machine, platform };
    };
    const { symbols } = assemble(`call install\nhlt\n${handlers}`, { origin: 0x10000n });

    it("wait for IF, and for the instruction after STI", () => {
      const { machine, platform } = withHandlers("nop\nnop\nsti\ninc eax\nl: inc eax\nhlt");
      platform.pending = 0x20;
      expect(machine.run()).toEqual({ kind: "hlt" });
      const at = 0x10005n + 2n + 1n + 2n;
      expect([machine.get("rdx"), machine.get("r8"), machine.get("rax")]).toEqual([1n, at, 2n]);
      expect(platform.pending).toBeUndefined();
    });
    it("come between STI; CLI never", () => {
      const { machine, platform } = withHandlers("sti\ncli\nnop\nhlt");
      platform.pending = 0x20;
      expect(machine.run()).toEqual({ kind: "hlt" });
      expect(machine.get("rdx")).toBe(0n);
      expect(platform.pending).toBe(0x20);
    });
    it("wait for the instruction after MOV SS, NMIs too", () => {
      const { machine, platform } = withHandlers(
        "mov ax, ss\nmov edi, 1\nout 0x11, al\nmov ss, ax\ninc edi\nl: inc edi\nhlt",
      );
      machine.onInstruction((_rip, { mnemonic, operands }) => {
        if (mnemonic === "mov" && operands[0]?.kind === "register" && operands[0].file === "sreg")
          platform.nmi = true;
      });
      platform.nmi = false;
      expect(machine.run()).toEqual({ kind: "hlt" });
      expect([machine.get("rbx"), machine.get("rdi")]).toEqual([2n, 3n]);
      // The second was held off for one instruction: it returned to l.
      expect(machine.get("r8")).toBe(0x10005n + 3n + 5n + 2n + 2n + 2n);
    });
    it("wake a halted processor", () => {
      const { machine, platform } = withHandlers("sti\nhlt\nmov eax, 5\nhlt");
      expect(machine.run()).toEqual({ kind: "hlt" });
      expect(machine.get("rax")).toBe(0n);
      platform.pending = 0x20;
      expect(machine.run()).toEqual({ kind: "hlt" });
      expect([machine.get("rax"), machine.get("rdx")]).toEqual([5n, 1n]);
    });
    it("come right after the port write that raises them", () => {
      const { machine, platform } = withHandlers("sti\nnop\nmov al, 0x20\nout 0x10, al\nl: inc ecx\nhlt");
      expect(machine.run()).toEqual({ kind: "hlt" });
      expect(platform.written).toEqual(["16:1:32"]);
      expect([machine.get("rdx"), machine.get("r8")]).toEqual([1n, 0x10005n + 1n + 1n + 2n + 2n]);
    });
    it("hold off further NMIs until IRET", () => {
      const { machine, platform } = withHandlers("out 0x11, al\ninc edi\nhlt");
      let first = true;
      machine.onInstruction((rip) => {
        if (rip === symbols.get("nmi") || !first) return;
        if (rip > (symbols.get("nmi") ?? 0n)) {
          first = false;
          platform.nmi = true;
        }
      });
      expect(machine.run()).toEqual({ kind: "hlt" });
      expect([machine.get("rbx"), machine.get("rdi")]).toEqual([2n, 1n]);
    });
    it("come after the debug trap of the same boundary", () => {
      const { machine, platform } = withHandlers("sti\npushfq\nor qword [rsp], 0x100\npopfq\nl: nop\nm: hlt");
      machine.onInstruction((_rip, { mnemonic }) => {
        if (mnemonic === "nop") platform.pending = 0x20;
      });
      machine.run({ maxInstructions: 40 });
      // Both handlers ran; the trap's was entered first, so the interrupt's returns into it.
      expect([machine.get("rsi") > 0n, machine.get("rdx")]).toEqual([true, 1n]);
    });
  });

  it("lets nobody write outside RAM", () => {
    const machine = make("mov rdi, 0x7ffffffff000\nmov [rdi], rax\nhlt");
    expect(machine.run()).toMatchObject({
      kind: "exception",
      vector: 14,
      errorCode: 2,
      address: 0x7ffffffff000n,
    });
  });
});

describe("BareMachine", () => {
  it.each([
    [{ mode: 8 }, "mode is 16, 32 or 64, not 8"],
    [{ mode: 16, ring: 3 }, "real mode has no ring 3"],
    [{ ring: 1 }, "ring is 0 or 3, not 1"],
    [{ engine: "fast" }, 'no engine is called "fast"'],
    [{ memory: -1 }, "memory is a number of bytes, not -1"],
    [{ memory: 2 ** 33 }, "are more than fit in one WebAssembly memory"],
  ])("refuses %j", (options, message) => {
    // as: what a caller without types may pass
    expect(() => new BareMachine({ ...SMALL, ...options } as BareMachineOptions)).toThrow(message);
    expect(() => new BareMachine({ ...SMALL, ...options } as BareMachineOptions)).toThrow(RangeError);
  });
  it("refuses bad addresses, registers and values", () => {
    const machine = new BareMachine(SMALL);
    machine.map(0x1000, 0x2000);
    for (const [f, message] of [
      [() => machine.map(-1, 1), "-1 is not an address"],
      [() => machine.map(2 ** 47, 1), "cannot be mapped"],
      [() => machine.map(0x10000, 64 << 20), 'give the machine more (option "memory")'],
      [() => machine.read(0x2fff, 2), "0x3000 is not mapped"],
      [() => machine.write(0xfff, [1, 2]), "0xfff is not mapped"],
      [() => machine.get("rzx"), 'no register is called "rzx"'],
      [() => machine.set("eax", 2n ** 32n), "does not fit in eax, which has 32 bits"],
      [() => machine.set("rax", 0.5), "not a whole number"],
      [() => machine.set("rax", 2 ** 60), "give a bigint"],
      [() => machine.set("cr0", 0x80000000), "the processor refuses 0x80000000 for cr0"],
      [() => machine.set("mxcsr", 0x10000), "the processor refuses"],
      [() => machine.run({ maxInstructions: -1 }), "maxInstructions"],
    ] as const) {
      expect(f).toThrow(message);
      expect(f).toThrow(RangeError);
    }
    expect([...machine.read(0x1000, 2)]).toEqual([0, 0]);
  });
  it("writes across pages that lie apart in its memory, all or nothing", () => {
    const machine = new BareMachine(SMALL);
    machine.map(0x2000, 0x1000);
    machine.map(0x8000, 0x1000);
    machine.map(0x1000, 0x3000);
    machine.write(0x1ffe, [1, 2, 3, 4]);
    expect([...machine.read(0x1ffd, 6)]).toEqual([0, 1, 2, 3, 4, 0]);
    expect(() => machine.write(0x3ffe, [9, 9, 9])).toThrow("0x4000 is not mapped");
    expect([...machine.read(0x3ffe, 2)]).toEqual([0, 0]);
  });
  it("keeps registers by each of their names", () => {
    const machine = new BareMachine({ ...SMALL, mode: 16 });
    machine.set("rax", 0x1122334455667788n);
    machine.set("ah", 0xff);
    machine.set("r9w", -1);
    expect([machine.get("rax"), machine.get("al"), machine.get("r9")]).toEqual([
      0x112233445566ff88n,
      0x88n,
      0xffffn,
    ]);
    machine.set("eax", 1);
    expect(machine.get("rax")).toBe(1n);
    const fixed = new Set([
      "ldtr",
      "tr",
      "cr0",
      "cr3",
      "cr4",
      "cr8",
      "efer",
      "rflags",
      "eflags",
      "mxcsr",
      "ftw",
      "fsw",
    ]);
    const names = REGISTER_NAMES.filter((name) => !fixed.has(name));
    for (const name of names) {
      const value = (1n << BigInt(registerWidth(name) - 2)) + 1n;
      // Bits that are always one (SDM vol. 3B §17.2.3 and §17.2.4).
      const ones = name === "dr6" ? 0xffff0ff0n : name === "dr7" ? 0x400n : 0n;
      if (name.endsWith("_base") && /^[c-gs]s/.test(name)) machine.set(name, 0x123450n);
      else {
        machine.set(name, value);
        expect([name, machine.get(name)]).toEqual([name, value | ones]);
      }
    }
    machine.set("rflags", -1);
    expect(machine.get("rflags")).toBe(0x3f7fd7n);
  });
  it("gives random numbers by seed", () => {
    const draw = (seed: bigint): bigint => {
      const machine = new BareMachine({ ...SMALL, seed });
      machine.load(assemble("rdrand rax\nrdrand rbx\nxor rax, rbx\nhlt").bytes);
      expect(machine.run()).toEqual({ kind: "hlt" });
      return machine.get("rax");
    };
    expect(draw(1n)).toBe(draw(1n));
    expect(draw(1n)).not.toBe(draw(2n));
  });
});

describe.each(ENGINE_NAMES)("a repeated instruction on the %s", (engine) => {
  const source = "t: rep stosb\ninc ebx\ninc ebx\nhlt";
  const start = (): BareMachine => {
    const machine = new BareMachine({ engine, memory: 1 << 20 });
    machine.load(assemble(source, { origin: machine.get("rip") }).bytes);
    machine.set("rdi", machine.get("rip"));
    machine.set("rcx", 4);
    machine.set("rax", 0x90);
    return machine;
  };
  it("that overwrites itself goes on, in one run or in steps (tried on Zen 4)", () => {
    for (const maxInstructions of [1, 2, 1000]) {
      const machine = start();
      for (let i = 0; i < 20 && machine.run({ maxInstructions }).kind === "limit"; i++);
      // Two of the four bytes are the REP's own, two the first INC's, which becomes two NOPs.
      expect([machine.get("rcx"), machine.get("rbx")]).toEqual([0n, 1n]);
    }
  });
  it("is fetched anew when memory is written from outside between two iterations", () => {
    const machine = start();
    machine.set("rdi", machine.get("rsp") - 64n);
    machine.run({ maxInstructions: 2 });
    machine.write(machine.get("rip"), [0x90, 0x90]);
    expect(machine.run()).toEqual({ kind: "hlt" });
    expect([machine.get("rcx"), machine.get("rbx")]).toEqual([2n, 2n]);
  });
});

describe("the time that instructions see", () => {
  const source = [
    "rdtsc\nmov ebx, eax\nmov ecx, 10000\nx: dec ecx\njnz x\nrdtsc\nsub eax, ebx\nhlt",
    "times 20 add rbx, rbx\nmov ecx, 0x10\nrdmsr\nhlt",
    "nop\nnop\nrdtscp\nmov ebx, eax\nrdtscp\nsub eax, ebx\nhlt",
  ];
  it.each(source)("is that of the instruction, on every engine: %j", (code) => {
    const seen = ENGINE_NAMES.map((engine) => {
      const machine = new BareMachine({ engine, memory: 1 << 20 });
      machine.load(assemble(code, { origin: machine.get("rip") }).bytes);
      expect(machine.run()).toEqual({ kind: "hlt" });
      return machine.get("rax");
    });
    expect(seen).toEqual(seen.map(() => seen[0]));
    expect(seen[0]).toBeGreaterThan(0n);
  });
});
