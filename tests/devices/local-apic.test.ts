/** The local APIC: priorities, local vectors, interprocessor interrupts, errors, modes (SDM vol. 3A chapter 10). */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { LocalApic } from "../../src/devices/local-apic.ts";
import { type Apics, apics, enable, get, put, type RecordingProcessor, toX2apic } from "./apics.ts";

let board: Apics;
let apic: LocalApic;
let log: string[];
/** A fixed interrupt from outside, edge-triggered. */
const request = (vector: number): boolean => apic.accept(0, vector, false);
const take = (): number | undefined => {
  const vector = apic.pending();
  return vector === undefined ? undefined : apic.acknowledge(vector);
};
const end = (): void => put(apic, 0xb0, 0);

beforeEach(() => {
  board = apics([0]);
  apic = board.locals[0]!;
  log = board.processors[0]!.log;
  enable(apic);
});

describe("after reset (§10.4.7.1)", () => {
  it("has the manual's values", () => {
    apic.reset();
    const values = [
      [0x20, 0],
      [0x30, 0x50014],
      [0x80, 0],
      [0xa0, 0],
      [0xd0, 0],
      [0xe0, 0xffffffff],
      [0xf0, 0xff],
      [0x280, 0],
      [0x300, 0],
      [0x310, 0],
      [0x380, 0],
      [0x390, 0],
      [0x3e0, 0],
    ] as const;
    for (const [offset, value] of values) expect([offset, get(apic, offset)]).toEqual([offset, value]);
    for (let offset = 0x320; offset <= 0x370; offset += 0x10) expect(get(apic, offset)).toBe(0x10000);
    for (let offset = 0x100; offset < 0x280; offset += 0x10) expect(get(apic, offset)).toBe(0);
    expect(apic.readMsr(0x1b)).toBe(0xfee00900n);
    expect([apic.enabled, apic.accepting, apic.acceptsExtInt]).toEqual([true, false, false]);
  });

  it("is what reset brings back", () => {
    const fresh = apics([0]).locals[0]!.state();
    request(0x40);
    put(apic, 0x320, 0x20040);
    put(apic, 0x380, 100);
    apic.lint(1).set(true);
    apic.reset();
    expect(apic.state()).toEqual(fresh);
    expect(board.clock.armed).toEqual([]);
  });
});

