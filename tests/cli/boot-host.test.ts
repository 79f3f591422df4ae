/* What `vitrine boot` opens for a machine: disks as their flags say, cards on a wire, captures; and that all of it is closed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BootHost } from "../../src/cli/boot-host.ts";
import type { BootOptions } from "../../src/cli/boot-options.ts";

const folder = mkdtempSync(join(tmpdir(), "vitrine-boot-host-"));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);
function disk(name: string): string {
  writeFileSync(at(name), new Uint8Array(1024));
  return at(name);
}

const NULL = { kind: "null" } as const;
const OPTIONS: BootOptions = {
  memory: 4 << 20,
  cpus: 1,
  engine: "interpreter",
  timing: "blocks",
  seed: 5n,
  reboot: true,
  serial: [NULL],
};
const EVENTS = { leave: () => {}, heard: () => {}, now: () => 1_000_000_007 };
const open = (options: Partial<BootOptions>): BootHost =>
  new BootHost({ ...OPTIONS, ...options }, [], EVENTS);

describe("disks", () => {
  it("are written, read-only, or kept in memory, and closed with the host", () => {
    const flags = { readOnly: false, snapshot: false };
    const host = open({
      disk: [
        { path: disk("a"), ...flags },
        { path: disk("b"), ...flags, readOnly: true },
        { path: disk("c"), ...flags, snapshot: true },
      ],
    });
    const { disks = [] } = host.peripherals;
    const sector = new Uint8Array(512).fill(7);
    expect(disks.map((d) => d.readOnly)).toEqual([false, true, false]);
    expect(disks.map((d) => d.write(512, sector))).toEqual([true, false, true]);
    expect(disks.map((d) => d.read(512, 1)?.[0])).toEqual([7, 0, 7]);
    expect(host.close()).toBeUndefined();
    expect(disks.map((d) => d.read(0, 1))).toEqual([undefined, undefined, undefined]);
    expect(disks[0]?.write(0, sector)).toBe(false);
    expect(["a", "b", "c"].map((name) => readFileSync(at(name))[512])).toEqual([7, 0, 0]);
    expect(host.close()).toBeUndefined();
  });
  it("that are open are closed when a later one is none, and outputs are not touched", () => {
    writeFileSync(at("log"), "kept");
    const flags = { readOnly: false, snapshot: false };
    expect(() =>
      open({
        disk: [
          { path: disk("a"), ...flags },
          { path: at("nothing"), ...flags },
        ],
        serial: [{ kind: "file", path: at("log") }],
      }),
    ).toThrow(/nothing: no such file/);
    expect(readFileSync(at("log"), "utf8")).toBe("kept");
  });
});

describe("network cards", () => {
  it("on the hub hear each other, others nobody; captures have both ways and virtual time", () => {
    const host = open({
      net: [
        { hub: true, capture: at("a.pcapng") },
        { hub: true, capture: undefined },
        { hub: false, capture: undefined },
      ],
    });
    const { networks = [] } = host.peripherals;
    const heard: string[] = [];
    networks.forEach((card, i) => {
      card.receive = (frame) => heard.push(`${i}:${frame.join()}`);
    });
    for (const [i, card] of networks.entries()) card.send(Uint8Array.of(i, i));
    expect(heard).toEqual(["1:0,0", "0:1,1"]);
    host.close();
    const capture = readFileSync(at("a.pcapng"));
    const time = Buffer.alloc(4);
    time.writeUInt32LE(1_000_000_007);
    expect(capture.indexOf(time)).toBeGreaterThan(0);
    expect(capture.indexOf(time)).toBeLessThan(capture.lastIndexOf(time));
  });
});

it("lines go where they are told, and random bytes come from the seed", () => {
  const host = open({
    serial: [NULL, { kind: "file", path: at("com2") }],
    console: [{ kind: "file", path: at("console") }],
    debugcon: { kind: "file", path: at("debug") },
    rtc: 1234,
    balloon: true,
  });
  const { serial = [], consolePorts = [], debugConsole, entropy, time, balloon } = host.peripherals;
  const lines = [...serial, ...consolePorts.map((p) => p.backend), debugConsole];
  lines.forEach((line, i) => {
    line?.write(Buffer.from(`line ${i}`));
  });
  host.close();
  expect(["com2", "console", "debug"].map((name) => readFileSync(at(name), "utf8"))).toEqual([
    "line 1",
    "line 2",
    "line 3",
  ]);
  expect([time, balloon, host.interactive, host.live]).toEqual([1234, true, false, false]);
  const other = open({}).peripherals.entropy;
  expect(other?.read(16)).toEqual(entropy?.read(16));
});
