/*
 * Linux reads our tables on a machine that is not ours: QEMU's q35, whose fixed hardware is where the tables say. They are put into
 * its memory, and Debian's kernel is told where (acpi_rsdp=). It has no root to mount, so it panics and restarts by RESET_REG.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildAcpiTables } from "../../../src/devices/acpi/tables.ts";
import { missing, requireTool } from "../../support/tools.ts";
import { platforms } from "./platforms.ts";

const MIB = 2 ** 20;
const MEMORY = 512 * MIB;
/** Where the tables go: away from the kernel, which is told to leave it alone. */
const TABLES = MEMORY / 2;
const TABLES_SIZE = 0x10000;

/** What .ci/run has unpacked. */
function kernelImage(): string | undefined {
  const cache =
    process.env.VITRINE_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "vitrine");
  const boot = join(cache, "linux", "boot");
  try {
    const name = readdirSync(boot).find((file) => file.startsWith("vmlinuz-"));
    return name && join(boot, name);
  } catch {
    return undefined;
  }
}

/** Lines of the kernel's log, without their times. They go to a file: a pipe that is full for a moment loses some. */
async function bootLog(qemu: string, kernel: string, folder: string, bytes: Uint8Array): Promise<string[]> {
  const tables = join(folder, "tables");
  const serial = join(folder, "log");
  writeFileSync(tables, bytes);
  const append = [
    "console=ttyS0 panic=-1",
    `memmap=${TABLES_SIZE / 1024}K$0x${TABLES.toString(16)}`,
    `acpi_rsdp=0x${TABLES.toString(16)}`,
  ].join(" ");
  const loader = `loader,file=${tables},addr=0x${TABLES.toString(16)},force-raw=on`;
  const child = spawn(
    qemu,
    ["-M", "q35", "-accel", "tcg", "-cpu", "max", "-smp", "2,sockets=2", "-m", `${MEMORY / MIB}`]
      .concat(["-nodefaults", "-display", "none", "-no-reboot", "-serial", `file:${serial}`])
      .concat(["-kernel", kernel, "-append", append, "-device", loader]),
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (data: string) => {
    errors += data;
  });
  const status = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const text = readFileSync(serial, "utf8");
  if (status !== 0) throw new Error(`QEMU ended with ${status}: ${errors}${text.slice(-2000)}`);
  return text.split(/\r?\n/).map((line) => line.replace(/^\[ *[0-9.]+\] /, ""));
}

it("accepts them without a complaint", async (ctx) => {
  const qemu = requireTool(ctx, "qemu-system-x86_64");
  const kernel = kernelImage() ?? missing(ctx, "the kernel that .ci/run unpacks");
  const { usual } = platforms;
  const { bytes } = buildAcpiTables(TABLES, TABLES + TABLES_SIZE, {
    ...usual,
    cpus: [{ apicId: 0 }, { apicId: 1 }],
    // Where QEMU's firmware puts it.
    pci: { ...usual.pci!, ecam: { base: 0xb000_0000, busCount: 256 } },
    serial: [{ port: 0x3f8, irq: 4 }],
    numa: {
      nodes: [
        { memory: [{ start: 0, size: TABLES }], apicIds: [0] },
        { memory: [{ start: TABLES, size: MEMORY - TABLES }], apicIds: [1] },
      ],
    },
  });
  const folder = mkdtempSync(join(tmpdir(), "vitrine-acpi-linux-"));
  let log: string[];
  try {
    log = await bootLog(qemu, kernel, folder, bytes);
  } finally {
    rmSync(folder, { recursive: true });
  }

  const expected = [
    /^ACPI: RSDP 0x0000000010000000 000024 \(v02 VITRIN\)/,
    /^ACPI: PM-Timer IO Port: 0x608$/,
    /^ACPI: LAPIC_NMI \(acpi_id\[0xff\] dfl dfl lint\[0x1\]\)$/,
    /^ACPI: INT_SRC_OVR \(bus 0 bus_irq 0 global_irq 2 dfl dfl\)$/,
    /^ACPI: INT_SRC_OVR \(bus 0 bus_irq 9 global_irq 9 high level\)$/,
    /^ACPI: Using ACPI \(MADT\) for SMP configuration information$/,
    /^ACPI: HPET id: 0x8086a201 base: 0xfed00000$/,
    /^smpboot: Allowing 2 CPUs, 0 hotplug CPUs$/,
    /^SRAT: PXM 1 -> APIC 0x01 -> Node 1$/,
    /^ACPI: SRAT: Node 1 PXM 1 \[mem 0x10000000-0x1fffffff\]$/,
    /^smp: Brought up 2 nodes, 2 CPUs$/,
    /^ACPI: Interpreter enabled$/,
    /^ACPI: PM: \(supports S0 S5\)$/,
    /^ACPI: Using IOAPIC for interrupt routing$/,
    /^PCI: MMCONFIG for domain 0000 \[bus 00-ff\] at \[mem 0xb0000000-0xbfffffff\]/,
    /^acpi PNP0A08:00: _OSC: OS now controls \[PCIeHotplug PME AER PCIeCapability LTR\]$/,
    /^pci_bus 0000:00: root bus resource \[io {2}0x1000-0xffff window\]$/,
    /^pci_bus 0000:00: root bus resource \[mem 0x4000000000-0x7fffffffff window\]$/,
    /^pci_bus 0000:00: root bus resource \[bus 00-ff\]$/,
    /^hpet0: at MMIO 0xfed00000, IRQs/,
    /^system 00:00: \[io {2}0x0600-0x0627\] has been reserved$/,
    /^system 00:00: \[mem 0xb0000000-0xbfffffff\] has been reserved$/,
    /^i8042: PNP: PS\/2 Controller \[PNP0303:KBD.*,PNP0f13:MOU.*\] at 0x60,0x64 irq 1,12$/,
    /: ttyS0 at I\/O 0x3f8 \(irq = 4, base_baud = 115200\) is a 16550A$/,
    /^rtc_cmos 00:01: alarms up to one day, y3k, 114 bytes nvram, hpet irqs$/,
  ];
  expect(expected.filter((pattern) => !log.some((line) => pattern.test(line)))).toEqual([]);
  const complaint =
    /ACPI.*(error|warning|exception|invalid|interpreter disabled|missing)|BIOS bug|Firmware (Bug|Warn)|does not support|could not be reserved|Unknown NUMA node|no address or irqs/i;
  expect(log.filter((line) => complaint.test(line))).toEqual([]);
});
