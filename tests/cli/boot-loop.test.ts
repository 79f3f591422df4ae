/*
 * The loop that runs a machine for `vitrine boot`, with a host whose time is the test's: slices of any length give the same machine,
 * --realtime keeps virtual time behind the host's, and a machine that waits makes the host wait.
 */
import { describe, expect, it } from "vitest";
import { BootLoop, type HostTime, type LoopOptions } from "../../src/cli/boot-loop.ts";
import type { CharacterBackend } from "../../src/host/backends.ts";
import { Machine, type MachineOptions } from "../../src/machine/machine.ts";
import { ECHO_BY_INTERRUPT, guest, POWER_OFF, put, RESET } from "./boot-guests.ts";

/** Time goes on by waiting, and at each look at it by what `look` says: how fast the host works. */
class FakeHost implements HostTime {
  time = 0;
  /** What has been waited for, in ms. */
  readonly waits: number[] = [];
  readonly #look: () => number;
  /** Told before each wait. */
  waiting: (ms: number) => void = () => {};

  constructor(look: () => number = () => 0) {
    this.#look = look;
  }
  now(): number {
    this.time += this.#look();
    return this.time;
  }
  after(ms: number, done: () => void): () => void {
    let called = false;
    const call = (): void => {
      if (called) return;
      called = true;
      this.time += ms;
      done();
    };
    if (ms > 0) {
      this.waits.push(ms);
      this.waiting(ms);
    }
    queueMicrotask(call);
    return () => {
      called = true;
    };
  }
}

class Line implements CharacterBackend {
  onReady: (() => void) | undefined;
  said = "";
  waiting = "";
  write(bytes: Uint8Array): void {
    this.said += String.fromCharCode(...bytes);
  }
  read(most: number): Uint8Array {
    const bytes = this.waiting.slice(0, most);
    this.waiting = this.waiting.slice(most);
    return Uint8Array.from(bytes, (c) => c.charCodeAt(0));
  }
  type(text: string): void {
    this.waiting += text;
    this.onReady?.();
  }
}

const SMALL = { memory: 4 << 20, codeCache: 4 << 20 };

function set(
  source: string,
  options: Partial<LoopOptions> & { host?: FakeHost; machine?: MachineOptions } = {},
) {
  const { host = new FakeHost(), machine: machineOptions, ...rest } = options;
  const line = new Line();
  const machine = new Machine({ ...SMALL, serial: [line], ...machineOptions });
  machine.boot({ kernel: guest(source), commandLine: "" });
  const loop = new BootLoop(machine, { time: host, live: () => false, ...rest });
  return { host, line, machine, loop };
}

/** Prints ten dots, 0.1 ms apart by the TSC, waiting busily. */
const DOTS = `
  mov ebx, 10
again:
  rdtsc
  shl rdx, 32
  lea rsi, [rax + rdx + 300000]
spin:
  rdtsc
  shl rdx, 32
  or rax, rdx
  cmp rax, rsi
  jb spin
  ${put(".")}
  dec ebx
  jnz again
  ${POWER_OFF}`;

/** Prints dots, at ticks of the PIT 10 ms apart (1,193,182 Hz by 11,932), halted between them. */
const ticks = (count: number): string => `
  lidt [idtr]
  mov eax, handler
  mov edi, idt + 0x20*16
  mov [rdi], ax
  mov word [rdi+2], 8
  mov word [rdi+4], 0x8e00
  shr eax, 16
  mov [rdi+6], ax
  mov al, 0x11
  out 0x20, al
  mov al, 0x20
  out 0x21, al
  mov al, 4
  out 0x21, al
  mov al, 1
  out 0x21, al
  mov al, 0xfe
  out 0x21, al
  mov al, 0x34
  out 0x43, al
  mov al, 0x9c
  out 0x40, al
  mov al, 0x2e
  out 0x40, al
  mov ebx, ${count}
wait:
  sti
  hlt
  jmp wait
handler:
  ${put(".")}
  mov al, 0x20
  out 0x20, al
  dec ebx
  jz over
  iretq
over:
  ${POWER_OFF}
align 16
idtr:
  dw 0xfff
  dq idt
align 16
idt:`;
const TICKS = ticks(3);

/**
 * Two processors. The second, started at 0x8000, adds to a word again and again; the first adds too, and prints the word's lowest four bits
 * 200 times, with long and short ways between. What the second does before it adds is the argument.
 */
