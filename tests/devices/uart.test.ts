/**
 * The 16550A against TI's data sheet TL16C550C (register bits, interrupt priorities, timeout), and against what Linux's
 * driver does to find out which chip it has (drivers/tty/serial/8250/8250_port.c: autoconfig, startup).
 */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Uart, type UartOptions } from "../../src/devices/uart.ts";
import { FakeBackend } from "./fake-backend.ts";
import { FakeClock, FakeLine } from "./fake-clock.ts";
import { survivesAnything } from "./random-accesses.ts";

const [DATA, IER, IIR, LCR, MCR, LSR, MSR, SCR] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
const FCR = IIR;
const [DTR, RTS, OUT1, OUT2, LOOP] = [1, 2, 4, 8, 16] as const;

let clock: FakeClock;
let line: FakeLine;
let backend: FakeBackend;
let uart: Uart;

function build(options: Partial<UartOptions> = {}): void {
  clock = new FakeClock(3e9);
  line = new FakeLine();
  backend = new FakeBackend();
  uart = new Uart({ clock, line, backend, ...options });
}
const get = (offset: number): number => uart.read(offset, 1);
const put = (offset: number, value: number): void => uart.write(offset, 1, value);
const send = (text: string): void => {
  for (const c of text) put(DATA, c.charCodeAt(0));
};
/** Reads bytes while LSR says there are any. */
function receive(): string {
  let text = "";
  while (get(LSR) & 1) text += String.fromCharCode(get(DATA));
  return text;
}
function setDivisor(divisor: number, lcr = 3): void {
  put(LCR, 0x80 | lcr);
  put(0, divisor & 0xff);
  put(1, divisor >> 8);
  put(LCR, lcr);
}

beforeEach(() => build());

describe("registers", () => {
  it("start as after a master reset", () => {
    expect([IER, IIR, LCR, MCR, LSR, MSR].map(get)).toEqual([0, 1, 0, 0, 0x60, 0xb0]);
  });

  it("keep the bits that exist", () => {
    for (const r of [IER, LCR, MCR, SCR]) put(r, 0x5f);
    expect([IER, LCR, MCR, SCR].map(get)).toEqual([0x0f, 0x5f, 0x1f, 0x5f]);
  });

  it("show the divisor while DLAB is set", () => {
    put(LCR, 0x83);
    put(0, 0x34);
    put(1, 0x12);
    expect([get(0), get(1)]).toEqual([0x34, 0x12]);
    put(LCR, 3);
    expect([get(0), get(IER)]).toEqual([0, 0]);
    expect(backend.written).toEqual([]);
  });

  it("ignore writes to LSR and MSR", () => {
    put(LSR, 0xff);
    put(MSR, 0xff);
    expect([get(LSR), get(MSR)]).toEqual([0x60, 0xb0]);
  });

  it("go back at reset, with the line low and the output out", () => {
    for (const r of [IER, FCR, LCR, MCR, SCR]) put(r, 0x4f);
    send("abc");
    uart.reset();
    expect([IER, IIR, LCR, MCR, LSR, MSR, SCR].map(get)).toEqual([0, 1, 0, 0, 0x60, 0xb0, 0]);
    expect([line.level, backend.written, clock.armed]).toEqual([false, ["abc"], []]);
    const fresh = new Uart({ clock, line, backend: new FakeBackend() });
    expect(uart.state()).toEqual(fresh.state());
  });
});

