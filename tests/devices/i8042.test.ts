/**
 * The keyboard controller with its keyboard and mouse against IBM's PS/2 Hardware Interface Technical Reference, and
 * against what Linux's driver does to believe in it (drivers/input/serio/i8042.c).
 */
import { beforeEach, describe, expect, it } from "vitest";
import { I8042 } from "../../src/devices/i8042.ts";
import { FakeClock, FakeLine } from "./fake-clock.ts";
import { survivesAnything } from "./random-accesses.ts";

const [FULL, COMMAND, MOUSE] = [1, 8, 0x20] as const;
const HZ = 1e9;
/** From one key to the next. */
const PACE = 5_000_000;

let clock: FakeClock;
let keyboardLine: FakeLine;
let mouseLine: FakeLine;
let resets: number;
let a20: boolean[];
let device: I8042;

function build(): void {
  clock = new FakeClock(HZ);
  keyboardLine = new FakeLine();
  mouseLine = new FakeLine();
  resets = 0;
  a20 = [];
  device = new I8042({
    clock,
    keyboardLine,
    mouseLine,
    reset: () => {
      resets++;
      device.reset();
    },
    setA20: (enabled) => a20.push(enabled),
  });
}
beforeEach(build);

const status = (): number => device.control.read(0, 1);
const command = (value: number): void => device.control.write(0, 1, value);
const write = (value: number): void => device.data.write(0, 1, value);
const read = (): number => device.data.read(0, 1);
/** All bytes that are in line now. */
function drain(): number[] {
  const bytes: number[] = [];
  while (status() & FULL) bytes.push(read());
  return bytes;
}
function ask(value: number, ...parameters: number[]): number[] {
  command(value);
  for (const p of parameters) write(p);
  return drain();
}
function tell(...bytes: number[]): number[] {
  for (const b of bytes) write(b);
  return drain();
}
function tellMouse(...bytes: number[]): number[] {
  for (const b of bytes) {
    command(0xd4);
    write(b);
  }
  return drain();
}
/** What keys send, with time for each. */
function keys(): number[] {
  const bytes = drain();
  while (clock.armed.length > 0) {
    clock.advance(PACE);
    bytes.push(...drain());
  }
  return bytes;
}

