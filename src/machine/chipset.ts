/**
 * The board: which devices there are, at which addresses, and how they are wired. It runs nothing; machine.ts does.
 *
 * Interrupts are those of a PC with PICs and one I/O APIC. PCI pins reach the I/O APIC's inputs 16–23 by device and pin,
 * and, for software that knows only PICs, also interrupts 10 and 11, which the interrupt line registers name.
 */
import { AcpiPm, PM_PORTS } from "../devices/acpi-pm.ts";
import { ApicBus } from "../devices/apic-bus.ts";
import type { Clock } from "../devices/clock.ts";
import { Cmos } from "../devices/cmos.ts";
import { DebugConsole } from "../devices/debug-console.ts";
import { DebugExit } from "../devices/debug-exit.ts";
import type { Device } from "../devices/device.ts";
import { FW_CFG, FwCfg } from "../devices/fw-cfg.ts";
import type { GuestMemory } from "../devices/guest-memory.ts";
import { HPET_ADDRESS, HPET_SIZE, Hpet } from "../devices/hpet.ts";
import { I8042 } from "../devices/i8042.ts";
import { InterruptRouter } from "../devices/interrupt-router.ts";
import type { InterruptLine } from "../devices/interrupts.ts";
import { IoApic } from "../devices/io-apic.ts";
import { assignResources } from "../devices/pci/assign-resources.ts";
import { PciBus } from "../devices/pci/bus.ts";
import { ConfigurationPorts } from "../devices/pci/configuration-ports.ts";
import { Ecam } from "../devices/pci/ecam.ts";
import { hostBridge } from "../devices/pci/host-bridge.ts";
import { Pics } from "../devices/pic.ts";
import { Pit } from "../devices/pit.ts";
import { ResetControl } from "../devices/reset-control.ts";
import { Uart } from "../devices/uart.ts";
import { VirtioBalloon } from "../devices/virtio/balloon.ts";
import { VirtioBlock } from "../devices/virtio/block.ts";
import { type ConsolePort, VirtioConsole } from "../devices/virtio/console.ts";
import type { VirtioDevice } from "../devices/virtio/device.ts";
import { VirtioEntropy } from "../devices/virtio/entropy.ts";
import { VirtioNetwork } from "../devices/virtio/network.ts";
import { VirtioNinep } from "../devices/virtio/ninep.ts";
import { VirtioPci } from "../devices/virtio/transport.ts";
import type {
  BlockBackend,
  CharacterBackend,
  EntropyBackend,
  FileBackend,
  NetworkBackend,
} from "../host/backends.ts";
import { ECAM, LOW_RAM_END, PCI_IO, PCI_MEMORY, PORT, SERIAL_PORTS } from "./memory-map.ts";
import type { PhysicalMemory } from "./physical.ts";
import type { PortBus } from "./port-bus.ts";

/** What stands on the board beside what every PC has. */
export interface Peripherals {
  /** COM1 to COM4; undefined leaves the port out. */
  readonly serial?: readonly (CharacterBackend | undefined)[];
  readonly debugConsole?: CharacterBackend;
  readonly disks?: readonly BlockBackend[];
  readonly networks?: readonly NetworkBackend[];
  /** Ports of one virtio console; none leaves it out. */
  readonly consolePorts?: readonly ConsolePort[];
  readonly entropy?: EntropyBackend;
  readonly balloon?: boolean;
  /** Directories by virtio 9P; the tag is what the guest mounts. */
  readonly shares?: readonly { readonly backend: FileBackend; readonly tag: string }[];
  /** Files that guests read by fw_cfg. */
  readonly firmwareFiles?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** What the real-time clock shows at power-up: seconds since 1970. */
  readonly time: number;
}

export interface ChipsetOptions extends Peripherals {
  readonly clock: Clock;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly physical: PhysicalMemory;
  readonly ports: PortBus;
  readonly busMaster: GuestMemory;
  /** The machine's affairs. */
  powerOff(): void;
  reset(): void;
  exit(status: number): void;
  trace?: ((channel: "virtio", text: () => string) => void) | undefined;
}

export class Chipset {
  readonly apicBus = new ApicBus();
  readonly pics = new Pics();
  readonly ioApic: IoApic;
  readonly router: InterruptRouter;
  readonly pm: AcpiPm;
  readonly keyboard: I8042;
  readonly pci: PciBus;
  readonly serial: readonly Uart[];
  readonly balloon: VirtioBalloon | undefined;
  readonly debugConsole: DebugConsole;
  /** All that have state, in a fixed order. */
  readonly devices: readonly Device[];

