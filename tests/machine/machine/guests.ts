/*
 * The test kernels with what each says and how it ends, on any machine that has its devices: ours and QEMU's q35. Lines that
 * begin with "#" are times that depend on the machine.
 */
import { SeededEntropy } from "../../../src/host/entropy.ts";
import type { MachineStop } from "../../../src/machine/machine.ts";
import { FakeDisk } from "../../devices/virtio/fake-disk.ts";
import type { ComputerOptions } from "./computer.ts";

export interface Guest {
  readonly name: string;
  /** Of kernels/, in order. Default: the name alone. */
  readonly files?: readonly string[];
  readonly constants?: Readonly<Record<string, number>>;
  /** What is on the board. Called for each machine: disks are not shared. */
  readonly options?: () => ComputerOptions;
  readonly output: string;
  /** Default: the debug-exit port's success. */
  readonly stop?: MachineStop;
  /** What comes out of COM1. */
  readonly serial?: string;
  /** Of the numbers in "#" lines, in order: from, to. They hold for `blocks` timing. */
  readonly measured?: readonly (readonly [from: number, to: number])[];
  /** Arguments for QEMU, with `%disk` for a file like the disk of `options`; undefined: it has not what the kernel needs. */
  readonly qemu?: readonly string[];
}

export const SUCCESS: MachineStop = { kind: "exit", status: 0x21 };
export const DISK_SECTORS = 64;

const lines = (...all: string[]): string => all.map((l) => `${l}\n`).join("");
const virtio = (device: string, slot: number): string[] => [
  "-device",
  `${device},disable-legacy=on,addr=${slot}`,
];
const FILE = "what a file holds";
const disk = ["-drive", "if=none,id=d,format=raw,file=%disk"];
/** Without ioeventfd, devices work when they are notified, as ours do. */
const block = (slot: number): string[] => [...disk, ...virtio("virtio-blk-pci,drive=d,ioeventfd=off", slot)];
const entropy = (): ComputerOptions => ({ entropy: new SeededEntropy(1n) });

export const DEVICE_GUESTS: readonly Guest[] = [
  {
    name: "debug",
    output: lines("port e9 reads e9", "start information 336ec578"),
    qemu: [],
  },
  ...[0, 1, 0x42, 0x7f].map((value) => ({
    name: "exit",
    constants: { value },
    output: "",
    stop: { kind: "exit", status: value * 2 + 1 } as const,
    qemu: [],
  })),
  {
    name: "uart-echo",
    options: () => ({ serialInput: "Hello, q" }),
    output: lines("characters: 8"),
    serial: ">Hello, ",
    qemu: ["-serial", "stdio"],
  },
  {
    name: "uart-loop",
    options: () => ({ serialInput: "" }),
    output: lines("scratch 5a", "modem lines f0", "FIFO c1", "received abcdefghijklmnop"),
    serial: "",
    qemu: ["-serial", "null"],
  },
  {
    name: "pic-pit",
    output: lines("mode 34", "10 ticks", "00 21"),
    measured: [[8 * 3579, 9 * 3579 + 40]],
    qemu: [],
  },
  {
    name: "lapic-timer",
    output: lines("one-shot, then 0", "periodic: 5"),
    // 10 ms by a clock of 3.579545 MHz
    measured: [[35795, 35805]],
    qemu: [],
  },
  {
    name: "tsc-deadline",
    output: lines("deadlines: 40", "afterwards 00000000", "passed ones: 1", "disarmed ones: 0"),
    // A handler's start after any instruction of the loop
    measured: [[1, 150]],
  },
  {
    name: "io-apic",
    output: lines("version 00170020", "timer 5, clock 0", "clock 3"),
    qemu: [],
  },
  {
    name: "hpet",
    output: lines(
      "8086a201 00989680",
      "periodic 5",
      "entry 0000c034 status 00000002",
      "entry 0000c034 status 00000002",
      "afterwards 00008034 00000000",
    ),
    measured: [[500_000, 500_100]],
    qemu: [],
  },
  {
    name: "rtc",
    output: lines("20260101", "periodic, update"),
    qemu: ["-rtc", "base=2026-01-01T00:00:00,clock=vm"],
  },
  {
    name: "i8042",
    output: lines(
      "self test 55 ",
      "ports 00 00 ",
      "keyboard fa aa fa ab 83 ee ",
      "mouse fa 00 ",
      "interrupt ee",
    ),
    stop: { kind: "reset" },
    qemu: [],
  },
  {
    name: "acpi",
    files: ["acpi", "acpi-tables"],
    output: lines("control 0604 timer 0608 reset 0cf9"),
    stop: { kind: "power-off" },
    // 20 µs, and the last look at the HPET
    measured: [[71, 76]],
    qemu: [],
  },
  { name: "reset", output: lines("reset control 00"), stop: { kind: "reset" }, qemu: [] },
  {
    name: "pci",
    files: ["pci", "acpi-tables"],
    options: () => ({ disks: [new FakeDisk(DISK_SECTORS)], ...entropy() }),
    output: lines(
      "slot 1 device 1042 class 0100 subsystem 11001af4 BAR 04 ffffc004",
      "slot 2 device 1044 class 00ff subsystem 11001af4 BAR 04 ffffc004",
      "ffffffff",
    ),
    qemu: [...block(1), ...virtio("virtio-rng-pci", 2)],
  },
  {
    name: "virtio-block",
    files: ["virtio-block", "virtio", "acpi-tables"],
    options: () => ({ disks: [new FakeDisk(DISK_SECTORS)] }),
    output: lines(
      "sectors 64 (513 0)",
      "sector 0 0706050403020100 (1 0) (1 0) (513 0)",
      "sector 3 0807060504030201 (513 1)",
    ),
    qemu: block(1),
  },
  {
    name: "entropy",
    files: ["entropy", "virtio", "acpi-tables"],
    options: entropy,
    output: lines("64 bytes", "64 bytes", "they differ; interrupts 2"),
    qemu: virtio("virtio-rng-pci", 1),
  },
  {
    name: "msix",
    files: ["msix", "virtio", "acpi-tables"],
    options: entropy,
    output: lines(
      "pending 1 interrupts 0",
      "pending 0 interrupts 1",
      "pending 1 interrupts 1",
      "pending 0 interrupts 2",
    ),
    qemu: virtio("virtio-rng-pci", 1),
  },
  {
    name: "fw-cfg",
    options: () => ({
      firmwareFiles: [{ name: "opt/org.vitrine/test", bytes: new TextEncoder().encode(FILE) }],
    }),
    output: lines("QEMU 3 1", `17 bytes: ${FILE}`, FILE.slice(6)),
    qemu: ["-fw_cfg", `name=opt/org.vitrine/test,string=${FILE}`],
  },
];