describe("the controller", () => {
  it("starts as firmware leaves it", () => {
    expect([status(), ask(0x20)]).toEqual([0x14, [0x65]]);
  });

  it("passes its tests", () => {
    expect([ask(0xaa), ask(0xab), ask(0xa9)]).toEqual([[0x55], [0], [0]]);
    expect([ask(0xa4), ask(0xc0), ask(0xe0)]).toEqual([[0xf1], [0x80], [0]]);
    expect(ask(0x20)).toEqual([0x65]);
  });

  it("keeps 32 bytes of memory, the first being the configuration", () => {
    ask(0x60, 0x47);
    ask(0x7f, 0xa5);
    expect([ask(0x20), ask(0x3f), ask(0x21)]).toEqual([[0x47], [0xa5], [0]]);
    ask(0x60, 0x43);
    expect(status() & 4).toBe(0);
  });

  it("tells commands from data in its status", () => {
    command(0xae);
    expect(status() & COMMAND).toBe(COMMAND);
    write(0xee);
    expect(status() & COMMAND).toBe(0);
  });

  it("shows the state of both ports in its configuration", () => {
    const config = (c: number): number => {
      command(c);
      return ask(0x20)[0]!;
    };
    expect([config(0xad), config(0xae), config(0xa8), config(0xa7)]).toEqual([0x75, 0x65, 0x45, 0x65]);
  });

  it("gives the last byte again while there is none", () => {
    command(0xaa);
    expect([read(), status() & FULL, read()]).toEqual([0x55, 0, 0x55]);
  });

  it("lets its answers go before the devices'", () => {
    device.keyboard.press("KeyA");
    device.keyboard.press("KeyB");
    command(0x20);
    expect([read(), read()]).toEqual([0x1e, 0x65]);
  });

  it("loops bytes back for the keyboard and for the mouse, with their interrupts", () => {
    ask(0x60, 0x47);
    command(0xd2);
    write(0x12);
    expect([status() & (FULL | MOUSE), keyboardLine.level, mouseLine.level]).toEqual([FULL, true, false]);
    expect([read(), keyboardLine.level]).toEqual([0x12, false]);
    command(0xd3);
    write(0x34);
    expect([status() & (FULL | MOUSE), keyboardLine.level, mouseLine.level]).toEqual([
      FULL | MOUSE,
      false,
      true,
    ]);
    expect([read(), mouseLine.level]).toEqual([0x34, false]);
  });

  it("raises a line that is enabled while its byte waits", () => {
    ask(0x60, 0x44);
    device.keyboard.press("KeyA");
    expect(keyboardLine.level).toBe(false);
    command(0x60);
    write(0x45);
    expect(keyboardLine.level).toBe(true);
  });

  it.each([0xfe, 0xf0])("resets the machine at command %i", (value) => {
    command(value);
    expect([resets, status()]).toEqual([1, 0x14]);
  });

  it("does not reset it at pulses of other bits, and does by the output port", () => {
    for (const value of [0xff, 0xfd, 0xf1]) command(value);
    command(0xd1);
    write(0x03);
    expect(resets).toBe(0);
    command(0xd1);
    write(0x02);
    expect(resets).toBe(1);
  });

  it("switches address line 20", () => {
    expect(ask(0xd0)).toEqual([0xc3]);
    ask(0xd1, 0x01);
    expect([a20, ask(0xd0)]).toEqual([[false], [0xc1]]);
    ask(0xdf);
    ask(0xd1, 0x03);
    ask(0xdd);
    expect(a20).toEqual([false, true, false]);
    device.reset();
    expect(a20).toEqual([false, true, false, true]);
  });

  it("is after reset as it was new", () => {
    const fresh = device.state();
    tell(0xf0, 1);
    tell(0xed, 7);
    ask(0x60, 0);
    tellMouse(0xf4, 0xe7);
    device.mouse.move(1, 2, 3);
    command(0xd4);
    device.reset();
    // The button is still down: it is a finger's.
    device.mouse.move(0, 0, 0);
    device.reset();
    expect(device.state()).toEqual(fresh);
    expect([keyboardLine.level, mouseLine.level, clock.armed]).toEqual([false, false, []]);
  });
});