describe("the transmitter", () => {
  it("is always ready, and hands over lines", () => {
    for (const c of "hello\nworld") {
      expect(get(LSR)).toBe(0x60);
      put(DATA, c.charCodeAt(0));
    }
    expect(backend.written).toEqual(["hello\n"]);
    clock.advance(3_000_000);
    expect(backend.written).toEqual(["hello\n", "world"]);
    send("!");
    uart.flush();
    expect(backend.written[2]).toBe("!");
  });

  it("interrupts when its interrupt is enabled, and after each byte as a new edge", () => {
    put(IER, 2);
    expect([line.level, line.edges]).toEqual([true, 1]);
    expect(get(IIR)).toBe(2);
    // Reading IIR as the source takes the request back.
    expect([line.level, get(IIR)]).toEqual([false, 1]);
    send("a");
    expect([line.level, line.edges]).toEqual([true, 2]);
    send("b");
    expect([line.level, line.edges]).toEqual([true, 3]);
    put(IER, 0);
    expect([line.level, get(IIR)]).toEqual([false, 1]);
    // Linux's test for chips that do not raise it a second time (UART_BUG_THRE).
    put(IER, 2);
    expect(get(IIR)).toBe(2);
  });
});

describe("the receiver", () => {
  it("gives a guest that never wrote MCR its bytes at once", () => {
    backend.arrive("hello");
    expect([get(LSR), backend.waiting]).toEqual([0x61, 4]);
    expect(receive()).toBe("hello");
    expect(get(DATA)).toBe(0);
  });

  it("interrupts for each byte without FIFOs", () => {
    put(IER, 1);
    backend.arrive("ab");
    expect([line.level, line.edges, get(IIR)]).toEqual([true, 1, 4]);
    get(DATA);
    expect([line.level, line.edges]).toEqual([true, 2]);
    get(DATA);
    expect([line.level, get(IIR)]).toEqual([false, 1]);
  });

  it.each([
    [0x01, 1],
    [0x41, 4],
    [0x81, 8],
    [0xc1, 14],
  ])("interrupts at the trigger of FCR %i, %i bytes", (fcr, trigger) => {
    put(IER, 1);
    put(FCR, fcr);
    backend.arrive("x".repeat(trigger - 1));
    expect([line.level, get(IIR)]).toEqual([false, 0xc1]);
    backend.arrive("y");
    expect([line.level, get(IIR)]).toEqual([true, 0xc4]);
    get(DATA);
    expect([line.level, get(IIR)]).toEqual([false, 0xc1]);
  });

  it("holds 16 bytes, and takes more when it runs empty", () => {
    put(IER, 1);
    put(FCR, 0x01);
    backend.arrive("0123456789abcdefXYZ");
    expect([backend.waiting, line.edges]).toEqual([3, 1]);
    for (let i = 0; i < 15; i++) get(DATA);
    expect([backend.waiting, line.edges]).toEqual([3, 1]);
    expect(get(DATA)).toBe("f".charCodeAt(0));
    expect([backend.waiting, line.edges]).toEqual([0, 2]);
    expect(receive()).toBe("XYZ");
  });

  it("reports a character timeout after four characters' time", () => {
    // 115,200 baud, 8N1: a character is 10 bits, four are 347.2 µs, 1,041,667 cycles.
    setDivisor(1);
    put(IER, 1);
    put(FCR, 0x81);
    backend.arrive("abc");
    clock.advance(1_041_666);
    expect([line.level, get(IIR)]).toEqual([false, 0xc1]);
    clock.advance(1);
    expect([line.level, get(IIR)]).toEqual([true, 0xcc]);
    // A read takes it back and starts anew; the last one ends it.
    get(DATA);
    expect([line.level, get(IIR)]).toEqual([false, 0xc1]);
    clock.advance(1_041_667);
    expect(get(IIR)).toBe(0xcc);
    expect(receive()).toBe("bc");
    clock.advance(1e9);
    expect([line.level, get(IIR), clock.armed]).toEqual([false, 0xc1, []]);
  });

  it.each([
    [3, 10],
    [0, 7],
    [4, 7.5],
    [0x1f, 12],
    [0x0e, 11],
  ])("counts the bits of LCR %i as %d a character", (lcr, bits) => {
    setDivisor(12, lcr);
    put(FCR, 0x81);
    put(IER, 1);
    backend.arrive("a");
    const cycles = Math.ceil((4 * bits * 3e9) / 9600);
    clock.advance(cycles - 1);
    expect(line.level).toBe(false);
    clock.advance(1);
    expect(line.level).toBe(true);
  });

  it("survives a divisor of 0", () => {
    setDivisor(0);
    put(FCR, 1);
    backend.arrive("a");
    clock.advance(1e12);
    expect(receive()).toBe("a");
  });

  it("reports a break as a zero byte, above all other sources", () => {
    put(FCR, 1);
    put(IER, 0xf);
    backend.arrive("a");
    uart.sendBreak();
    expect([get(IIR), get(LSR)]).toEqual([0xc4, 0xe1]);
    expect(get(DATA)).toBe("a".charCodeAt(0));
    expect(get(IIR)).toBe(0xc6);
    expect(get(LSR)).toBe(0xf1);
    expect([get(IIR), get(LSR), get(DATA)]).toEqual([0xc4, 0x61, 0]);
  });
});