const two = (second: string): string => `
  mov esi, trampoline
  mov edi, 0x8000
  mov ecx, trampoline_end - trampoline
  rep movsb
  mov edi, 0xfee00300
  mov dword [rdi + 0x10], 0x01000000
  mov dword [rdi], 0x4500
  mov dword [rdi], 0x4608
  mov ebx, 200
again:
  mov ecx, ebx
  imul ecx, 97
  and ecx, 0xfff
delay:
  lock inc dword [0x9000]
  dec ecx
  jnz delay
  inc dword [0x9040]
  mov eax, [0x9000]
  and al, 15
  add al, 'A'
  mov dx, 0x3f8
  out dx, al
  dec ebx
  jnz again
  ${POWER_OFF}
trampoline:
bits 16
  xor ax, ax
  mov ds, ax
more:
  ${second}
  lock inc dword [0x9000]
  jmp more
trampoline_end:
bits 64`;
const TWO = two("");
/** The second waits for the first to write to the line at 0x9040. */
const TWO_WATCHING = two("mov ax, 0x9040\nxor cx, cx\nxor dx, dx\nmonitor\nxor ax, ax\nmwait");

/** From 0 to 39 ms, in a sequence of Lehmer's generator. */
function irregular(): () => number {
  let n = 7;
  return () => {
    n = (n * 48271) % 2147483647;
    return n % 40;
  };
}

describe("slices", () => {
  it("change nothing, whatever the host's speed", async () => {
    const speeds = [() => 0, () => 0.001, () => 7, () => 1000, irregular()];
    for (const source of [DOTS, TICKS, TWO, TWO_WATCHING]) {
      const outcomes = [];
      for (const speed of speeds) {
        const cpus = source === TWO || source === TWO_WATCHING ? 2 : 1;
        const { loop, machine, line } = set(source, { host: new FakeHost(speed), machine: { cpus } });
        const end = await loop.run();
        outcomes.push([end, line.said, machine.instructions, machine.cycles, machine.stateHash()]);
      }
      for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
      expect(outcomes[0]?.[0]).toEqual({ kind: "power-off" });
      expect(outcomes[0]?.[1]).toMatch(/^[.A-P]+$/);
    }
  });
  it("are cut so that the host can be heard between them", async () => {
    let between = 0;
    // Each look takes 50 ms: a slice seems to take long, however short it is.
    const { loop } = set(DOTS, { host: new FakeHost(() => 50), between: () => between++ });
    await loop.run();
    // 3 million cycles in slices of 30,000 at least.
    expect(between).toBeGreaterThan(20);
  });
  it.each([
    ["that both work", TWO],
    ["of which one watches a line", TWO_WATCHING],
  ])("change nothing of two processors %s, however small", (_, source) => {
    const outcomes = [Number.POSITIVE_INFINITY, 100_000, 7777, 1000].map((size) => {
      const { machine, line } = set(source, { machine: { cpus: 2 } });
      let until = 0;
      do until += size;
      while (machine.run({ until }).kind === "limit");
      return [line.said, machine.instructions, machine.cycles, machine.stateHash()];
    });
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });
});

describe("an end", () => {
  it("from outside is the first that was asked for", async () => {
    const { loop, host, line } = set("spin: jmp spin", { host: new FakeHost(() => 1) });
    let looks = 0;
    host.now = () => {
      if (++looks === 10) {
        loop.end({ kind: "signal", name: "SIGINT", status: 130 });
        loop.end({ kind: "left" });
      }
      return looks;
    };
    expect(await loop.run()).toEqual({ kind: "signal", name: "SIGINT", status: 130 });
    expect(line.said).toBe("");
  });
  it("comes from within a slice at once", async () => {
    const { loop, line } = set(`${put("x")}\nspin: jmp spin`);
    line.write = () => loop.end({ kind: "left" });
    expect(await loop.run()).toEqual({ kind: "left" });
  });
  it("is the host's time", async () => {
    const { loop, host } = set("spin: jmp spin", { host: new FakeHost(() => 30), maxSeconds: 2 });
    expect(await loop.run()).toEqual({ kind: "max-seconds" });
    expect(host.time).toBeGreaterThanOrEqual(2000);
    expect(host.time).toBeLessThan(2200);
  });
  it("is a cycle, exactly, waiting or not", async () => {
    for (const source of ["spin: jmp spin", TICKS]) {
      const { loop, machine } = set(source, { maxCycles: 12_345_678 });
      expect(await loop.run()).toEqual({ kind: "max-cycles" });
      expect(machine.cycles - 12_345_678).toBeGreaterThanOrEqual(0);
      // The instruction in progress is ended.
      expect(machine.cycles - 12_345_678).toBeLessThan(100);
    }
  });
  it("is a reset only if it shall be", async () => {
    const { loop, line } = set(`${put("A")}\n${RESET}`, { noReboot: true });
    expect(await loop.run()).toEqual({ kind: "reset" });
    expect(line.said).toBe("A");
    const again = set(`${put("A")}\n${RESET}`, { maxCycles: 1_000_000 });
    expect(await again.loop.run()).toEqual({ kind: "max-cycles" });
    expect(again.line.said).toMatch(/^AA+$/);
  });
});

