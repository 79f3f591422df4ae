/** The 8259A pair against its data sheet's sequences, and against a second model under random commands. */
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Pics } from "../../src/devices/pic.ts";
import { NaivePics } from "./naive-pic.ts";

let pics: Pics;
const command = (value: number): void => pics.master.write(0, 1, value);
const mask = (value: number): void => pics.master.write(1, 1, value);
const slaveCommand = (value: number): void => pics.slave.write(0, 1, value);
const raise = (irq: number): void => pics.line(irq).set(true);
const lower = (irq: number): void => pics.line(irq).set(false);
const pulse = (irq: number): void => {
  lower(irq);
  raise(irq);
};
/** The in-service register, by OCW3. */
const inService = (): number => {
  command(0x0b);
  return pics.master.read(0, 1);
};
const requests = (): number => {
  command(0x0a);
  return pics.master.read(0, 1);
};

/** ICW1 to ICW4 as a PC has them, vectors 0x20 and 0x28, with more bits of ICW4. */
function initialize(on: Pics, icw4: readonly [number, number] = [0, 0]): void {
  for (const [i, chip] of [on.master, on.slave].entries()) {
    chip.write(0, 1, 0x11);
    chip.write(1, 1, 0x20 + i * 8);
    chip.write(1, 1, i === 0 ? 4 : 2);
    chip.write(1, 1, 1 | icw4[i]!);
  }
}

beforeEach(() => {
  pics = new Pics();
  pics.reset();
  initialize(pics);
});

describe("initialization (data sheet, figure 6 and ICW1)", () => {
  it("asks for nothing before it", () => {
    pics.reset();
    raise(0);
    expect(pics.output).toBe(false);
    expect(pics.master.read(1, 1)).toBe(0xff);
  });

  it("takes ICW2, ICW3, ICW4 at the odd port and then the mask", () => {
    mask(0x55);
    expect(pics.master.read(1, 1)).toBe(0x55);
    command(0x11);
    expect(pics.master.read(1, 1)).toBe(0);
    for (const icw of [0x40, 4, 1, 0xaa]) mask(icw);
    expect(pics.master.read(1, 1)).toBe(0xaa);
    raise(0);
    expect(pics.acknowledge()).toBe(0x40);
  });

  it("leaves out ICW3 for a single chip and ICW4 where it is not wanted", () => {
    command(0x13);
    mask(0x48);
    mask(1);
    raise(2 + 1);
    expect(pics.acknowledge()).toBe(0x4b);
    command(0x12);
    mask(0x50);
    mask(0xf0);
    expect(pics.master.read(1, 1)).toBe(0xf0);
  });

  it("gives the low byte of a CALL's address in MCS-80 mode", () => {
    raise(3);
    for (const [icw1, byte] of [
      [0xf6, 0xec], // interval 4: A7–A5, then the input, then 00
      [0xf2, 0xd8], // interval 8: A7–A6, then the input, then 000
    ] as const) {
      command(icw1);
      mask(0x12);
      pulse(3);
      expect(pics.acknowledge()).toBe(byte);
    }
  });

  it("forgets edges and asks for nothing until its end", () => {
    raise(1);
    expect(pics.output).toBe(true);
    command(0x11);
    expect(pics.output).toBe(false);
    pulse(4);
    mask(0x20);
    mask(4);
    expect(pics.output).toBe(false);
    mask(1);
    expect(pics.output).toBe(true);
    expect(requests()).toBe(0x10);
  });
});

describe("fully nested mode", () => {
  it("lets only higher inputs interrupt what is in service", () => {
    raise(4);
    expect(pics.acknowledge()).toBe(0x24);
    expect(pics.output).toBe(false);
    raise(6);
    expect(pics.output).toBe(false);
    raise(1);
    expect(pics.output).toBe(true);
    expect(pics.acknowledge()).toBe(0x21);
    expect(inService()).toBe(0x12);
    command(0x20);
    expect(inService()).toBe(0x10);
    expect(pics.output).toBe(false);
    command(0x20);
    expect(pics.acknowledge()).toBe(0x26);
  });

  it("ends a named level by specific EOI", () => {
    raise(4);
    pics.acknowledge();
    raise(1);
    pics.acknowledge();
    command(0x64);
    expect(inService()).toBe(0x02);
  });

  it("needs a new edge after an acknowledge", () => {
    raise(4);
    pics.acknowledge();
    command(0x20);
    expect(pics.output).toBe(false);
    pulse(4);
    expect(pics.acknowledge()).toBe(0x24);
  });

  it("keeps masked requests", () => {
    mask(0x10);
    raise(4);
    expect(pics.output).toBe(false);
    expect(requests()).toBe(0x10);
    mask(0);
    expect(pics.output).toBe(true);
  });
});

