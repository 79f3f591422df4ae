/*
 * Two boots of Linux that write to a disk are one and the same: instructions, cycles, the hash of the final state, the serial line
 * and every byte of the disk. One boot is cut into the shortest slices that `vitrine boot` makes and the other into the longest: a
 * clock of the test's own tells the host's time.
 */
import { closeSync, openSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { vitrineArguments } from "../../scripts/linux/computers.ts";
import { Conversation } from "../../scripts/linux/conversation.ts";
import { builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";
import { Bench, NO_SELF_TESTS, sha256 } from "./session.ts";

const program = builtProgram();

/** What the shell reads. Drivers empty the line's buffer when they begin, so the first line may not arrive. */
const INPUT = `# This may get lost.
mount -t ext4 /dev/vda /mnt
(seq 1 20000; cat /bin/busybox) > /mnt/file
sha256sum < /mnt/file
umount /mnt
poweroff -f
`;

/** A minute. */
const MOST_CYCLES = 60 * 3e9;

/** A slice is made longer while it takes less host time than wanted, and shorter while it takes more. */
const CLOCKS = {
  "shortest slices": "let now = 0; performance.now = () => (now += 100);",
  "longest slices": "performance.now = () => 0;",
};

async function run(bench: Bench, slices: keyof typeof CLOCKS, cpus: number, empty: Uint8Array) {
  const disk = bench.file(`disk of ${slices}`, empty);
  const { kernel, initramfs } = bench;
  const input = openSync(bench.file("input", INPUT), "r");
  const clock = `data:text/javascript,${encodeURIComponent(CLOCKS[slices])}`;
  const options = vitrineArguments({
    kernel,
    initramfs,
    cpus,
    append: NO_SELF_TESTS,
    disks: [{ path: disk }],
  });
  const args = ["--import", clock, program, ...options, "--hash", "--max-cycles", String(MOST_CYCLES)];
  const { status, out, err } = await new Conversation(process.execPath, args, input).ended;
  closeSync(input);
  expect(status, err).toBe(0);
  bench.check(disk);
  const file = sha256(bench.extract(disk, "/file"));
  // Those two are the host's.
  const { hostSeconds, mips, ...statistics } = JSON.parse(err);
  expect(hostSeconds).not.toBe(mips);
  return { out, statistics, file, disk: sha256(readFileSync(disk)) };
}

it.for([1, 4])("with %i processors", async (cpus, ctx) => {
  const bench = new Bench(ctx, "cloud");
  try {
    const numbers = Array.from({ length: 20_000 }, (_, i) => `${i + 1}\n`).join("");
    const content = Buffer.concat([Buffer.from(numbers), readFileSync(requireTool(ctx, "busybox"))]);
    // Made once: it has the time in it.
    const empty = readFileSync(bench.ext4("empty", 16 * 2 ** 20));
    const [one, two] = await Promise.all([
      run(bench, "shortest slices", cpus, empty),
      run(bench, "longest slices", cpus, empty),
    ]);
    expect(one.file).toBe(sha256(content));
    expect(one.out).toContain(sha256(content));
    expect(one.statistics).toMatchObject({ end: "power-off", hash: expect.stringMatching(/^[0-9a-f]{16}$/) });
    expect(one.statistics.cpus).toHaveLength(cpus);
    expect(two).toEqual(one);
  } finally {
    bench.remove();
  }
});
