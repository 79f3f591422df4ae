/* vitrine trace on the kernel: what it lists, that events come while the guest runs and mean what they say, and what points cost. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { BootOptions } from "../../src/cli/boot-options.ts";
import { runBoot } from "../../src/cli/boot-run.ts";
import type { PhysicalReader } from "../../src/view/trace-points.ts";
import { TRACE_SYMBOL } from "../../src/view/trace-points.ts";
import { TraceRings } from "../../src/view/trace-rings.ts";
import { builtFrom, builtKernel, builtProgram } from "../support/built.ts";
import { bootHere, source, vitrine } from "./image.ts";

const testImage = builtKernel("test/main.ts");
const folder = mkdtempSync(join(tmpdir(), "vitrine-trace-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Event {
  readonly seconds: number;
  readonly cpu: number;
  readonly thread: string;
  readonly point: string;
  readonly [value: string]: string | number;
}
/** Events of a run of the test image's cases, of which none may be missed. */
function eventsOf(points: string, cases: string, ...options: string[]): Event[] {
  const file = join(folder, "events");
  const args = ["trace", testImage, "--json", "-o", file, "--points", points, "--append", `test='${cases}'`];
  const { status, err } = vitrine(...args, ...options);
  expect({ status, err }).toEqual({ status: 33, err: "" });
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const events = lines.map((line): Event => JSON.parse(line));
  expect(events.filter((event) => "missed" in event)).toEqual([]);
  return events;
}
/** Events of one time, which may be in any order if they are of several processors. */
function byTime(events: readonly Event[]): Event[][] {
  const groups = new Map<number, Event[]>();
  for (const event of events) groups.set(event.seconds, [...(groups.get(event.seconds) ?? []), event]);
  return [...groups.values()];
}
const ofPoint = (events: readonly Event[], point: string): Event[] => events.filter((e) => e.point === point);

describe("the list of points", () => {
  const declared = [
    ...readFileSync(source("trace/points.ts"), "utf8").matchAll(
      /init\(\{ name: "(.*?)", values: "(.*?)" \}\)/g,
    ),
  ].map(([, name, values]) => [name, ...values!.replaceAll("*", "").split(" ")].join(" ").trim());

  it("is what the kernel declares", () => {
    const { status, out, err } = vitrine("trace", "--list", testImage);
    expect({ status, err }).toEqual({ status: 0, err: "" });
    const listed = out
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/ +/g, " "));
    expect(listed.length).toBeGreaterThan(8);
    expect(listed).toEqual(declared);
  });
  it.each([
    [
      "an unknown name",
      ["--points", "mallok", testImage],
      /no point called "mallok"; it has interrupt, fault, /,
    ],
    ["an empty name", ["--points", "malloc,,free", testImage], /no point called ""; it has /],
    ["a text", ["--list", source("hello.ts")], /hello\.ts: has no trace points/],
    ["no file", ["--list", "/nowhere"], /\/nowhere: no such file/],
  ])("is held against bad use: %s", (_, args, message) => {
    const { status, err } = vitrine("trace", ...args);
    expect(err).toMatch(message);
    expect(err.trimEnd().split("\n").length).toBe(1);
    expect(status).toBe(2);
  });
});

it("prints events while the guest runs", () => {
  const args = [builtProgram(), "trace", testImage, "--points", "malloc,switch", "--append", "test=mutex"];
  const { stdout } = spawnSync("sh", ["-c", 'exec "$0" "$@" 2>&1', process.execPath, ...args], {
    encoding: "utf8",
  });
  // Events stand between the guest's characters.
  const said = stdout.replaceAll("\r", "").split(/(?:\d\.\d{9} cpu 0 (?:malloc|switch) [^\n]*\n)+/);
  expect(said.join("")).toBe(
    bootHere(testImage, { append: "test=mutex" })
      .lines.map((l) => `${l}\n`)
      .join(""),
  );
  expect(said.length).toBeGreaterThan(3);
});
it("leaves the guest as it was", () => {
  const options = [
    testImage,
    "--cpus",
    "2",
    "--append",
    "test=mutex trace=switch,malloc",
    "--hash",
    "--stats",
  ];
  const pick = (err: string): unknown => {
    const { hash, instructions, cycles } = JSON.parse(err.trimEnd().split("\n").at(-1)!);
    return { hash, instructions, cycles };
  };
  const untold = vitrine("boot", ...options);
  const append = options.map((option) => option.replace(" trace=switch,malloc", ""));
  const told = vitrine("trace", "--points", "switch,malloc", "-o", join(folder, "same"), ...append);
  expect(told.out).toBe(untold.out);
  expect(pick(told.err)).toEqual(pick(untold.err));
});

