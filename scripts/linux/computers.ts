/*
 * One computer, twice: the command lines by which Vitrine and QEMU boot the same files on machines as alike as their options allow.
 * QEMU's is a q35 with the same RAM, processors and virtio devices, all of them virtio 1 only, and no other card.
 */
import type { Kernel } from "./kernels.ts";

export interface Computer {
  readonly kernel: Kernel;
  readonly initramfs: string;
  /** Words for the kernel's command line beside the console. */
  readonly append?: string;
  readonly cpus: number;
  readonly disks?: readonly { readonly path: string; readonly flag?: "ro" | "snapshot" }[];
  /** Where the network card's frames are written down; without it there is no card. */
  readonly capture?: string;
  /** Where the virtio console's output goes; without it there is none. */
  readonly console?: string;
  readonly balloon?: boolean;
}

const MEMORY = "512M";

const commandLine = ({ append }: Computer): string =>
  ["console=ttyS0", ...(append === undefined ? [] : [append])].join(" ");

/** Arguments of `vitrine`; the serial line is standard input and output. */
export function vitrineArguments(computer: Computer): string[] {
  const { kernel, initramfs, cpus, disks = [], capture, console, balloon = false } = computer;
  return [
    ...["boot", kernel.image, "--initrd", initramfs, "--append", commandLine(computer)],
    ...["--memory", MEMORY, "--cpus", String(cpus)],
    ...disks.flatMap(({ path, flag }) => ["--disk", flag === undefined ? path : `${path},${flag}`]),
    ...(capture === undefined ? [] : ["--net", `pcap:${capture}`]),
    ...(console === undefined ? [] : ["--serial", "stdio", "--console", `file:${console}`]),
    ...(balloon ? ["--balloon"] : []),
  ];
}

/** Arguments of `qemu-system-x86_64`. Its processor is the nearest that TCG has whole. */
export function qemuArguments(computer: Computer): string[] {
  const { kernel, initramfs, cpus, disks = [], capture, console, balloon = false } = computer;
  const modern = "disable-legacy=on";
  return [
    ...["-M", "q35", "-accel", "tcg", "-cpu", "max", "-smp", String(cpus), "-m", MEMORY],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio"],
    ...["-kernel", kernel.image, "-initrd", initramfs, "-append", commandLine(computer)],
    ...disks.flatMap(({ path, flag }, i) => [
      "-drive",
      `if=none,id=disk${i},format=raw,file=${path}${flag === "ro" ? ",read-only=on" : ""}${flag === "snapshot" ? ",snapshot=on" : ""}`,
      "-device",
      `virtio-blk-pci,drive=disk${i},${modern}`,
    ]),
    ...(capture === undefined
      ? []
      : ["-netdev", "hubport,hubid=0,id=net", "-device", `virtio-net-pci,netdev=net,${modern}`]),
    ...(console === undefined
      ? []
      : [
          ...["-chardev", `file,id=console,path=${console}`],
          ...["-device", `virtio-serial-pci,${modern}`, "-device", "virtconsole,chardev=console"],
        ]),
    ...["-device", `virtio-rng-pci,${modern}`],
    ...(balloon ? ["-device", `virtio-balloon-pci,${modern}`] : []),
  ];
}