  constructor(o: ChipsetOptions) {
    const { clock, ports, physical, busMaster } = o;
    const devices: Device[] = [];
    const add = <T extends Device>(device: T): T => {
      devices.push(device);
      return device;
    };

    add(this.pics).attach(ports);
    this.ioApic = add(new IoApic({ bus: this.apicBus }));
    this.ioApic.attach(physical);
    this.router = add(new InterruptRouter({ pics: this.pics, ioApic: this.ioApic }));
    const line = (gsi: number): InterruptLine => this.router.line(gsi);

    const hpet = add(
      new Hpet({
        clock,
        lines: Array.from({ length: 24 }, (_, gsi) => (gsi >= 16 ? line(gsi) : undefined)),
        legacy: [line(0), line(8)],
        messages: this.apicBus,
      }),
    );
    physical.addMmio(HPET_ADDRESS, HPET_SIZE, hpet.mmio);
    const pit = add(new Pit({ clock, line: hpet.replaceable(line(0)) }));
    ports.add(PORT.pit, 4, pit.ports);
    ports.add(PORT.systemControl, 1, pit.control);
    const memory = {
      below4G: Math.min(o.memoryBytes, LOW_RAM_END),
      above4G: Math.max(0, o.memoryBytes - LOW_RAM_END),
    };
    ports.add(PORT.cmos, 2, add(new Cmos({ clock, line: hpet.replaceable(line(8)), time: o.time, memory })));
    this.pm = add(new AcpiPm({ clock, line: line(9), powerOff: () => o.powerOff() }));
    ports.add(PORT.pm, PM_PORTS, this.pm.ports);
    this.keyboard = add(
      new I8042({ clock, keyboardLine: line(1), mouseLine: line(12), reset: () => o.reset() }),
    );
    ports.add(PORT.i8042Data, 1, this.keyboard.data);
    ports.add(PORT.i8042Command, 1, this.keyboard.control);

    this.serial = SERIAL_PORTS.flatMap(({ port, irq }, i) => {
      const backend = o.serial?.[i];
      if (backend === undefined) return [];
      const uart = add(new Uart({ clock, line: line(irq), backend, name: `uart-${i}` }));
      ports.add(port, 8, uart);
      return [uart];
    });
    this.debugConsole = add(new DebugConsole({ clock, backend: o.debugConsole }));
    ports.add(PORT.debugConsole, 1, this.debugConsole);
    ports.add(PORT.debugExit, 4, add(new DebugExit({ exit: (status) => o.exit(status) })));
    const fwCfg = add(new FwCfg({ memory: busMaster }));
    fwCfg.setNumber(FW_CFG.NB_CPUS, o.cpus, 2);
    fwCfg.setNumber(FW_CFG.MAX_CPUS, o.cpus, 2);
    for (const { name, bytes } of o.firmwareFiles ?? []) fwCfg.add(name, bytes);
    ports.add(PORT.fwCfg, 12, fwCfg);

    const pci = new PciBus({
      ports,
      memory: physical,
      messages: this.apicBus,
      wire: (device, pin) => both(line(pciGsi(device, pin)), line(pciIsa(device, pin))),
    });
    this.pci = pci;
    add(pci);
    const resetControl = add(new ResetControl(() => o.reset()));
    ports.add(PORT.pciConfiguration, 8, add(new ConfigurationPorts(pci, resetControl)));
    physical.addMmio(ECAM.base, ECAM.buses << 20, new Ecam(pci));
    let place = 0;
    pci.add(place++, 0, hostBridge());
    const virtio = (device: VirtioDevice): void => {
      const trace = o.trace;
      const transport = new VirtioPci({
        device,
        memory: busMaster,
        ...(trace === undefined ? {} : { trace: (text: () => string) => trace("virtio", text) }),
      });
      pci.add(place++, 0, transport.function);
      add(transport);
    };
    o.disks?.forEach((backend, i) => {
      virtio(new VirtioBlock({ backend, clock, id: `vitrine-disk-${i}`, name: `virtio-block-${i}` }));
    });
    o.networks?.forEach((backend, i) => {
      virtio(new VirtioNetwork({ backend, mac: macOf(i), name: `virtio-network-${i}` }));
    });
    if (o.consolePorts !== undefined && o.consolePorts.length > 0)
      virtio(new VirtioConsole({ ports: o.consolePorts }));
    if (o.entropy !== undefined) virtio(new VirtioEntropy(o.entropy));
    o.shares?.forEach(({ backend, tag }, i) => {
      virtio(new VirtioNinep({ backend, tag, name: `virtio-9p-${i}` }));
    });
    this.balloon = o.balloon === true ? new VirtioBalloon({ memory: busMaster }) : undefined;
    if (this.balloon !== undefined) virtio(this.balloon);
    this.devices = devices;
    this.firmware();
  }

  /** What a BIOS would have set up before the kernel: addresses of PCI functions, level triggering of their interrupts. */
  firmware(): void {
    assignResources(this.pci, { io: PCI_IO, memory: PCI_MEMORY, interruptLine: pciIsa });
    const elcr = (1 << 9) | (1 << 10) | (1 << 11);
    this.pics.elcr.write(0, 1, elcr & 0xff);
    this.pics.elcr.write(1, 1, elcr >> 8);
  }

  /** Everything as at power-up, then the firmware's part. */
  reset(): void {
    for (const device of this.devices) device.reset();
    this.firmware();
  }
  /** Sends on what devices have kept back of their output. */
  flush(): void {
    for (const uart of this.serial) uart.flush();
    this.debugConsole.flush();
  }
}

/** The I/O APIC's input for pin 1–4 of a device, as the DSDT's _PRT tells it. */
export const pciGsi = (device: number, pin: number): number => 16 + ((device + pin - 1) & 7);
/** The PICs' interrupt for it. */
const pciIsa = (device: number, pin: number): number => 10 + ((device + pin - 1) & 1);

const both = (a: InterruptLine, b: InterruptLine): InterruptLine => ({
  set: (level) => {
    a.set(level);
    b.set(level);
  },
});

/** Locally administered addresses, one for each interface. */
const macOf = (index: number): Uint8Array => Uint8Array.of(0x52, 0x56, 0x54, 0, 0, index + 1);