describe.each(["1", "4"])("what events say, with %s processors", (cpus) => {
  it("comes in order, from each processor", () => {
    const events = eventsOf("all", "mutex", "--cpus", cpus);
    expect(events.length).toBeGreaterThan(1000);
    for (const [i, event] of events.entries())
      if (i > 0) expect(event.seconds).toBeGreaterThanOrEqual(events[i - 1]!.seconds);
    const each = Array.from({ length: Number(cpus) }, (_, cpu) => cpu);
    expect([...new Set(events.map((e) => e.cpu))].sort()).toEqual(each);
  });
  it("of switches: each goes on from the last one's thread", () => {
    const events = eventsOf("switch,wake,thread", "condition", "--cpus", cpus);
    const running = new Map<number, unknown>();
    const known = new Set<unknown>();
    let switches = 0;
    for (const event of events) {
      if (event.point === "thread.start") known.add(event.started);
      if (event.point === "wake") expect(known).toContain(event.woken);
      if (event.point !== "switch") continue;
      switches++;
      expect(event.from).not.toBe(event.to);
      expect(event.thread).toBe(event.to);
      if (running.has(event.cpu)) expect(event.from).toBe(running.get(event.cpu));
      running.set(event.cpu, event.to);
    }
    expect(switches).toBeGreaterThan(1000);
    expect(ofPoint(events, "thread.exit").length).toBeGreaterThan(10);
    for (const exit of ofPoint(events, "thread.exit")) expect(known).toContain(exit.thread);
  });
  it("of malloc and free: what is freed was allocated, and no address is twice", () => {
    const events = eventsOf("malloc,free", "malloc random", "--cpus", cpus);
    const live = new Map<unknown, number>();
    for (const together of byTime(events)) {
      for (const { point, address } of together)
        if (address !== "0x0") live.set(address, (live.get(address) ?? 0) + (point === "malloc" ? 1 : -1));
      for (const { address } of together) if (address !== "0x0") expect([0, 1]).toContain(live.get(address));
    }
    expect(events.length).toBeGreaterThan(5000 * Number(cpus));
    const sizes = new Set(ofPoint(events, "malloc").map((e) => e.size));
    expect(sizes.size).toBeGreaterThan(500);
  });
  it("of frames: blocks that are held do not overlap", () => {
    const events = eventsOf("frames", "physical blocks", "--cpus", cpus);
    const held = new Map<number, number>();
    const framesOf = ({ physical, order }: Event): number[] =>
      Array.from({ length: 2 ** Number(order) }, (_, i) => Number(physical) / 4096 + i);
    for (const together of byTime(events)) {
      for (const event of together) {
        expect((Number(event.physical) / 4096) % 2 ** Number(event.order)).toBe(0);
        const change = event.point === "frames.take" ? 1 : -1;
        // What was held before the points were on may be given back.
        for (const frame of framesOf(event)) held.set(frame, Math.max(0, (held.get(frame) ?? 0) + change));
      }
      for (const frame of together.flatMap(framesOf)) expect([0, 1]).toContain(held.get(frame));
    }
    expect(events.length).toBeGreaterThan(100);
  });
  it("of page faults and interrupts: where, and why", () => {
    const events = eventsOf("fault,interrupt", "vm promises are kept", "--cpus", cpus);
    const faults = ofPoint(events, "fault");
    expect(faults.length).toBeGreaterThan(10);
    // Area 4, and the kernel's code; not present, by the kernel (SDM vol. 3 §5.7).
    expect(faults.filter((e) => /^0xffffc/.test(String(e.address))).length).toBeGreaterThan(10);
    for (const { rip, error } of faults) {
      expect(Number(rip)).toBeGreaterThanOrEqual(2 ** 20);
      expect(Number(rip)).toBeLessThan(2 ** 22);
      expect(Number(error) & 4).toBe(0);
    }
    // Each exception is an interrupt too.
    const vectors = ofPoint(events, "interrupt").map((e) => Number(e.vector));
    expect(vectors.filter((vector) => vector === 14).length).toBe(faults.length);
    for (const vector of vectors) expect(vector === 14 || vector >= 32).toBe(true);
  });
});

it("tells of records that were overwritten before anybody looked", async () => {
  const options: BootOptions = {
    memory: 256 * 2 ** 20,
    cpus: 1,
    protocol: "pvh",
    engine: "interpreter",
    timing: "blocks",
    reboot: true,
    seed: 0n,
    serial: [{ kind: "null" }],
    append: "test='malloc objects' trace=malloc",
  };
  let memory: PhysicalReader | undefined;
  let at = 0;
  await runBoot(testImage, options, () => {}, {
    loaded: (machine, plan) => {
      memory = machine.memory;
      at = Number(plan.symbols().find(({ name }) => name === TRACE_SYMBOL)!.address);
    },
  });
  process.exitCode = undefined;
  const { events, missed } = new TraceRings(memory!, at).news();
  const all = eventsOf("malloc", "malloc objects");
  expect(events.length).toBe(4096);
  expect(missed).toBe(all.length - 4096);
  const told = (e: { values: readonly { value: bigint }[] }): string => e.values.map((v) => v.value).join();
  expect(events.map(told)).toEqual(all.slice(-4096).map((e) => [e.size, BigInt(e.address!)].join()));
});

describe("what points cost while they are off", () => {
  const costs = (path: string, append = ""): Record<string, number> => {
    const { status, lines } = bootHere(path, { append });
    expect(status).toBe(33);
    return Object.fromEntries(lines.map((line) => line.split(" ")).map(([name, n]) => [name, Number(n)]));
  };
  it("is nothing that could be told from the layout of code", () => {
    const without = join(folder, "kernel");
    cpSync(source("."), without, { recursive: true });
    for (const name of ["memory", "thread"]
      .flatMap((part) => readdirSync(join(without, part)).map((file) => join(without, part, file)))
      .filter((path) => path.endsWith(".ts"))) {
      const text = readFileSync(name, "utf8");
      writeFileSync(name, text.replace(/staticKey\(addressOf\([\w.]+\)\)/g, "false"));
    }
    const withPoints = costs(builtKernel("test/trace-cost.ts"));
    const withoutPoints = costs(builtFrom(without, "test/trace-cost.ts"));
    expect(Object.keys(withPoints)).toEqual(["malloc-free", "frames", "switch"]);
    for (const [name, cycles] of Object.entries(withPoints))
      expect(Math.abs(cycles - withoutPoints[name]!)).toBeLessThanOrEqual(3);
    // And they are there: turned on they cost something.
    const on = costs(builtKernel("test/trace-cost.ts"), "trace=all");
    for (const [name, cycles] of Object.entries(withPoints)) expect(on[name]!).toBeGreaterThan(cycles + 20);
  });
});