describe("flow control", () => {
  it("sends only while RTS is on, once MCR was written", () => {
    put(FCR, 1);
    put(MCR, DTR);
    backend.arrive("hello");
    expect([get(LSR), backend.waiting]).toEqual([0x60, 5]);
    put(MCR, DTR | RTS);
    expect([get(LSR), backend.waiting]).toEqual([0x61, 0]);
    put(MCR, DTR);
    backend.arrive("more");
    // What is in the FIFO stays there; nothing follows.
    expect(receive()).toBe("hello");
    put(MCR, RTS);
    expect(receive()).toBe("more");
  });

  it("may be left out", () => {
    build({ flowControl: "none" });
    put(MCR, 0);
    backend.arrive("hello");
    expect(receive()).toBe("hello");
  });

  it("loses nothing when a FIFO is cleared or switched", () => {
    backend.arrive("0123456789");
    put(FCR, 1);
    put(FCR, 7);
    expect([get(DATA), get(DATA)]).toEqual([0x30, 0x31]);
    put(FCR, 0);
    put(MCR, 0);
    put(FCR, 7);
    expect(get(LSR)).toBe(0x60);
    put(MCR, RTS);
    expect(receive()).toBe("23456789");
  });

  it("keeps bytes from outside out of loopback, and brings them after it", () => {
    put(FCR, 1);
    backend.arrive("outside");
    put(MCR, LOOP | RTS);
    expect(get(LSR)).toBe(0x60);
    send("in");
    backend.arrive("!");
    expect(receive()).toBe("in");
    send("lost");
    put(FCR, 3);
    put(MCR, RTS);
    expect(receive()).toBe("outside!");
    expect(backend.written).toEqual([]);
  });

  it("keeps unread bytes over a reset", () => {
    put(FCR, 1);
    backend.arrive("hello");
    uart.reset();
    expect(receive()).toBe("hello");
  });
});

describe("loopback", () => {
  it.each([
    [DTR, 0x20],
    [RTS, 0x10],
    [OUT1, 0x40],
    [OUT2, 0x80],
    [OUT2 | RTS, 0x90],
  ])("shows MCR %i as MSR lines %i", (mcr, msr) => {
    put(MCR, LOOP | mcr);
    expect(get(MSR) & 0xf0).toBe(msr);
  });

  it("reports changes of the lines until MSR is read", () => {
    put(IER, 8);
    put(MCR, LOOP | DTR | RTS | OUT1 | OUT2);
    // From CTS, DSR and DCD on: only RI rises, which is no change by itself.
    expect([line.level, get(MSR)]).toEqual([false, 0xf0]);
    put(MCR, LOOP);
    expect([line.level, get(IIR), get(MSR)]).toEqual([true, 0, 0x0f]);
    expect([line.level, get(IIR), get(MSR)]).toEqual([false, 1, 0]);
  });

  it("overruns: one register keeps the new byte, a FIFO the old ones", () => {
    put(IER, 4);
    put(MCR, LOOP);
    send("ab");
    expect([get(IIR), get(LSR)]).toEqual([6, 0x63]);
    expect([get(IIR), get(LSR), get(DATA)]).toEqual([1, 0x61, 0x62]);
    put(FCR, 1);
    send("0123456789abcdefX");
    expect(get(LSR)).toBe(0x63);
    expect(receive()).toBe("0123456789abcdef");
  });
});