describe("a machine that waits", () => {
  it("for input that cannot come is at its end, at the cycle at which it halted", async () => {
    const cycles = new Set<number>();
    for (const speed of [0, 20]) {
      const { loop, machine, host } = set(ECHO_BY_INTERRUPT, { host: new FakeHost(() => speed) });
      expect(await loop.run()).toEqual({ kind: "asleep" });
      cycles.add(machine.cycles);
      expect(host.waits).toEqual([]);
    }
    expect(cycles.size).toBe(1);
  });
  it("for input lets the host wait, and goes on when it comes", async () => {
    const { loop, line, host } = set(ECHO_BY_INTERRUPT, { live: () => true });
    const keys = ["a", "b", "q"];
    host.waiting = () => {
      line.type(keys.shift() ?? "");
      loop.wake();
    };
    expect(await loop.run()).toEqual({ kind: "power-off" });
    expect(line.said).toBe(">ab");
    expect(host.waits).toHaveLength(3);
  });
  it("hears that no more input comes", async () => {
    let live = true;
    const { loop, host } = set(ECHO_BY_INTERRUPT, { live: () => live });
    host.waiting = () => {
      live = false;
      loop.wake();
    };
    expect(await loop.run()).toEqual({ kind: "asleep" });
  });
  it("is stopped by the host's time", async () => {
    const { loop, host } = set(ECHO_BY_INTERRUPT, { live: () => true, maxSeconds: 3 });
    expect(await loop.run()).toEqual({ kind: "max-seconds" });
    expect(host.waits).toEqual([3000]);
  });
  it("for a timer skips to it", async () => {
    const { loop, host, line } = set(TICKS);
    expect(await loop.run()).toEqual({ kind: "power-off" });
    expect(line.said).toBe("...");
    expect(host.waits).toEqual([]);
  });
});

describe("--realtime", () => {
  it("makes the host wait for timers", async () => {
    const { loop, host, machine, line } = set(TICKS, { realtime: true });
    const ahead: number[] = [];
    line.write = () => ahead.push((machine.cycles / 3e9) * 1000 - host.time);
    expect(await loop.run()).toEqual({ kind: "power-off" });
    // The first comes when the PIT is set up, the others 11932 / 1193182 s apart.
    expect(host.time).toBeGreaterThanOrEqual(20);
    expect(host.time).toBeLessThan(25);
    expect(ahead).toHaveLength(3);
    for (const by of ahead) expect(by).toBeLessThanOrEqual(0);
    expect(host.waits.length).toBeLessThan(20);
  });
  it("holds a guest back that works", async () => {
    const { loop, host, machine } = set(DOTS, { realtime: true });
    await loop.run();
    expect(host.time).toBeGreaterThanOrEqual((machine.cycles / 3e9) * 1000);
  });
  it("lets a host that is late be late: afterwards a second is a second again", async () => {
    let looks = 0;
    const host = new FakeHost(() => (++looks === 4 ? 10_000 : 0));
    const { loop } = set(ticks(31), { realtime: true, host });
    await loop.run();
    // Of 300 ms, 100 may be caught up.
    expect(host.time).toBeGreaterThanOrEqual(10_200);
    expect(host.time).toBeLessThan(10_205);
  });
  it("lets input come at the time that has passed, not at the next timer's", async () => {
    const { loop, host, machine, line } = set(ECHO_BY_INTERRUPT, { realtime: true, live: () => true });
    host.waiting = () => {
      line.type("q");
      loop.wake();
    };
    expect(await loop.run()).toEqual({ kind: "power-off" });
    expect(machine.cycles).toBeLessThan(3e9);
  });
  it("changes nothing in the machine", async () => {
    const hashes = [];
    for (const realtime of [false, true]) {
      const { loop, machine } = set(TICKS, { realtime });
      await loop.run();
      hashes.push(machine.stateHash());
    }
    expect(hashes[1]).toBe(hashes[0]);
  });
});