/** Of each kernel for several processors: what it says with `cpus` of them. */
export interface SmpGuest {
  readonly name: string;
  readonly constants?: Readonly<Record<string, number>>;
  readonly output: (cpus: number) => string;
}

const ROUNDS = 200;
const each = (cpus: number, value: (cpu: number) => number): string =>
  Array.from({ length: cpus }, (_, i) => `${value(i)} `).join("");

export const SMP_GUESTS: readonly SmpGuest[] = [
  {
    name: "smp-start",
    output: (cpus) =>
      lines(
        `${cpus} processors, identities ${(2 ** cpus - 1).toString(16).padStart(8, "0")}`,
        // The first is the bootstrap processor (bit 8); xAPIC mode (bit 11).
        `APIC bases 00000900 ${cpus === 1 ? "00000000" : "00000800"}`,
      ),
  },
  {
    name: "ipi",
    output: (cpus) => {
      const self = (i: number): number => (i === 0 ? 1 : 0);
      const other = (i: number): number => 1 - self(i);
      const logical = (i: number): number => (i < 2 ? 1 : 0);
      const counts = [
        () => 0,
        other,
        (i: number) => other(i) + logical(i),
        (i: number) => 2 * other(i) + logical(i),
        (i: number) => 2 * other(i) + logical(i) + 1,
        (i: number) => 2 * other(i) + logical(i) + 1 + self(i),
      ];
      return lines(...counts.map((count) => `counts: ${each(cpus, count)}`), `NMIs: ${each(cpus, other)}`);
    },
  },
  {
    name: "lock",
    constants: { rounds: ROUNDS },
    output: (cpus) => {
      const n = cpus * ROUNDS;
      return lines(`${n} ${n} ${n} ${n} ${n} ${2 * n}`);
    },
  },
  { name: "mwait", output: (cpus) => lines(`token ${cpus * 10}`) },
  { name: "tsc", constants: { rounds: ROUNDS }, output: () => lines("time goes forward") },
  { name: "smp-timer", output: (cpus) => lines(each(cpus, () => 5)) },
];

/** For a test's title. */
export const titleOf = ({ name, constants = {} }: Guest): string =>
  [name, ...Object.entries(constants).map(([key, value]) => `${key} ${value}`)].join(", ");