describe("level-triggered inputs (ELCR)", () => {
  it("ask again after EOI while they are high", () => {
    pics.elcr.write(0, 1, 0x20);
    raise(5);
    expect(pics.acknowledge()).toBe(0x25);
    command(0x20);
    expect(pics.output).toBe(true);
    expect(pics.acknowledge()).toBe(0x25);
    lower(5);
    command(0x20);
    expect(pics.output).toBe(false);
  });

  it("are never the timer, the keyboard, the cascade, the clock and the coprocessor", () => {
    pics.elcr.write(0, 1, 0xff);
    pics.elcr.write(1, 1, 0xff);
    expect([pics.elcr.read(0, 1), pics.elcr.read(1, 1)]).toEqual([0xf8, 0xde]);
  });
});

describe("spurious interrupts", () => {
  it("are input 7 of the chip that finds nothing, without a bit in service", () => {
    raise(4);
    lower(4);
    expect(pics.output).toBe(false);
    expect(pics.acknowledge()).toBe(0x27);
    expect(inService()).toBe(0);
  });

  it("of a request that the slave has withdrawn are the master's, since its INT falls too", () => {
    raise(12);
    expect(pics.output).toBe(true);
    lower(12);
    expect(pics.acknowledge()).toBe(0x27);
    expect(inService()).toBe(0);
  });
});

describe("the cascade", () => {
  it("gives the slave's vector and needs two EOIs", () => {
    raise(12);
    expect(pics.acknowledge()).toBe(0x2c);
    expect(inService()).toBe(4);
    raise(8);
    expect(pics.output).toBe(false); // a higher input of the slave, but the master's 2 is in service
    slaveCommand(0x20);
    command(0x20);
    expect(pics.acknowledge()).toBe(0x28);
  });

  it("asks for a second request of the slave after the first was acknowledged, by a new edge", () => {
    raise(9);
    raise(10);
    expect(pics.acknowledge()).toBe(0x29);
    slaveCommand(0x20);
    command(0x20);
    expect(pics.acknowledge()).toBe(0x2a);
  });

  it("lets higher inputs of the slave through in special fully nested mode", () => {
    initialize(pics, [0x10, 0]);
    raise(12);
    pics.acknowledge();
    raise(8);
    expect(pics.output).toBe(true);
    expect(pics.acknowledge()).toBe(0x28);
  });

  it("has nobody answer for a slave of another number", () => {
    pics.slave.write(0, 1, 0x11);
    for (const icw of [0x28, 5, 1]) pics.slave.write(1, 1, icw);
    raise(9);
    expect(pics.acknowledge()).toBe(0xff);
  });
});

describe("rotation", () => {
  it("makes the level that is ended the lowest (figure 9's example: 4, then 5 is highest)", () => {
    raise(4);
    pics.acknowledge();
    command(0xa0);
    raise(3);
    raise(6);
    expect(pics.acknowledge()).toBe(0x26);
  });

  it("sets the lowest level by command, so that 5 lowest puts 6 highest", () => {
    command(0xc5);
    raise(0);
    raise(6);
    expect(pics.acknowledge()).toBe(0x26);
  });

  it("rotates in automatic EOI mode, which keeps nothing in service", () => {
    initialize(pics, [2, 0]);
    command(0x80);
    raise(4);
    expect(pics.acknowledge()).toBe(0x24);
    expect(inService()).toBe(0);
    raise(3);
    raise(6);
    expect(pics.acknowledge()).toBe(0x26);
    command(0x00);
    expect(pics.acknowledge()).toBe(0x23);
  });
});

describe("special mask mode", () => {
  beforeEach(() => {
    raise(3);
    pics.acknowledge();
    mask(0x08);
    raise(5);
  });

  it("lets lower levels through past a masked one in service", () => {
    expect(pics.output).toBe(false);
    command(0x68);
    expect(pics.output).toBe(true);
    expect(pics.acknowledge()).toBe(0x25);
    command(0x48);
    expect(inService()).toBe(0x28);
  });

  it("does not end a masked level by non-specific EOI", () => {
    command(0x68);
    command(0x20);
    expect(inService()).toBe(0x08);
    command(0x63);
    expect(inService()).toBe(0);
  });
});

describe("polling", () => {
  it("takes the place of one acknowledge", () => {
    raise(6);
    raise(2 + 1);
    command(0x0c);
    expect(pics.master.read(0, 1)).toBe(0x83);
    expect(inService()).toBe(0x08);
    command(0x0c);
    expect(pics.master.read(0, 1) & 0x80).toBe(0);
  });
});