describe("priorities (§10.8)", () => {
  it("nest: only a higher class interrupts what is in service", () => {
    request(0x41);
    expect(take()).toBe(0x41);
    expect(get(apic, 0xa0)).toBe(0x40);
    request(0x4f);
    expect(apic.pending()).toBeUndefined();
    request(0x62);
    expect(take()).toBe(0x62);
    expect([get(apic, 0x120), get(apic, 0x130)]).toEqual([1 << 1, 1 << 2]);
    end();
    expect(apic.pending()).toBeUndefined();
    end();
    expect(take()).toBe(0x4f);
    end();
    expect([take(), get(apic, 0xa0)]).toEqual([undefined, 0]);
  });

  it("hold back classes up to the TPR's, which CR8 shares", () => {
    apic.taskPriority = 5;
    expect([get(apic, 0x80), get(apic, 0xa0)]).toEqual([0x50, 0x50]);
    request(0x5f);
    expect(apic.pending()).toBeUndefined();
    request(0x60);
    expect(apic.pending()).toBe(0x60);
    put(apic, 0x80, 0x4f);
    expect(apic.taskPriority).toBe(4);
    expect([take(), get(apic, 0xa0)]).toEqual([0x60, 0x60]);
    end();
    expect([apic.pending(), get(apic, 0xa0)]).toEqual([0x5f, 0x4f]);
  });

  it("keep one request of a vector besides the one in service", () => {
    request(0x40);
    take();
    request(0x40);
    request(0x40);
    end();
    expect(take()).toBe(0x40);
    end();
    expect(take()).toBeUndefined();
  });

  it("give the spurious vector for what cannot be delivered any more (§10.9)", () => {
    request(0x40);
    put(apic, 0xf0, 0x1ef);
    apic.taskPriority = 15;
    expect(apic.acknowledge(0x40)).toBe(0xef);
    expect([get(apic, 0x120), get(apic, 0x220)]).toEqual([0, 1]);
  });

  it("call for attention when something becomes deliverable, not before", () => {
    apic.taskPriority = 8;
    request(0x40);
    expect(log).toEqual([]);
    request(0x90);
    expect(log).toEqual(["attention"]);
    apic.acknowledge(0x90);
    apic.taskPriority = 0;
    expect(log).toEqual(["attention"]);
    end();
    expect(log).toEqual(["attention", "attention"]);
  });

  it("are those of a model by sorting", () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant("request" as const), value: fc.integer({ min: 16, max: 255 }) }),
      fc.record({ kind: fc.constant("tpr" as const), value: fc.integer({ min: 0, max: 255 }) }),
      fc.record({ kind: fc.constant("take" as const), value: fc.constant(0) }),
      fc.record({ kind: fc.constant("end" as const), value: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        apic.reset();
        enable(apic);
        let waiting: number[] = [];
        let serving: number[] = [];
        let tpr = 0;
        const klass = (v: number): number => Math.floor(v / 16);
        for (const { kind, value } of steps) {
          const floor = Math.max(klass(tpr), ...serving.map(klass));
          const [next] = waiting.filter((v) => klass(v) > floor).sort((a, b) => b - a);
          expect(apic.pending()).toBe(next);
          if (kind === "request") {
            request(value);
            waiting = [...new Set([...waiting, value])];
          } else if (kind === "tpr") {
            put(apic, 0x80, value);
            tpr = value;
          } else if (kind === "end") {
            end();
            serving = serving.sort((a, b) => b - a).slice(1);
          } else if (next !== undefined) {
            expect(take()).toBe(next);
            waiting = waiting.filter((v) => v !== next);
            serving.push(next);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe("software disable (§10.4.7.2)", () => {
  it("masks the local vectors and keeps them masked, and refuses fixed interrupts", () => {
    put(apic, 0x350, 0x700);
    expect(apic.acceptsExtInt).toBe(true);
    request(0x40);
    put(apic, 0xf0, 0xff);
    expect([get(apic, 0x350), apic.acceptsExtInt]).toEqual([0x10700, false]);
    put(apic, 0x350, 0x700);
    expect(get(apic, 0x350)).toBe(0x10700);
    expect([request(0x50), apic.pending()]).toEqual([false, 0x40]);
    enable(apic);
    expect(get(apic, 0x350)).toBe(0x10700);
  });

  it("answers NMI, INIT and startup all the same", () => {
    put(apic, 0xf0, 0xff);
    for (const mode of [4, 5, 6]) expect(apic.accept(mode, 0x9a, false)).toBe(true);
    expect(log).toEqual(["nmi", "init", "startup 154"]);
  });
});

describe("LINT pins (§10.5.1)", () => {
  it("deliver NMI at an edge", () => {
    put(apic, 0x360, 0x400);
    const pin = apic.lint(1);
    pin.set(true);
    pin.set(true);
    expect(log).toEqual(["nmi"]);
    pin.set(false);
    put(apic, 0x360, 0x10400);
    pin.set(true);
    expect(log).toEqual(["nmi"]);
  });

  it("deliver LINT0 as a level that comes again after EOI", () => {
    put(apic, 0x350, 0x8041);
    apic.lint(0).set(true);
    expect(get(apic, 0x350)).toBe(0xc041);
    expect([take(), get(apic, 0x1a0)]).toEqual([0x41, 2]);
    end();
    expect(take()).toBe(0x41);
    apic.lint(0).set(false);
    end();
    expect([take(), get(apic, 0x350)]).toEqual([undefined, 0x8041]);
    // Asserted while masked, it is seen when unmasked.
    put(apic, 0x350, 0x18041);
    apic.lint(0).set(true);
    expect(take()).toBeUndefined();
    put(apic, 0x350, 0x8041);
    expect(take()).toBe(0x41);
  });

  it("deliver an edge once", () => {
    put(apic, 0x350, 0x41);
    apic.lint(0).set(true);
    expect(take()).toBe(0x41);
    end();
    expect(take()).toBeUndefined();
  });

  it("open LINT0 for the PICs, and say so", () => {
    put(apic, 0x350, 0x10700);
    expect(apic.acceptsExtInt).toBe(false);
    put(apic, 0x350, 0x700);
    expect([apic.acceptsExtInt, ...log]).toEqual([true, "attention"]);
  });

  it("are the processor's own while the APIC is disabled", () => {
    apic.writeMsr(0x1b, 0xfee00100n);
    expect([apic.enabled, apic.acceptsExtInt]).toEqual([false, true]);
    apic.lint(1).set(true);
    expect(log).toEqual(["attention", "nmi"]);
  });

  it("are set by virtualWire as firmware sets them", () => {
    apic.reset();
    apic.virtualWire();
    expect([get(apic, 0xf0), get(apic, 0x350), get(apic, 0x360)]).toEqual([0x1ff, 0x8700, 0x8400]);
    expect(apic.acceptsExtInt).toBe(true);
  });
});

describe("errors (§10.5.3)", () => {
  const esr = (): number => {
    put(apic, 0x280, 0);
    return get(apic, 0x280);
  };

  it("are seen after a write to the ESR, which forgets them", () => {
    expect(get(apic, 0x40)).toBe(0);
    expect(get(apic, 0x280)).toBe(0);
    expect(esr()).toBe(0x80);
    expect(esr()).toBe(0);
  });

  it("tell illegal vectors sent and received", () => {
    put(apic, 0x300, 0x4005);
    expect(esr()).toBe(0x20);
    expect(request(15)).toBe(false);
    expect(esr()).toBe(0x40);
    put(apic, 0x350, 0x0f);
    apic.lint(0).set(true);
    expect([esr(), apic.pending()]).toEqual([0x40, undefined]);
  });

  it("interrupt once for each write to the ESR", () => {
    put(apic, 0x370, 0xfe);
    put(apic, 0x3f0, 1);
    expect(take()).toBe(0xfe);
    end();
    put(apic, 0x300, 0x4000);
    expect(take()).toBeUndefined();
    expect(esr()).toBe(0xa0);
    put(apic, 0x300, 0x4000);
    expect(take()).toBe(0xfe);
  });

  it("end where the error vector itself is illegal", () => {
    put(apic, 0x370, 3);
    put(apic, 0x40, 0);
    expect([esr(), apic.pending()]).toEqual([0xc0, undefined]);
  });
});

describe("interprocessor interrupts (§10.6)", () => {
  let locals: readonly LocalApic[];
  let processors: readonly RecordingProcessor[];
  /** Writes the ICR of processor 0. */
  const send = (low: number, destination = 0): void => {
    put(locals[0]!, 0x310, destination << 24);
    put(locals[0]!, 0x300, low);
  };
  const pending = (): (number | undefined)[] => locals.map((a) => a.pending());
  const told = (): string[] => processors.map((p) => p.log.filter((s) => s !== "attention").join(" "));

  beforeEach(() => {
    ({ locals, processors } = apics([0, 1, 2, 3]));
    for (const a of locals) enable(a);
  });

  it("go to a physical destination, or to everyone by 0xff", () => {
    send(0x4050, 2);
    expect(pending()).toEqual([undefined, undefined, 0x50, undefined]);
    send(0x4061, 0xff);
    expect(pending()).toEqual([0x61, 0x61, 0x61, 0x61]);
    expect(get(locals[0]!, 0x300)).toBe(0x4061);
  });

  it("go by shorthand to oneself, to all, to the others", () => {
    send(0x44041);
    expect(pending()).toEqual([0x41, undefined, undefined, undefined]);
    send(0xc4051);
    expect(pending()).toEqual([0x41, 0x51, 0x51, 0x51]);
    send(0x84061);
    expect(pending()).toEqual([0x61, 0x61, 0x61, 0x61]);
  });

  it("go to flat logical destinations, a bit each", () => {
    for (const [i, a] of locals.entries()) put(a, 0xd0, (1 << i) << 24);
    send(0x4850, 0b1010);
    expect(pending()).toEqual([undefined, 0x50, undefined, 0x50]);
  });

  it("go to members of a cluster", () => {
    const logical = [0x11, 0x12, 0x21, 0x22];
    for (const [i, a] of locals.entries()) {
      put(a, 0xd0, logical[i]! << 24);
      put(a, 0xe0, 0x0fffffff);
    }
    send(0x4850, 0x23);
    expect(pending()).toEqual([undefined, undefined, 0x50, 0x50]);
    send(0x4860, 0x32);
    expect(pending()).toEqual([undefined, undefined, 0x50, 0x50]);
    send(0x4860, 0xff);
    expect(pending()).toEqual([0x60, 0x60, 0x60, 0x60]);
  });

  it("start a processor by INIT, de-assert and two startups (§8.4.4.1)", () => {
    send(0xc500, 1);
    send(0x8500, 1);
    send(0x4608, 1);
    send(0x4608, 1);
    expect(told()).toEqual(["", "init startup 8 startup 8", "", ""]);
  });

  it("start all others by shorthand", () => {
    send(0xc4500);
    send(0xc4699);
    expect(told()).toEqual(["", ...Array.from({ length: 3 }, () => "init startup 153")]);
  });

  it("bring NMI, and neither SMI nor reserved modes", () => {
    send(0x4400, 3);
    for (const mode of [2, 3, 7]) send(0x4050 | (mode << 8), 3);
    expect([told(), pending()]).toEqual([["", "", "", "nmi"], Array(4).fill(undefined)]);
  });

  it("are not sent by pairs that are not valid (table 10-3)", () => {
    for (const low of [0x44400, 0x44500, 0x44608, 0x44150, 0x84400, 0x84500, 0x84608, 0x84150]) send(low);
    expect([told(), pending()]).toEqual([["", "", "", ""], Array(4).fill(undefined)]);
  });

  it("give lowest priority to the processor of the lowest PPR, then of the lowest id", () => {
    for (const [i, a] of locals.entries()) put(a, 0xd0, (1 << i) << 24);
    put(locals[0]!, 0x80, 0x30);
    put(locals[1]!, 0x80, 0x2f);
    put(locals[2]!, 0x80, 0x20);
    put(locals[3]!, 0x80, 0x40);
    send(0x4950, 0x0f);
    expect(pending()).toEqual([undefined, 0x50, undefined, undefined]);
    put(locals[1]!, 0xf0, 0xff);
    send(0x4950, 0x0f);
    expect(pending()).toEqual([undefined, 0x50, 0x50, undefined]);
  });

  it("are ended by INIT, which keeps mode and id (§10.4.7.3)", () => {
    send(0x4050, 2);
    locals[2]!.init();
    expect(locals[2]!.state()).toEqual(apics([0, 1, 2, 3]).locals[2]!.state());
    expect(get(locals[2]!, 0x20)).toBe(0x02000000);
  });
});

describe("modes (§10.12.5, figure 10-27)", () => {
  const base = (flags: bigint): boolean => apic.writeMsr(0x1b, 0xfee00000n | flags);

  it("change only as the figure allows", () => {
    expect(base(0x400n)).toBe(false);
    expect(base(0xc00n)).toBe(true);
    expect(base(0xc00n)).toBe(true);
    expect(base(0x800n)).toBe(false);
    expect(base(0x400n)).toBe(false);
    expect(base(0n)).toBe(true);
    expect(base(0xc00n)).toBe(false);
    expect(base(0x400n)).toBe(false);
    expect(base(0x800n)).toBe(true);
    expect(apic.readMsr(0x1b)).toBe(0xfee00900n);
  });

  it("keep the registers into x2APIC, and lose them when disabled", () => {
    request(0x40);
    put(apic, 0x80, 0x20);
    put(apic, 0x310, 0xff000000);
    toX2apic(apic);
    expect([apic.pending(), apic.readMsr(0x808), apic.readMsr(0x830)]).toEqual([0x40, 0x20n, 0n]);
    base(0n);
    base(0x800n);
    expect([apic.pending(), get(apic, 0x80), get(apic, 0xf0)]).toEqual([undefined, 0, 0xff]);
  });

  it("answer in the page only as xAPIC, by MSRs only as x2APIC", () => {
    expect([apic.readMsr(0x802), apic.writeMsr(0x808, 0n)]).toEqual([undefined, false]);
    toX2apic(apic);
    expect([apic.read(0x30, 4), apic.read(0x30, 1)]).toEqual([0xffffffff, 0xff]);
    put(apic, 0x80, 0x40);
    expect(apic.readMsr(0x808)).toBe(0n);
    expect(apic.readMsr(0x803)).toBe(0x50014n);
  });

  it("tell where the page is", () => {
    apic.writeMsr(0x1b, 0x12_3456_7800n);
    expect(apic.base).toBe(0x12_3456_7000);
    apic.reset();
    expect(apic.base).toBe(0xfee00000);
  });

  it("do not hear the bus when disabled", () => {
    base(0n);
    board.bus.send({ mode: 4, vector: 0, level: false, logical: false, destination: 0xff, wide: false });
    expect([log, request(0x40)]).toEqual([["attention"], false]);
  });
});

describe("x2APIC (§10.12)", () => {
  let locals: readonly LocalApic[];
  let processors: readonly RecordingProcessor[];
  beforeEach(() => {
    ({ locals, processors } = apics([0, 5, 0x10, 0x123]));
    for (const a of locals) {
      enable(a);
      toX2apic(a);
    }
    apic = locals[0]!;
  });
  const pending = (): (number | undefined)[] => locals.map((a) => a.pending());
  /** All MSRs of the range that can be read, or written with zero. */
  const registers = (test: (msr: number) => boolean): number[] =>
    Array.from({ length: 0x400 }, (_, i) => 0x800 + i).filter(test);

  it("has the registers of table 10-6, readable and writable as it says", () => {
    const sets = Array.from({ length: 24 }, (_, i) => 0x810 + i);
    const lvt = [0x832, 0x833, 0x834, 0x835, 0x836, 0x837];
    expect(registers((msr) => apic.readMsr(msr) !== undefined)).toEqual(
      [0x802, 0x803, 0x808, 0x80a, 0x80d, 0x80f, ...sets, 0x828, 0x830, ...lvt, 0x838, 0x839, 0x83e].sort(
        (a, b) => a - b,
      ),
    );
    expect(registers((msr) => apic.writeMsr(msr, 0n))).toEqual(
      [0x808, 0x80b, 0x80f, 0x828, 0x830, ...lvt, 0x838, 0x83e, 0x83f].sort((a, b) => a - b),
    );
  });

  it("refuses reserved bits", () => {
    const refused: [number, bigint][] = [
      [0x808, 0x100n],
      [0x80b, 1n],
      [0x80f, 0x1000n],
      [0x80f, 1n << 32n],
      [0x828, 1n],
      [0x830, 1n << 13n],
      [0x830, 1n << 16n],
      [0x830, 1n << 20n],
      [0x832, 1n << 8n],
      [0x832, 1n << 19n],
      [0x833, 1n << 11n],
      [0x835, 1n << 17n],
      [0x837, 1n << 8n],
      [0x838, 1n << 32n],
      [0x83e, 4n],
      [0x83e, 16n],
      [0x83f, 0x100n],
    ];
    for (const [msr, value] of refused)
      expect([msr, value, apic.writeMsr(msr, value)]).toEqual([msr, value, false]);
    for (const [msr, value] of [
      [0x808, 0xffn],
      [0x80f, 0x3ffn],
      [0x832, 0x710ffn],
      [0x835, 0x1f7ffn],
      [0x838, 0xffffffffn],
      [0x83e, 0xbn],
    ] as const) {
      expect([msr, apic.writeMsr(msr, value)]).toEqual([msr, true]);
    }
  });

  it("has 32-bit ids and logical ids made of them", () => {
    expect(locals.map((a) => a.readMsr(0x802))).toEqual([0n, 5n, 0x10n, 0x123n]);
    expect(locals.map((a) => a.readMsr(0x80d))).toEqual([1n, 0x20n, 0x10001n, 0x120008n]);
  });

  it("sends to 32-bit destinations", () => {
    apic.writeMsr(0x830, (0x123n << 32n) | 0x50n);
    expect(pending()).toEqual([undefined, undefined, undefined, 0x50]);
    apic.writeMsr(0x830, (0xffffffffn << 32n) | 0x60n);
    expect(pending()).toEqual([0x60, 0x60, 0x60, 0x60]);
    apic.writeMsr(0x830, (0x21n << 32n) | 0x870n);
    expect(pending()).toEqual([0x70, 0x70, 0x60, 0x60]);
    apic.writeMsr(0x830, (0x10001n << 32n) | 0x880n);
    expect(pending()).toEqual([0x70, 0x70, 0x80, 0x60]);
    expect(apic.readMsr(0x830)).toBe((0x10001n << 32n) | 0x880n);
  });

  it("starts processors in one write each", () => {
    apic.writeMsr(0x830, (5n << 32n) | 0x4500n);
    apic.writeMsr(0x830, (5n << 32n) | 0x4610n);
    expect(processors.map((p) => p.log.filter((s) => s !== "attention"))).toEqual([
      [],
      ["init", "startup 16"],
      [],
      [],
    ]);
  });

  it("sends to itself by the self IPI register, and ends by zero", () => {
    expect(apic.writeMsr(0x83f, 0x45n)).toBe(true);
    expect([take(), apic.readMsr(0x812)]).toEqual([0x45, 0x20n]);
    expect(apic.writeMsr(0x80b, 0n)).toBe(true);
    expect(apic.readMsr(0x812)).toBe(0n);
    apic.writeMsr(0x83f, 3n);
    apic.writeMsr(0x828, 0n);
    expect(apic.readMsr(0x828)).toBe(0x20n);
  });

  it("stays in its mode at INIT and leaves it at reset", () => {
    apic.init();
    expect([apic.readMsr(0x80f), apic.readMsr(0x80d)]).toEqual([0xffn, 1n]);
    locals[3]!.reset();
    expect([locals[3]!.readMsr(0x802), get(locals[3]!, 0x20)]).toEqual([undefined, 0x23000000]);
  });
});

describe("narrow accesses of the page", () => {
  it("read bytes of a register and write nothing", () => {
    expect([apic.read(0x30, 1), apic.read(0x32, 1), apic.read(0x32, 2), apic.read(0x34, 4)]).toEqual([
      0x14, 5, 5, 0,
    ]);
    apic.write(0x80, 1, 0x40);
    apic.write(0x82, 2, 0x40);
    expect(get(apic, 0x80)).toBe(0);
  });
});

it("survives any registers and messages", () => {
  const value = fc.oneof(fc.integer({ min: 0, max: 0xffffffff }), fc.integer({ min: 0, max: 0x7ffff }));
  const step = fc.record({
    kind: fc.integer({ min: 0, max: 9 }),
    which: fc.integer({ min: 0, max: 1 }),
    offset: fc.oneof(
      fc.integer({ min: 0, max: 0x3f }).map((r) => r * 16),
      fc.integer({ min: 0, max: 0xfff }),
    ),
    size: fc.constantFrom<1 | 2 | 4>(1, 2, 4),
    value,
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const { locals, bus, io, clock } = apics([0, 1]);
      for (const { kind, which, offset, size, value } of steps) {
        const a = locals[which]!;
        switch (kind) {
          case 0:
          case 1:
            a.write(offset, size, value);
            break;
          case 2:
            expect(a.read(offset, size)).toBeLessThan(2 ** (size * 8));
            break;
          case 3:
            a.writeMsr(0x800 + (offset >> 4), (BigInt(offset) << 32n) | BigInt(value));
            a.writeMsr(0x800 + (offset >> 4), BigInt(value));
            break;
          case 4:
            a.writeMsr(0x1b, 0xfee00000n | BigInt(value & 0xc00));
            a.writeMsr(0x6e0, BigInt(value) * BigInt(offset));
            break;
          case 5:
            bus.message(0xfee00000 + offset * 4, value);
            break;
          case 6:
            io.write(0, 4, offset & 0x3f);
            io.write(0x10, size, value);
            io.write(0x40, 4, value);
            break;
          case 7:
            io.line(offset % 24).set((value & 1) === 1);
            a.lint((value & 2) === 0 ? 0 : 1).set((value & 4) === 4);
            break;
          case 8:
            clock.advance(offset % 100);
            break;
          default:
            a.acknowledge(a.pending() ?? value & 0xff);
        }
        const read = a.readMsr(0x800 + (offset >> 4));
        expect(read === undefined || (read >= 0n && read < 1n << 64n)).toBe(true);
      }
      for (const d of [...locals, io]) expect(JSON.parse(JSON.stringify(d.state()))).toEqual(d.state());
    }),
    { numRuns: 300 },
  );
});