describe("the keyboard", () => {
  it("sends set 1 while the controller translates, and set 2 otherwise", () => {
    device.keyboard.press("KeyA");
    device.keyboard.press("ArrowUp");
    expect(keys()).toEqual([0x1e, 0x9e, 0xe0, 0x48, 0xe0, 0xc8]);
    ask(0x60, 0x05);
    device.keyboard.press("KeyA");
    device.keyboard.press("ArrowUp");
    expect(keys()).toEqual([0x1c, 0xf0, 0x1c, 0xe0, 0x75, 0xe0, 0xf0, 0x75]);
  });

  it("can send set 1 itself", () => {
    ask(0x60, 0x05);
    expect([tell(0xf0, 1), tell(0xf0, 0)]).toEqual([
      [0xfa, 0xfa],
      [0xfa, 0xfa, 1],
    ]);
    device.keyboard.press("ArrowUp");
    expect(keys()).toEqual([0xe0, 0x48, 0xe0, 0xc8]);
    expect(tell(0xf0).concat(tell(3))).toEqual([0xfa, 0xfe]);
  });

  it("types text, and combinations as fingers do", () => {
    device.keyboard.type("aB\n");
    expect(keys()).toEqual([0x1e, 0x9e, 0x2a, 0x30, 0xb0, 0xaa, 0x1c, 0x9c]);
    device.keyboard.press("ControlLeft", "AltLeft", "Delete");
    expect(keys()).toEqual([0x1d, 0x38, 0xe0, 0x53, 0xe0, 0xd3, 0xb8, 0x9d]);
    expect(() => device.keyboard.type("ok é")).toThrow(RangeError);
    expect(() => device.keyboard.press("Nothing")).toThrow(RangeError);
    expect(keys()).toEqual([]);
  });

  it("interrupts with an edge for each byte", () => {
    device.keyboard.press("ArrowUp");
    expect([keyboardLine.level, keyboardLine.edges]).toEqual([true, 1]);
    read();
    expect([keyboardLine.level, keyboardLine.edges]).toEqual([true, 2]);
    read();
    expect([keyboardLine.level, status() & FULL]).toEqual([false, 0]);
    clock.advance(PACE - 1);
    expect(keyboardLine.edges).toBe(2);
    clock.advance(1);
    expect(keyboardLine.edges).toBe(3);
  });

  it("waits with keys while it is off or held, and loses none", () => {
    tell(0xf5);
    device.keyboard.type("ab");
    clock.advance(HZ);
    expect(status() & FULL).toBe(0);
    command(0xad);
    command(0xd4);
    write(0xf5);
    expect(drain()).toEqual([0xfa]);
    clock.advance(HZ);
    expect(status() & FULL).toBe(0);
    command(0xae);
    write(0xf4);
    expect(read()).toBe(0xfa);
    expect(keys()).toEqual([0x1e, 0x9e, 0x30, 0xb0]);
  });

  it("answers its commands", () => {
    expect(tell(0xee)).toEqual([0xee]);
    // Translated, as Linux knows it; AB 83 by itself.
    expect(tell(0xf2)).toEqual([0xfa, 0xab, 0x41]);
    ask(0x60, 0x05);
    expect(tell(0xf2)).toEqual([0xfa, 0xab, 0x83]);
    expect(tell(0xfe)).toEqual([0x83]);
    for (const c of [0xed, 0xf3]) expect(tell(c).concat(tell(2))).toEqual([0xfa, 0xfa]);
    expect(device.keyboard.leds).toBe(2);
    for (const c of [0xf4, 0xf5, 0xf6, 0xfa]) expect(tell(c)).toEqual([0xfa]);
    expect(tell(0xff)).toEqual([0xfa, 0xaa]);
    expect(device.keyboard.leds).toBe(0);
    for (const c of [0x00, 0x60, 0xef, 0xf1]) expect(tell(c)).toEqual([0xfe]);
  });

  it("takes a command in place of a parameter", () => {
    expect(tell(0xed).concat(tell(0xf2))).toEqual([0xfa, 0xfa, 0xab, 0x41]);
    expect(device.keyboard.leds).toBe(0);
  });

  it("is switched on by whoever writes to it", () => {
    command(0xad);
    expect([tell(0xee), ask(0x20)]).toEqual([[0xee], [0x65]]);
  });
});

describe("the mouse", () => {
  beforeEach(() => {
    ask(0x60, 0x47);
  });

  it("answers its commands", () => {
    expect(tellMouse(0xff)).toEqual([0xfa, 0xaa, 0]);
    expect(tellMouse(0xf2)).toEqual([0xfa, 0]);
    expect(tellMouse(0xe9)).toEqual([0xfa, 0, 2, 100]);
    expect(tellMouse(0xe8).concat(tellMouse(3), tellMouse(0xf3), tellMouse(200))).toEqual([
      0xfa, 0xfa, 0xfa, 0xfa,
    ]);
    for (const c of [0xe7, 0xf4, 0xf0]) expect(tellMouse(c)).toEqual([0xfa]);
    device.mouse.move(0, 0, 1);
    expect(tellMouse(0xe9)).toEqual([0xfa, 0x74, 3, 200]);
    expect(tellMouse(0xf6)).toEqual([0xfa]);
    expect(tellMouse(0xe9)).toEqual([0xfa, 0x44, 2, 100]);
    for (const c of [0x00, 0xe1, 0xf1]) expect(tellMouse(c)).toEqual([0xfe]);
  });

  it("sends packets when it is enabled", () => {
    device.mouse.move(5, 5, 0);
    expect(drain()).toEqual([]);
    tellMouse(0xf4);
    device.mouse.move(3, -2, 1);
    expect([status() & MOUSE, mouseLine.level]).toEqual([MOUSE, true]);
    expect([drain(), mouseLine.edges]).toEqual([[0x29, 3, 0xfe], 4]);
    device.mouse.move(0, 0, 1);
    expect(drain()).toEqual([]);
    device.mouse.move(0, 0, 6);
    expect(drain()).toEqual([[0x0e], 0, 0].flat());
  });

  it("splits long ways, and doubles them with scaling 2:1", () => {
    tellMouse(0xf4);
    device.mouse.move(300, -600, 0);
    expect(drain()).toEqual([0x28, 255, 1, 0x28, 45, 1, 0x28, 0, 0xa6]);
    tellMouse(0xe7);
    device.mouse.move(4, -10, 0);
    expect(drain()).toEqual([0x28, 6, 0xec]);
    device.mouse.move(200, 0, 0);
    expect(drain()).toEqual([0x48, 255, 0]);
  });

  it("is asked in remote mode, and echoes in wrap mode", () => {
    tellMouse(0xf4);
    tellMouse(0xf0);
    device.mouse.move(1, 1, 0);
    expect(drain()).toEqual([]);
    expect(tellMouse(0xeb)).toEqual([0xfa, 8, 1, 1]);
    tellMouse(0xee);
    expect([tellMouse(0xf4), tellMouse(0x12), tellMouse(0xec), tellMouse(0xf2)]).toEqual([
      [0xf4],
      [0x12],
      [0xfa],
      [0xfa, 0],
    ]);
  });
});

