/*
 * A machine with every device there is, to do random things to. Each operation is checked: the host gets no exception, what is read is a
 * number of the size asked for, and the work is bounded. Its guest answers interrupts and does nothing else.
 *
 * Work is counted, not timed: how often devices reach for RAM, and how many timers fire.
 */
import type { BlockBackend, CharacterBackend, NetworkBackend } from "../../../src/host/backends.ts";
import { SeededEntropy } from "../../../src/host/entropy.ts";
import { Machine, TRACE_CHANNELS } from "../../../src/machine/machine.ts";
import { FakeDisk } from "../../devices/virtio/fake-disk.ts";
import { kernel } from "../../machine/machine/kernels.ts";
import type { HostEvent, Operation } from "./operation.ts";

/** Bytes of RAM. The guest's kernel ends below `RAM_FREE`. */
export const RAM = 8 << 20;
export const RAM_FREE = 4 << 20;
export const CPUS = 2;

/** All interrupts and exceptions are answered, at both kinds of controllers. */
const GUEST = `
main:
  mov ebx, 255
.gate:
  mov edi, ebx
  mov eax, answer
  call set_gate
  dec ebx
  jns .gate
.wait:
  sti
  hlt
  jmp .wait
answer:
  push rax
  mov dword [apic + 0xb0], 0
  mov al, 0x20
  out 0xa0, al
  out 0x20, al
  pop rax
  iretq`;
const guest = kernel([], {}, GUEST).bytes;

/** Accesses of devices to RAM that an operation may cost. */
const MOST_ACCESSES = 100_000;
/** Timers that may fire in a time: so many, and one for so many cycles. */
const MOST_FIRES = 100;
const CYCLES_PER_FIRE = 100;
/** And accesses, beside those. */
const CYCLES_PER_ACCESS = 1;
/** The guest answers interrupts that come without end; a wait is over after so many instructions, or requests to stop. */
const MOST_INSTRUCTIONS = 5000;
const MOST_STOPS = 100;
/** Cycles; the next one is twice as long. */
const FIRST_SLICE = 1_000_000;

/** An operation did what none may do. */
export class Misbehaviour extends Error {}

class Line implements CharacterBackend {
  onReady: (() => void) | undefined;
  #waiting = 0;
  arrive(bytes: number): void {
    this.#waiting += bytes;
    this.onReady?.();
  }
  write(): void {}
  read(most: number): Uint8Array {
    const length = Math.min(most, this.#waiting);
    this.#waiting -= length;
    return new Uint8Array(length).fill(0x61);
  }
}

export class Board {
  readonly machine: Machine;
  /** The most that any operation has cost so far. */
  accesses = 0;
  fires = 0;
  readonly #lines = [new Line(), new Line()];
  readonly #consoles = [new Line(), new Line()];
  readonly #network: NetworkBackend = { send: () => {}, receive: undefined };
  #accesses = 0;
  #fires = 0;

