/*
 * The initramfs of the Linux tests: Debian's busybox-static, the modules for virtio and ext4 that the kernel has not built in, and
 * an init that inserts them, says so, and becomes a shell on the console.
 */
import { readFileSync } from "node:fs";
import { archive, type Entry } from "../../src/program/archive.ts";
import { type Kernel, modulesInOrder } from "./kernels.ts";

/** What init says when it has begun: the first user process runs. */
export const FIRST_PROCESS = "The first user process runs.";
/** What the shell asks with. */
export const PROMPT = "vitrine:/ # ";

const MODULES = [
  // ext4 asks for the checksum by name, not as a symbol.
  "crc32c_generic",
  "ext4",
  "virtio_pci",
  "virtio_blk",
  "virtio_net",
  "virtio_rng",
  "virtio_console",
  "virtio_balloon",
];

const APPLETS =
  "cat cmp cttyhack cut dd dmesg echo free grep head hexdump ifconfig insmod ls mkdir mount nproc ping poweroff reboot seq " +
  "setsid sh sha256sum sleep sync time tr umount uname wc";

/** As Linux starts it; a word such as `task=end` of the kernel's command line comes as a variable. */
const init = (modules: readonly string[]): string => `#!/bin/sh
echo "${FIRST_PROCESS}"
export PATH=/bin COLUMNS=300 PS1="${PROMPT}"
mount -t devtmpfs dev /dev
[ "$task" = end ] && poweroff -f
mount -t proc proc /proc
mount -t sysfs sys /sys
for module in ${modules.join(" ")}; do insmod /lib/$module.ko; done
cd /
exec setsid cttyhack sh
`;

/** Bytes for --initrd. */
export function makeInitramfs(kernel: Kernel, busybox: string): Uint8Array {
  const modules = modulesInOrder(kernel, MODULES);
  const entries = new Map<string, Entry>();
  for (const folder of ["bin", "dev", "lib", "mnt", "proc", "sys"]) entries.set(folder, { kind: "folder" });
  // What init says before devtmpfs is mounted goes there.
  entries.set("dev/console", { kind: "character-device", major: 5, minor: 1 });
  entries.set("bin/busybox", { kind: "file", bytes: readFileSync(busybox), executable: true });
  for (const applet of APPLETS.split(" ")) entries.set(`bin/${applet}`, { kind: "link", to: "busybox" });
  for (const { name, bytes } of modules) entries.set(`lib/${name}.ko`, { kind: "file", bytes });
  entries.set("init", {
    kind: "file",
    bytes: new TextEncoder().encode(init(modules.map((m) => m.name))),
    executable: true,
  });
  return archive(entries);
}