it("satisfies Linux's driver", () => {
  // A typist who started too early must not keep the buffer full: 16 reads of 50 µs find its end.
  device.keyboard.type("hello");
  let reads = 0;
  while (status() & FULL) {
    read();
    clock.advance(50_000);
    expect(reads++).toBeLessThan(16);
  }
  expect(ask(0xaa)).toEqual([0x55]);
  const ctr = ask(0x20)[0]!;
  expect(ask(0x20)).toEqual([ctr]);
  // Not locked, translated: no complaint, and "AT Translated Set 2 keyboard".
  expect([status() & 0x10, ctr & 0x40]).toEqual([0x10, 0x40]);
  ask(0x60, (ctr | 0x10) & ~1);
  // The mouse port: loops, can be switched, is not a multiplexer, and interrupts.
  const loop = (value: number): [number, number] => {
    command(0xd3);
    write(value);
    const aux = status() & MOUSE;
    return [aux, read()];
  };
  expect(loop(0x5a)).toEqual([MOUSE, 0x5a]);
  command(0xa7);
  expect(ask(0x20)[0]! & 0x20).toBe(0x20);
  command(0xa8);
  expect(ask(0x20)[0]! & 0x20).toBe(0);
  for (const value of [0xf0, 0x56, 0xa4]) expect(loop(value)).toEqual([MOUSE, value]);
  ask(0x60, (ask(0x20)[0]! & ~0x20) | 2);
  const before = mouseLine.edges;
  command(0xd3);
  write(0xa5);
  expect([mouseLine.level, mouseLine.edges, read()]).toEqual([true, before + 1, 0xa5]);
  // The keyboard: identify, lights, rate, enable.
  ask(0x60, 0x47);
  expect(tell(0xf2)).toEqual([0xfa, 0xab, 0x41]);
  for (const bytes of [
    [0xed, 0],
    [0xf3, 0],
  ])
    for (const b of bytes) expect(tell(b)).toEqual([0xfa]);
  write(0xf4);
  expect(read()).toBe(0xfa);
  // The first key was lost to the flush, its release is not.
  expect(keys().slice(0, 3)).toEqual([0xa3, 0x12, 0x92]);
});

it("survives anything", () => {
  survivesAnything(() => {
    build();
    device.keyboard.type("some text that waits");
    let steps = 0;
    const invariant = (): void => {
      if (steps++ % 3 === 0) device.mouse.move((steps * 37) % 700, -steps, steps & 7);
      expect(keyboardLine.level && mouseLine.level).toBe(false);
    };
    const targets = [
      { handler: device.data, count: 1 },
      { handler: device.control, count: 1 },
    ];
    return { clock, targets, invariant };
  });
});
