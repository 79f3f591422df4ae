/*
 * The kernels that devices.test.ts and smp.test.ts run, on QEMU's q35, which has the same devices at the same places: they say the
 * same there. Its time is the host's, so lines of measured time are left out.
 */
import { describe, expect, it } from "vitest";
import { FakeDisk } from "../../devices/virtio/fake-disk.ts";
import { requireTool } from "../../support/tools.ts";
import { Computer, fixed } from "./computer.ts";
import { DEVICE_GUESTS, DISK_SECTORS, type Guest, SMP_GUESTS, SUCCESS, titleOf } from "./guests.ts";
import { kernel } from "./kernels.ts";
import { onQemu } from "./qemu.ts";

const statusOf = ({ stop = SUCCESS }: Guest): number => (stop.kind === "exit" ? stop.status : 0);

describe("the same kernels on QEMU", () => {
  const there = DEVICE_GUESTS.filter(({ qemu }) => qemu !== undefined);
  it.for(there.map((guest) => [titleOf(guest), guest] as const))("%s", ([, guest], ctx) => {
    const qemu = requireTool(ctx, "qemu-system-x86_64");
    const { bytes } = kernel(guest.files ?? [guest.name], guest.constants);
    const outcome = onQemu(qemu, bytes, {
      args: guest.qemu ?? [],
      disk: new FakeDisk(DISK_SECTORS).bytes,
      input: guest.options?.().serialInput,
    });
    expect(fixed(outcome.output)).toBe(guest.output);
    expect(outcome.status).toBe(statusOf(guest));
    expect(outcome.stdout).toBe(guest.serial ?? "");
  });

  it("a disk has the same bytes afterwards", (ctx) => {
    const qemu = requireTool(ctx, "qemu-system-x86_64");
    const guest = DEVICE_GUESTS.find(({ name }) => name === "virtio-block")!;
    const disk = new FakeDisk(DISK_SECTORS);
    const { bytes } = kernel(guest.files ?? []);
    const theirs = onQemu(qemu, bytes, { args: guest.qemu ?? [], disk: disk.bytes });
    new Computer(bytes, { disks: [disk] }).run();
    expect(theirs.disk).toEqual(Buffer.from(disk.bytes));
  });

  const smp = SMP_GUESTS.flatMap((guest) => [1, 4].map((cpus) => [guest.name, cpus, guest] as const));
  it.for(smp)("%s with %i processors", ([name, cpus, guest], ctx) => {
    const qemu = requireTool(ctx, "qemu-system-x86_64");
    const { bytes } = kernel([name, "smp"], guest.constants);
    const { output, status } = onQemu(qemu, bytes, { cpus });
    expect(fixed(output)).toBe(guest.output(cpus));
    expect(status).toBe(0x21);
  });
});
