/*
 * Each device of the board, driven by a small kernel on the whole machine: what it says, what comes out of its lines, how it
 * ends, and how long things took in virtual time. qemu.test.ts runs the same kernels on QEMU.
 */
import { describe, expect, it } from "vitest";
import { FakeDisk } from "../../devices/virtio/fake-disk.ts";
import { Computer, fixed, measured } from "./computer.ts";
import { DEVICE_GUESTS, DISK_SECTORS, SUCCESS, titleOf } from "./guests.ts";
import { kernel } from "./kernels.ts";

describe("kernels for devices", () => {
  it.each(DEVICE_GUESTS.map((guest) => [titleOf(guest), guest] as const))("%s", (_, guest) => {
    const { bytes } = kernel(guest.files ?? [guest.name], guest.constants);
    const computer = new Computer(bytes, guest.options?.());
    const stop = computer.run();
    expect([fixed(computer.output), stop]).toEqual([guest.output, guest.stop ?? SUCCESS]);
    if (guest.serial !== undefined) expect(computer.serial).toBe(guest.serial);
    const times = measured(computer.output);
    expect(times.length).toBe(guest.measured?.length ?? 0);
    guest.measured?.forEach(([from, to], i) => {
      expect(times[i]).toBeGreaterThanOrEqual(from);
      expect(times[i]).toBeLessThanOrEqual(to);
    });
  });

  it("a disk has what was written when the guest has flushed, and nothing else has changed", () => {
    const disk = new FakeDisk(DISK_SECTORS);
    const expected = disk.bytes.slice();
    for (let i = 0; i < 512; i++) expected[3 * 512 + i] = (i + 1) & 0xff;
    const { bytes } = kernel(["virtio-block", "virtio", "acpi-tables"]);
    new Computer(bytes, { disks: [disk] }).run();
    expect(disk.bytes).toEqual(expected);
    expect(disk.calls.map(([name]) => name)).toEqual([
      // The driver has not taken the flush feature, so each write is flushed too (virtio 1.2 §5.2.6.2).
      "read",
      "write",
      "flush",
      "flush",
      "read",
    ]);
  });
});
