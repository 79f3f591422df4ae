/* Disks in files: every byte compared with a plain array that goes through the same, and with the file read back by Node. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { openDisk } from "../../src/host/disk.ts";
import { HostError } from "../../src/host/errors.ts";
import { SnapshotDisk } from "../../src/host/snapshot.ts";
import { missing } from "../support/tools.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-disk-"));
afterAll(() => rmSync(folder, { recursive: true }));
let files = 0;

/** Far faster than toEqual where there are many bytes. */
const same = (found: Uint8Array | undefined, expected: Uint8Array): boolean =>
  found !== undefined && Buffer.compare(found, expected) === 0;

/** An image whose bytes differ from sector to sector. */
const content = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, i) => (i >> 9) * 7 + i);
function image(bytes: Uint8Array): string {
  const path = join(folder, `${files++}.img`);
  writeFileSync(path, bytes);
  return path;
}

/** Two clusters of a snapshot and a short one. */
const SIZE = 2 * 65536 + 3 * 512;
const sector = (most: number) => fc.integer({ min: 0, max: most }).map((n) => n * 512);
const operation = fc.record({
  what: fc.constantFrom("write", "writeZeroes", "read"),
  offset: sector(SIZE / 512 - 1),
  length: fc.oneof(sector(8), sector(SIZE / 512)),
  fill: fc.integer({ min: 1, max: 255 }),
});

describe.each([
  ["a file", false],
  ["a snapshot", true],
])("%s", (_name, snapshot) => {
  it("reads what was written, whatever the order", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 20 }), (operations) => {
        const expected = content(SIZE);
        const path = image(expected);
        const disk = openDisk(path, { snapshot });
        expect([disk.size, disk.readOnly]).toEqual([SIZE, false]);
        for (const { what, offset, length: wanted, fill } of operations) {
          const length = Math.min(wanted, SIZE - offset);
          if (what === "read") {
            expect(same(disk.read(offset, length), expected.slice(offset, offset + length))).toBe(true);
          } else if (what === "write") {
            const data = Uint8Array.from({ length }, (_, i) => fill + i);
            expect(disk.write(offset, data)).toBe(true);
            expected.set(data, offset);
          } else {
            expect(disk.writeZeroes(offset, length)).toBe(true);
            expected.fill(0, offset, offset + length);
          }
        }
        expect(same(disk.read(0, SIZE), expected)).toBe(true);
        expect(disk.flush()).toBe(true);
        expect(same(readFileSync(path), snapshot ? content(SIZE) : expected)).toBe(true);
        expect([disk.close(), disk.close()]).toEqual([true, true]);
      }),
      { numRuns: 60 },
    );
  });

  it("fails outside the disk and changes nothing", () => {
    const path = image(content(1024));
    const disk = openDisk(path, { snapshot });
    expect(disk.read(512, 1024)).toBeUndefined();
    expect(disk.write(1024, new Uint8Array(512))).toBe(false);
    expect(disk.writeZeroes(1024, 512)).toBe(false);
    expect(disk.read(0, 1024)).toEqual(content(1024));
    disk.close();
    expect(readFileSync(path).length).toBe(1024);
  });

  it("refuses every change where it is read-only", () => {
    const disk = openDisk(image(content(1024)), { snapshot, readOnly: true });
    expect(disk.readOnly).toBe(true);
    expect(disk.write(0, new Uint8Array(512))).toBe(false);
    expect(disk.writeZeroes(0, 512)).toBe(false);
    expect(disk.discard(0, 512)).toBe(false);
    expect(disk.flush()).toBe(true);
    expect(disk.read(0, 1024)).toEqual(content(1024));
    disk.close();
  });

  it("fails when the file has become shorter, and once it is closed", () => {
    const path = image(content(1024));
    const disk = openDisk(path, { snapshot });
    truncateSync(path, 512);
    expect(disk.read(0, 1024)).toBeUndefined();
    expect(disk.read(0, 512)).toEqual(content(512));
    disk.close();
    expect(disk.read(0, 512)).toBeUndefined();
  });
});

describe("a file", () => {
  it("of many zeros is written in pieces", () => {
    const path = image(content(3 * 1024 * 1024 + 512));
    const disk = openDisk(path);
    expect(disk.writeZeroes(512, 3 * 1024 * 1024 - 512)).toBe(true);
    disk.close();
    const after = readFileSync(path);
    expect(after.indexOf(0, 1)).toBeLessThan(512);
    expect(after.subarray(512, 3 * 1024 * 1024).every((b) => b === 0)).toBe(true);
    expect(
      same(after.subarray(3 * 1024 * 1024), content(3 * 1024 * 1024 + 512).subarray(3 * 1024 * 1024)),
    ).toBe(true);
  });
});

describe("a snapshot", () => {
  it("holds only the clusters that were written, and none that is all zeros", () => {
    const disk = new SnapshotDisk(openDisk(image(content(SIZE)), { readOnly: true }));
    disk.write(65536, new Uint8Array(512).fill(1));
    expect(disk.held).toBe(65536);
    disk.writeZeroes(0, 65536);
    expect(disk.held).toBe(65536);
    disk.discard(65536, 65536);
    expect(disk.held).toBe(0);
    disk.write(SIZE - 512, new Uint8Array(512).fill(1));
    expect(disk.held).toBe(SIZE - 2 * 65536);
  });
  it("of a disk that its user may only read can be written", () => {
    const path = image(content(512));
    chmodSync(path, 0o444);
    const disk = openDisk(path, { snapshot: true });
    expect(disk.write(0, new Uint8Array(512))).toBe(true);
    expect(disk.read(0, 512)).toEqual(new Uint8Array(512));
    disk.close();
  });
});

describe("what is no disk", () => {
  const refusal = (path: string, options = {}): string => {
    try {
      openDisk(path, options).close();
    } catch (error) {
      if (error instanceof HostError) return error.message.replace(folder, "F");
      throw error;
    }
    return "opened";
  };
  it("is refused in one line that names the file", () => {
    mkdirSync(join(folder, "d"));
    writeFileSync(join(folder, "odd"), new Uint8Array(1000));
    writeFileSync(join(folder, "empty"), "");
    const named = ["none", "d", "odd", "empty"].map((name) =>
      refusal(join(folder, name), { readOnly: true }),
    );
    expect(named).toEqual([
      "disk F/none: no such file or directory",
      "disk F/d: is a directory",
      "disk F/odd: 1000 bytes are not a multiple of 512",
      "disk F/empty: the file is empty",
    ]);
    expect(refusal("/dev/null")).toBe("disk /dev/null: is not a regular file");
    expect(refusal(join(folder, "odd", "x"))).toBe("disk F/odd/x: not a directory");
  });
  it("is not written where its user may not, and the message says what helps", (ctx) => {
    // Whoever may do everything may not write this.
    const path = "/sys/kernel/uevent_seqnum";
    if (!existsSync(path)) missing(ctx, path);
    expect(refusal(path)).toBe(
      `disk ${path}: cannot be written (add ",ro" or ",snapshot" to use it without writing)`,
    );
    expect(refusal(path, { readOnly: true })).toBe("opened");
  });
});
