/*
 * Short programs that a driver might run, with values left open: random bytes alone seldom start a timer or finish a command of two
 * bytes. Each is a list of accesses; `draw` gives a number below its argument.
 */
import { PORT, SERIAL_PORTS } from "../../../src/machine/memory-map.ts";
import { RAM_FREE } from "./board.ts";
import type { Operation } from "./operation.ts";

type Draw = (below: number) => number;

const out = (port: number, value: number, size: 1 | 2 | 4 = 1): Operation => ({
  kind: "out",
  port,
  size,
  value,
});
const read = (port: number): Operation => ({ kind: "in", port, size: 1 });
const write = (address: number, value: number): Operation => ({
  kind: "write",
  address,
  size: 4,
  value: BigInt(value),
});

const APIC = 0xfee00000;
const IO_APIC = 0xfec00000;
const HPET = 0xfed00000;

/** A vector that an interrupt may have; now and then one that it may not. */
const vector = (draw: Draw): number => (draw(10) === 0 ? draw(32) : 32 + draw(224));

export const PROGRAMS: readonly ((draw: Draw) => Operation[])[] = [
  // 8259: initialisation, masks, ends of interrupts
  (draw) => [
    ...[PORT.pic1, PORT.pic2].flatMap((port) => [
      out(port, 0x10 | draw(16)),
      out(port + 1, vector(draw)),
      out(port + 1, draw(256)),
      out(port + 1, draw(32)),
      out(port + 1, draw(3) === 0 ? draw(256) : 0),
    ]),
    write(APIC + 0x350, draw(2) === 0 ? 0x700 : draw(2 ** 17)),
  ],
  (draw) => [
    out(PORT.pic1, 0x20 | draw(256)),
    out(PORT.pic2, 8 | draw(32)),
    read(PORT.pic2),
    read(PORT.pic1),
  ],
  // 8254: a mode and a count
  (draw) => {
    const channel = draw(3);
    return [
      out(PORT.pit + 3, (channel << 6) | (draw(4) << 4) | draw(16)),
      out(PORT.pit + channel, draw(256)),
      out(PORT.pit + channel, draw(3)),
      out(PORT.systemControl, draw(4)),
      out(PORT.pit + 3, 0xc0 | draw(64)),
      read(PORT.pit + channel),
    ];
  },
  // The clock: any register; rates and interrupts; a time near the end of a day
  (draw) => [out(PORT.cmos, draw(256)), out(PORT.cmos + 1, draw(256)), read(PORT.cmos + 1)],
  (draw) => [
    ...[0x20 | draw(16), draw(256)].flatMap((value, i) => [
      out(PORT.cmos, 0x0a + i),
      out(PORT.cmos + 1, value),
    ]),
    out(PORT.cmos, 0x0c),
    read(PORT.cmos + 1),
  ],
  (draw) => [
    ...[
      [4, 0x23],
      [2, 0x59],
      [0, 0x58],
      [7, 0x28],
      [8, 0x02],
      [5, 0xc0 | draw(64)],
      [1, draw(256)],
    ].flatMap(([register = 0, value = 0]) => [out(PORT.cmos, register), out(PORT.cmos + 1, value)]),
    { kind: "wait", cycles: draw(16) === 0 ? 3e9 : draw(1e6) },
  ],
  // 8042: a command with its byte, to the controller, the keyboard and the mouse
  (draw) => [out(PORT.i8042Command, draw(0xf0)), out(PORT.i8042Data, draw(256)), read(PORT.i8042Data)],
  (draw) => [
    out(PORT.i8042Command, 0x60),
    out(PORT.i8042Data, draw(256)),
    out(PORT.i8042Data, 0xed + draw(19)),
    out(PORT.i8042Data, draw(256)),
    read(PORT.i8042Data),
  ],
  (draw) => [
    out(PORT.i8042Command, 0xa8),
    ...[0xe6 + draw(26), draw(256)].flatMap((byte) => [
      out(PORT.i8042Command, 0xd4),
      out(PORT.i8042Data, byte),
    ]),
    { kind: "host", event: "mouse", value: draw(600) },
    read(PORT.i8042Data),
    read(PORT.i8042Data),
  ],
  // 16550: a rate, FIFOs, interrupts, loopback, and bytes
  (draw) => {
    const { port } = SERIAL_PORTS[draw(2)] ?? SERIAL_PORTS[0];
    return [
      out(port + 3, 0x80 | draw(128)),
      out(port, draw(256)),
      out(port + 1, draw(2)),
      out(port + 3, draw(128)),
      out(port + 2, draw(256)),
      out(port + 1, draw(16)),
      out(port + 4, draw(32)),
      out(port, draw(256)),
      out(port, draw(256)),
      read(port + 2),
      read(port),
    ];
  },
  // HPET: a timer of some mode, near its counter
  (draw) => {
    const timer = HPET + 0x100 + draw(3) * 0x20;
    return [
      write(HPET + 0x10, 0),
      write(HPET + 0xf0, draw(1000)),
      write(HPET + 0xf4, draw(4) === 0 ? 0xffffffff : 0),
      write(timer, draw(2 ** 15) | 4),
      write(timer + 8, draw(5000)),
      write(timer + 12, 0),
      write(timer + 8, draw(3) === 0 ? draw(2 ** 31) : draw(2000)),
      write(timer + 0x10, vector(draw)),
      write(timer + 0x14, APIC | (draw(4) << 12)),
      write(HPET + 0x10, 1 | draw(4)),
    ];
  },
  // The local APIC: on, a timer, an interrupt to somebody, an end of interrupt
  (draw) => [
    write(APIC + 0xf0, 0x100 | draw(512)),
    write(APIC + 0x80, draw(2) * draw(256)),
    write(APIC + 0x3e0, draw(16)),
    write(APIC + 0x320, (draw(4) << 17) | vector(draw)),
    write(APIC + 0x380, draw(3) === 0 ? draw(16) : draw(2 ** 20)),
  ],
  (draw) => [{ kind: "wrmsr", cpu: draw(2), index: 0x6e0, value: BigInt(draw(2 ** 31)) * BigInt(draw(8)) }],
  (draw) => [
    write(APIC + 0xd0, draw(256) * 2 ** 24),
    write(APIC + 0x310, draw(4) * 2 ** 24),
    write(APIC + 0x300, (draw(4) << 18) | (draw(4) << 14) | (draw(16) << 8) | vector(draw)),
    write(APIC + 0xb0, 0),
  ],
  // The I/O APIC: a route
  (draw) => {
    const entry = 0x10 + draw(24) * 2;
    return [
      write(IO_APIC, entry + 1),
      write(IO_APIC + 0x10, draw(4) * 2 ** 24),
      write(IO_APIC, entry),
      write(IO_APIC + 0x10, (draw(3) === 0 ? draw(2 ** 17) : draw(4) << 14) | vector(draw)),
      write(IO_APIC + 0x40, vector(draw)),
    ];
  },
  // fw_cfg: an item, and a transfer of some kind and length
  (draw) => [
    out(PORT.fwCfg, draw(0x24) | (draw(8) === 0 ? draw(0x10000) : 0), 2),
    ...Array.from({ length: draw(6) }, () => read(PORT.fwCfg + 1)),
  ],
  (draw) => {
    const at = RAM_FREE - 0x1000;
    const length = draw(4) === 0 ? draw(2 ** 31) * 2 : draw(300);
    const address = draw(6) === 0 ? draw(2 ** 31) : RAM_FREE - 0x2000 + draw(0x1000);
    const word = (value: number): string => value.toString(16).padStart(8, "0");
    const bytes = `${word(draw(0x24) * 65536 + draw(32))}${word(length)}${word(0)}${word(address)}`;
    const big = (value: number): number => Buffer.from(word(value), "hex").readUInt32LE();
    return [{ kind: "ram", address: at, bytes }, out(PORT.fwCfg + 4, 0, 4), out(PORT.fwCfg + 8, big(at), 4)];
  },
  // ACPI: enables, a button
  (draw) => [
    out(PORT.pm + 2, draw(0x10000), 2),
    out(PORT.pm + 0x24, draw(256)),
    { kind: "host", event: "power button", value: 0 },
    out(PORT.pm, draw(0x10000), 2),
  ],
];
