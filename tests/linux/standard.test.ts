/*
 * Debian's standard kernel, unmodified, which has drivers for every PC: to its first user process and a shell, with virtio and ext4
 * from modules; no complaint that it has not under QEMU. `reboot` ends a machine that is told so.
 */
import { expect, it } from "vitest";
import { FIRST_PROCESS, PROMPT } from "../../scripts/linux/initramfs.ts";
import { builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";
import { complaints, explained, withoutNumbers } from "./log.ts";
import { ask, Bench, NO_SELF_TESTS, onQemu, onVitrine, type Starter } from "./session.ts";

const program = builtProgram();

/** Leaves its log on a disk. */
async function shortSession(bench: Bench, name: string, start: Starter, end: string, ...more: string[]) {
  const disk = bench.ext4(name, 16 * 2 ** 20);
  const { kernel, initramfs } = bench;
  const machine = start(
    { kernel, initramfs, cpus: 2, append: NO_SELF_TESTS, disks: [{ path: disk }] },
    ...more,
  );
  try {
    await machine.until(FIRST_PROCESS);
    await machine.until(PROMPT);
    await ask(machine, "dmesg -n 1");
    const answers = [
      await ask(machine, "uname -r"),
      await ask(machine, "mount -t ext4 /dev/vda /mnt && dmesg -r > /mnt/log && umount /mnt && echo done"),
    ];
    machine.send(`${end}\n`);
    const { status, err, out } = await machine.ended;
    bench.check(disk);
    return { status, err, out, answers, log: bench.extract(disk, "/log").toString("latin1") };
  } finally {
    machine.kill();
  }
}

it("boots, and ends at a restart", async (ctx) => {
  const qemu = requireTool(ctx, "qemu-system-x86_64");
  const bench = new Bench(ctx, "standard");
  try {
    const answers = [bench.kernel.release, "done"];
    const there = await shortSession(bench, "there", onQemu(qemu), "poweroff -f");
    expect(there).toMatchObject({ status: 0, answers });
    const here = await shortSession(bench, "here", onVitrine(program), "reboot -f", "--no-reboot");
    expect(here).toMatchObject({ status: 0, err: "", answers });
    expect(here.out).toContain("reboot: Restarting system");
    expect(here.out.split(FIRST_PROCESS)).toHaveLength(2);
    const known = explained();
    const differences = complaints(here.log, there.log);
    expect(differences.filter((line) => !known.has(withoutNumbers(line)))).toEqual([]);
  } finally {
    bench.remove();
  }
});
