/* The initramfs writer: what busybox's cpio makes of an archive, byte by byte of a small one, and paths that it refuses. */
import { spawnSync } from "node:child_process";
import { lstatSync, mkdtempSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { archive, type Entry } from "../../src/program/archive.ts";
import { requireTool } from "../support/tools.ts";

it("writes what cpio reads", (ctx) => {
  const busybox = requireTool(ctx, "busybox");
  const folder = mkdtempSync(join(tmpdir(), "vitrine-archive-"));
  try {
    // Of every length modulo 4.
    const files = [0, 1, 2, 3, 4097].map(
      (size) => [`d/file-${size}`, Buffer.alloc(size, `${size}`)] as const,
    );
    const bytes = archive(
      new Map<string, Entry>([
        ["d", { kind: "folder" }],
        ...files.map(([path, content]) => [path, { kind: "file", bytes: content }] as const),
        ["run", { kind: "file", bytes: Buffer.from("#!"), executable: true }],
        ["link", { kind: "link", to: "d/file-3" }],
      ]),
    );
    const { status, stderr } = spawnSync(busybox, ["cpio", "-i"], { cwd: folder, input: bytes });
    expect(status, String(stderr)).toBe(0);
    for (const [path, content] of files) expect(readFileSync(join(folder, path))).toEqual(content);
    expect(readlinkSync(join(folder, "link"))).toBe("d/file-3");
    const mode = (path: string): number => lstatSync(join(folder, path)).mode & 0o7777;
    expect([mode("d"), mode("d/file-1"), mode("run")]).toEqual([0o755, 0o644, 0o755]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("writes headers of 13 fields, device nodes and the trailer", () => {
  const bytes = archive(new Map([["null", { kind: "character-device", major: 1, minor: 3 }]]));
  const header = (...fields: readonly number[]): string =>
    `070701${fields.map((f) => f.toString(16).padStart(8, "0")).join("")}`;
  expect(Buffer.from(bytes).toString("latin1")).toBe(
    `${header(1, 0o020600, 0, 0, 1, 0, 0, 0, 0, 1, 3, 5, 0)}null\0\0` +
      `${header(2, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 11, 0)}TRAILER!!!\0\0\0\0`,
  );
});

it.each(["", "/absolute"])("refuses the path %j", (path) => {
  expect(() => archive(new Map([[path, { kind: "folder" }]]))).toThrow(RangeError);
});