  /** `traced`: everything is told to a tracer. */
  constructor(traced = false) {
    const disks: BlockBackend[] = [new FakeDisk(64), new FakeDisk(8, true)];
    this.machine = new Machine({
      memory: RAM,
      codeCache: 1 << 20,
      cpus: CPUS,
      serial: this.#lines,
      debugConsole: new Line(),
      disks,
      networks: [this.#network],
      consolePorts: this.#consoles.map((backend, i) => ({ backend, ...(i === 1 ? { name: "second" } : {}) })),
      entropy: new SeededEntropy(1n),
      balloon: true,
      firmwareFiles: [{ name: "opt/file", bytes: new Uint8Array(100) }],
      ...(traced
        ? { trace: { channels: new Set(TRACE_CHANNELS), tracer: (_c, _t, text) => void text() } }
        : {}),
    });
    const { memory, clock } = this.machine;
    const counted = <A extends readonly unknown[], R>(f: (...args: A) => R): ((...args: A) => R) => {
      return (...args) => {
        this.#accesses++;
        return f(...args);
      };
    };
    memory.contains = counted(memory.contains.bind(memory));
    memory.read = counted(memory.read.bind(memory));
    memory.write = counted(memory.write.bind(memory));
    memory.read16 = counted(memory.read16.bind(memory));
    memory.read32 = counted(memory.read32.bind(memory));
    memory.read64 = counted(memory.read64.bind(memory));
    memory.write16 = counted(memory.write16.bind(memory));
    memory.write32 = counted(memory.write32.bind(memory));
    const fire = clock.fire.bind(clock);
    clock.fire = (cycle) => {
      this.#fires++;
      return fire(cycle);
    };
    this.machine.boot({ kernel: guest, commandLine: "" });
    this.#wait(100_000);
  }

  /** Does it, and returns what was read. Throws Misbehaviour, or what a device throws. */
  act(operation: Operation): number {
    this.#accesses = 0;
    this.#fires = 0;
    const before = this.machine.clock.now;
    const value = this.#act(operation);
    const cycles = this.machine.clock.now - before;
    if (cycles < 0) throw new Misbehaviour(`time went back by ${-cycles} cycles`);
    this.accesses = Math.max(this.accesses, this.#accesses);
    this.fires = Math.max(this.fires, this.#fires);
    if (this.#accesses > MOST_ACCESSES + cycles / CYCLES_PER_ACCESS)
      throw new Misbehaviour(`devices reached for RAM ${this.#accesses} times in ${cycles} cycles`);
    if (this.#fires > MOST_FIRES + cycles / CYCLES_PER_FIRE)
      throw new Misbehaviour(`${this.#fires} timers fired in ${cycles} cycles`);
    return value;
  }
  /** States can be told and compared. Throws Misbehaviour. */
  check(): void {
    for (const device of this.machine.chipset.devices) {
      const text = JSON.stringify(device.state());
      if (/null/.test(text.replace(/"[^"]*"/g, "")) && JSON.stringify(device.state(), noNumbers) !== text)
        throw new Misbehaviour(`${device.name}: its state has a number that JSON has not: ${text}`);
    }
    this.machine.stateHash();
  }

  #act(operation: Operation): number {
    const { machine } = this;
    switch (operation.kind) {
      case "in":
        return checked(machine.vcpus[0]!.portRead(operation.port, operation.size), operation.size);
      case "out":
        machine.vcpus[0]!.portWrite(operation.port, operation.size, operation.value);
        return 0;
      case "read":
        return checkedWide(machine.physical.read(operation.address, operation.size), operation.size);
      case "write":
        machine.physical.write(operation.address, operation.size, operation.value);
        return 0;
      case "rdmsr":
        return Number(machine.vcpus[operation.cpu]!.readMsr(operation.index) ?? 0n);
      case "wrmsr":
        machine.vcpus[operation.cpu]!.writeMsr(operation.index, operation.value);
        return 0;
      case "ram":
        machine.memory.write(operation.address, Uint8Array.from(Buffer.from(operation.bytes, "hex")));
        return 0;
      case "wait":
        this.#wait(operation.cycles);
        return 0;
      case "host":
        this.#host(operation.event, operation.value);
        return 0;
    }
  }
  /** Whether the guest is where it began: garbage has sent no INIT to its processor, and started no other. */
  get #sane(): boolean {
    const [first, ...others] = this.machine.vcpus;
    return (
      first!.cpu.mode === 64 && first!.activity !== "off" && others.every((v) => v.activity === "waiting")
    );
  }
  #wait(cycles: number): void {
    const { machine } = this;
    // Random code is for other tests, and takes long.
    if (!this.#sane) machine.reset();
    const end = machine.clock.now + cycles;
    const enough = machine.instructions + MOST_INSTRUCTIONS;
    // In slices, so that a storm of interrupts ends.
    for (let slice = FIRST_SLICE, stops = 0; machine.clock.now < end; slice *= 2) {
      const { kind } = machine.run({ until: Math.min(end, machine.clock.now + slice) });
      if (kind === "reset" || kind === "power-off" || kind === "triple-fault") machine.reset();
      else if (kind !== "limit" && stops++ > MOST_STOPS) return;
      if (kind === "idle" || machine.instructions > enough) return;
    }
  }
  #host(event: HostEvent, value: number): void {
    const { keyboard, pm, balloon } = this.machine.chipset;
    switch (event) {
      case "serial":
        this.#lines[value & 1]!.arrive(value);
        break;
      case "console":
        this.#consoles[value & 1]!.arrive(value);
        break;
      case "frame":
        this.#network.receive?.(new Uint8Array(value).fill(value));
        break;
      case "key":
        keyboard.keyboard.type("Key");
        break;
      case "mouse":
        keyboard.mouse.move(value - 300, value, value & 7);
        break;
      case "power button":
        pm.pressPower();
        break;
      case "balloon":
        balloon?.setTarget(value);
        break;
      case "balloon statistics":
        balloon?.askStatistics();
        break;
    }
  }
}

function checked(value: number, size: number): number {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** (size * 8)) return value;
  throw new Misbehaviour(`${size} bytes were read as ${value}`);
}
/** Of up to 8 bytes; those beyond 2^53 are rounded. */
function checkedWide(value: bigint, size: number): number {
  if (value === BigInt.asUintN(size * 8, value)) return Number(value);
  throw new Misbehaviour(`${size} bytes were read as ${value}`);
}
/** Numbers that JSON writes as null. */
const noNumbers = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
