/*
 * Cables: the hub, and captures, whose files are read by a reader written from the format's description here and by
 * tcpdump.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { NetworkBackend } from "../../src/host/backends.ts";
import { Capture, type CaptureOptions } from "../../src/host/capture.ts";
import { Hub } from "../../src/host/hub.ts";
import { NullNetwork } from "../../src/host/null.ts";
import { requireTool } from "../support/tools.ts";

/** An ARP request (RFC 826) for 10.0.0.2 by 10.0.0.1, of 42 bytes: one that needs padding in the file. */
const ARP = Uint8Array.from(
  Buffer.from(
    "ffffffffffff5254000000010806" +
      "0001080006040001525400000001" +
      "0a000001" +
      "000000000000" +
      "0a000002",
    "hex",
  ),
);

const listen = (port: NetworkBackend): Uint8Array[] => {
  const heard: Uint8Array[] = [];
  port.receive = (frame) => heard.push(frame);
  return heard;
};

describe("a hub", () => {
  it("passes a frame to all ports but its own", () => {
    const hub = new Hub();
    const ports = [hub.port(), hub.port(), hub.port()] as const;
    const heard = ports.map(listen);
    hub.port(); // nobody listens there
    ports[1].send(ARP);
    expect(heard).toEqual([[ARP], [], [ARP]]);
  });
});

/** A capture on a cable, and the bytes of its file so far. */
function capture(options: Partial<CaptureOptions> = {}) {
  const parts: Uint8Array[] = [];
  let time = 0;
  const clip = new Capture({ write: (bytes) => parts.push(bytes), now: () => time, ...options });
  return {
    clip,
    at: (nanoseconds: number): Capture => {
      time = nanoseconds;
      return clip;
    },
    file: () => Buffer.concat(parts),
  };
}

/** The blocks of a little-endian pcapng file: type, and body without its options, which are told apart by code. */
function blocks(file: Buffer) {
  const fixed: Record<number, number> = { 168627466: 16, 1: 8, 6: 20 };
  const found: { type: number; body: Buffer; options: Record<number, string> }[] = [];
  for (let at = 0; at < file.length; ) {
    const type = file.readUInt32LE(at);
    const length = file.readUInt32LE(at + 4);
    expect(length % 4).toBe(0);
    expect(file.readUInt32LE(at + length - 4)).toBe(length);
    const content = file.subarray(at + 8, at + length - 4);
    const captured = type === 6 ? (content.readUInt32LE(12) + 3) & ~3 : 0;
    let next = fixed[type]! + captured;
    const body = content.subarray(0, next);
    const options: Record<number, string> = {};
    for (;;) {
      const [code, size] = [content.readUInt16LE(next), content.readUInt16LE(next + 2)];
      if (code === 0) break;
      options[code] = content.subarray(next + 4, next + 4 + size).toString("hex");
      next += 4 + ((size + 3) & ~3);
    }
    expect(next + 4).toBe(content.length);
    found.push({ type, body, options });
    at += length;
  }
  return found;
}

describe("a capture", () => {
  it("begins with a section and one Ethernet interface of nanoseconds", () => {
    const [section, description] = blocks(capture({ name: "eth" }).file());
    expect(section!.body.toString("hex")).toBe("4d3c2b1a" + "01000000" + "ffffffffffffffff");
    expect(description!.body.readUInt16LE(0)).toBe(1);
    expect(description!.options).toEqual({ 2: Buffer.from("eth").toString("hex"), 9: "09" });
  });

  it("writes each frame with its time and direction, and passes it on", () => {
    const hub = new Hub();
    const far = hub.port();
    const heardFar = listen(far);
    const { clip, at, file } = capture({ to: hub.port() });
    const heard = listen(clip);
    at(5).send(ARP);
    at(2 ** 32 * 3 + 7);
    far.send(ARP.slice(0, 40));
    expect(heardFar).toEqual([ARP]);
    expect(heard).toEqual([ARP.slice(0, 40)]);
    const [sent, received] = blocks(file()).slice(2);
    const hex = Buffer.from(ARP).toString("hex");
    expect(sent!.body.toString("hex")).toBe(
      ["00000000", "00000000", "05000000", "2a000000", "2a000000", hex, "0000"].join(""),
    );
    expect(sent!.options).toEqual({ 2: "02000000" });
    expect(received!.body.toString("hex")).toBe(
      ["00000000", "03000000", "07000000", "28000000", "28000000", hex.slice(0, 80)].join(""),
    );
    expect(received!.options).toEqual({ 2: "01000000" });
  });

  it("keeps to one direction where it is asked to, and passes the other on", () => {
    const to = new NullNetwork();
    const { clip, file } = capture({ to, only: "inbound" });
    const heard = listen(clip);
    clip.send(ARP);
    expect(blocks(file())).toHaveLength(2);
    to.receive?.(ARP);
    expect(blocks(file())).toHaveLength(3);
    expect(heard).toEqual([ARP]);
  });

  it("is read by tcpdump", (ctx) => {
    const tcpdump = requireTool(ctx, "tcpdump");
    const { at, file } = capture();
    at(1_500_000_001).send(ARP);
    const large = new Uint8Array(65536).fill(0xaa);
    large.set([0x88, 0xb5], 12); // an EtherType for experiments
    at(2_000_000_000).send(large);
    const folder = mkdtempSync(join(tmpdir(), "vitrine-capture-"));
    const path = join(folder, "net.pcapng");
    writeFileSync(path, file());
    const { stdout, stderr } = spawnSync(tcpdump, ["-tt", "-n", "-e", "--nano", "-r", path], {
      encoding: "utf8",
    });
    rmSync(folder, { recursive: true });
    expect(stderr).toContain("EN10MB");
    const [first, second] = stdout.split("\n");
    expect(first).toBe(
      "1.500000001 52:54:00:00:00:01 > ff:ff:ff:ff:ff:ff, ethertype ARP (0x0806), length 42: Request who-has 10.0.0.2 tell 10.0.0.1, length 28",
    );
    expect(second).toMatch(/^2\.000000000 .*length 65536/);
  });
});