describe("Linux's driver", () => {
  it("finds a 16550A, and loses none of the input given at power-up", () => {
    backend.arrive("echo hello\n");
    // autoconfig: IER keeps four bits.
    put(IER, 0);
    expect(get(IER) & 0x0f).toBe(0);
    put(IER, 0x0f);
    expect(get(IER) & 0x0f).toBe(0x0f);
    put(IER, 0);
    // Loopback: OUT2 and RTS come back as DCD and CTS.
    put(MCR, LOOP | OUT2 | RTS);
    expect(get(MSR) & 0xf0).toBe(0x90);
    put(MCR, 0);
    // No EFR as 16650s have; FIFOs that work; not a 16750 (IIR bit 5).
    put(LCR, 0xbf);
    put(FCR, 0);
    put(LCR, 0);
    put(FCR, 1);
    expect(get(IIR) >> 6).toBe(3);
    put(LCR, 0x80);
    expect(get(IIR)).not.toBe(0);
    put(LCR, 0);
    put(FCR, 0x21);
    expect(get(IIR) >> 5).toBe(6);
    // Not an XScale: IER has no UUE.
    put(IER, 0x40);
    expect(get(IER) & 0x40).toBe(0);
    put(IER, 0);
    // startup: clear FIFOs, read everything, test THRE twice, then RTS when a process opens the port.
    for (const fcr of [1, 7, 0]) put(FCR, fcr);
    for (const r of [LSR, DATA, IIR, MSR]) get(r);
    put(LCR, 3);
    put(IER, 2);
    expect(get(IIR) & 1).toBe(0);
    put(IER, 0);
    put(IER, 2);
    expect(get(IIR) & 1).toBe(0);
    put(IER, 0);
    put(MCR, OUT2);
    put(IER, 2);
    expect([get(LSR) & 0x40, get(IIR) & 1]).toEqual([0x40, 0]);
    put(IER, 0);
    for (const r of [LSR, DATA, IIR, MSR]) get(r);
    put(IER, 5);
    setDivisor(1);
    put(FCR, 1);
    put(FCR, 0x81);
    put(MCR, OUT2 | DTR | RTS);
    expect([line.level, get(IIR) & 0x0f]).toEqual([true, 4]);
    expect(receive()).toBe("echo hello\n");
  });
});

it("delivers its input once and in order, whatever a driver does between", () => {
  const text = "The quick brown fox jumps over the lazy dog. 0123456789";
  const step = fc.oneof(
    fc.record({ offset: fc.constantFrom(IER, FCR, MCR, SCR), value: fc.nat(255) }),
    fc.record({ offset: fc.constant(LCR), value: fc.nat(127) }),
    fc.record({ offset: fc.constant(DATA), value: fc.constant(undefined) }),
  );
  const run = (steps: readonly { offset: number; value: number | undefined }[]): void => {
    build();
    backend.arrive(text);
    let got = "";
    for (const { offset, value } of steps) {
      if (value !== undefined) put(offset, value);
      else if (get(LSR) & 1) got += String.fromCharCode(get(DATA));
    }
    put(LCR, 3);
    put(MCR, RTS);
    expect(got + receive()).toBe(text);
  };
  fc.assert(fc.property(fc.array(step, { maxLength: 60, size: "max" }), run), { numRuns: 300, seed: 3 });
});

it("survives anything, and its line is always what IIR says", () => {
  survivesAnything(() => {
    build();
    backend.arrive("input".repeat(100));
    const invariant = (): void => {
      const before = line.level;
      const iir = get(IIR);
      expect(before, `IIR ${iir}`).toBe((iir & 1) === 0);
    };
    return { clock, targets: [{ handler: uart, count: 8 }], invariant };
  });
});