describe("under random commands", () => {
  const octet = fc.integer({ min: 0, max: 255 });
  const chip = fc.boolean();
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("line" as const),
      irq: fc.integer({ min: 0, max: 15 }),
      level: fc.boolean(),
    }),
    fc.record({ kind: fc.constant("ocw2" as const), slave: chip, value: octet.map((v) => v & 0xe7) }),
    fc.record({ kind: fc.constant("mask" as const), slave: chip, value: octet }),
    fc.record({ kind: fc.constant("special" as const), slave: chip, on: fc.boolean() }),
    fc.record({ kind: fc.constant("elcr" as const), slave: chip, value: octet }),
    fc.record({ kind: fc.constant("acknowledge" as const) }),
  );

  it("agrees with a model by lists", () => {
    fc.assert(
      fc.property(
        fc.tuple(fc.boolean(), fc.boolean()),
        fc.boolean(),
        fc.array(step, { maxLength: 60 }),
        (autoEoi, nested, steps) => {
          pics = new Pics();
          pics.reset();
          initialize(pics, [(autoEoi[0] ? 2 : 0) | (nested ? 0x10 : 0), autoEoi[1] ? 2 : 0]);
          const model = new NaivePics(autoEoi, nested);
          const levels = [0xf8, 0xde];
          for (const s of steps) {
            const ports = "slave" in s && s.slave ? pics.slave : pics.master;
            const chip = "slave" in s && s.slave ? model.slave : model.master;
            switch (s.kind) {
              case "line":
                if (s.irq === 2) break;
                pics.line(s.irq).set(s.level);
                (s.irq < 8 ? model.master : model.slave).set(s.irq & 7, s.level);
                break;
              case "ocw2":
                ports.write(0, 1, s.value);
                chip.command(s.value);
                break;
              case "mask":
                ports.write(1, 1, s.value);
                chip.masked = chip.masked.map((_, i) => ((s.value >> i) & 1) === 1);
                break;
              case "special":
                ports.write(0, 1, s.on ? 0x68 : 0x48);
                chip.specialMask = s.on;
                break;
              case "elcr":
                pics.elcr.write(s.slave ? 1 : 0, 1, s.value);
                for (let i = 0; i < 8; i++) {
                  chip.level[i] = ((s.value & levels[s.slave ? 1 : 0]!) >> i) % 2 === 1;
                  if (chip.level[i]) chip.latched[i] = false;
                }
                break;
              case "acknowledge":
                expect(pics.acknowledge()).toBe(model.acknowledge());
            }
            model.settle();
            expect(pics.output).toBe(model.master.winner() !== undefined);
            for (const [p, c] of [
              [pics.master, model.master],
              [pics.slave, model.slave],
            ] as const) {
              const byte = (test: (i: number) => boolean): number =>
                c.high.reduce((sum, _, i) => sum + (test(i) ? 1 << i : 0), 0);
              p.write(0, 1, 0x0a);
              expect(p.read(0, 1)).toBe(byte((i) => c.requests(i)));
              p.write(0, 1, 0x0b);
              expect(p.read(0, 1)).toBe(byte((i) => c.served[i]!));
            }
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it("never throws, and gives bytes", () => {
    const access = fc.record({
      where: fc.integer({ min: 0, max: 2 }),
      odd: fc.integer({ min: 0, max: 1 }),
      value: fc.integer({ min: 0, max: 256 }),
      irq: fc.integer({ min: 0, max: 15 }),
    });
    fc.assert(
      fc.property(fc.array(access, { maxLength: 100 }), (accesses) => {
        pics = new Pics();
        pics.reset();
        const handlers = [pics.master, pics.slave, pics.elcr];
        for (const { where, odd, value, irq } of accesses) {
          if (irq !== 2) pics.line(irq).set((value & 1) === 1);
          if (value === 256) pics.acknowledge();
          else handlers[where]!.write(odd, 1, value);
          const read = handlers[where]!.read(odd, 1);
          expect(read >= 0 && read <= 255 && Number.isInteger(read)).toBe(true);
        }
        expect(JSON.parse(JSON.stringify(pics.state()))).toEqual(pics.state());
      }),
      { numRuns: 200 },
    );
  });
});

it("reset brings back the state after power-up", () => {
  const fresh = new Pics();
  fresh.reset();
  raise(3);
  pics.acknowledge();
  command(0x0b);
  pics.reset();
  expect(pics.state()).toEqual(fresh.state());
});

it("has no input 2 to give, nor others than 0–15", () => {
  for (const irq of [2, -1, 16, 1.5]) expect(() => pics.line(irq)).toThrow(RangeError);
});
