/* Traces of allocation as text, from trace points, and as the module that is replayed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { replayModule } from "../../src/bench/alloc/replay.ts";
import {
  AllocationRecorder,
  parseTrace,
  TraceFileError,
  traceText,
} from "../../src/view/allocation-trace.ts";

const TEXT = "a 1 64\na 7 4096 2\nr 1 128\nf 7 1\na 2 8\nf 1\n";

describe("a trace file", () => {
  it("is read and written alike", () => {
    const steps = parseTrace(`# a comment\n\n${TEXT.replace("a 2", "  a\t2")}`);
    expect(steps[1]).toEqual({ kind: "allocate", id: 7, size: 4096, thread: 2 });
    expect(steps[3]).toEqual({ kind: "free", id: 7, size: 0, thread: 1 });
    expect(traceText(steps)).toBe(TEXT);
  });
  it.each([
    ["x 1 2", 1, "begins with none of a, r, f: x 1 2"],
    ["a 1", 1, "wants 2 numbers, and may have a thread: a 1"],
    ["a 1 2 3 4", 1, "wants 2 numbers"],
    ["a 1 -2", 1, "has no whole numbers"],
    ["a 1 99999999999999999999", 1, "has no whole numbers"],
    ["a 1 2 8", 1, "has a thread that is not below 8"],
    ["a 1 2\na 1 2", 2, "allocates an object that is live"],
    ["a 1 2\nf 1\nf 1", 3, "is of an object that is not live"],
    ["r 5 2", 1, "is of an object that is not live"],
  ])("%j is refused with its line", (text, line, message) => {
    try {
      parseTrace(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(TraceFileError);
      expect(error).toMatchObject({ line, message: expect.stringContaining(message) });
    }
  });
});

describe("the recorder", () => {
  let time = 0;
  const event = (
    point: string,
    thread: bigint,
    values: Record<string, bigint>,
    at: { time?: number; cpu?: number } = {},
  ) => ({
    time: at.time ?? time++,
    cpu: at.cpu ?? 0,
    point,
    thread,
    values: Object.entries(values).map(([name, value]) => ({ name, value })),
  });

  it("names objects, follows them, and leaves out what it has not seen made", () => {
    const steps = new AllocationRecorder().take([
      event("free", 1n, { address: 0x50n }),
      event("malloc", 1n, { size: 64n, address: 0x10n }),
      event("malloc", 9n, { size: 4096n, address: 0x20n }),
      event("switch", 9n, {}),
      event("malloc", 9n, { size: 1n << 40n, address: 0n }),
      event("realloc", 1n, { size: 128n, old: 0x10n, address: 0x30n }),
      event("free", 9n, { address: 0x10n }),
      event("free", 9n, { address: 0x30n }),
      event("malloc", 1n, { size: 8n, address: 0x30n }),
    ]);
    expect(traceText(steps)).toBe("a 1 64\na 2 4096 1\nr 1 128\nf 1 1\na 3 8\n");
  });

  it("puts events that processors saw at one time in an order that can have been", () => {
    const at = (cpu: number) => ({ time: 50, cpu });
    const steps = new AllocationRecorder().take([
      event("malloc", 1n, { size: 16n, address: 0x10n }, { time: 1 }),
      // The second processor has freed it before the first one gets it again, and frees what the first one has made then.
      event("malloc", 1n, { size: 24n, address: 0x10n }, at(0)),
      event("malloc", 1n, { size: 32n, address: 0x40n }, at(0)),
      event("free", 2n, { address: 0x10n }, at(1)),
      event("free", 2n, { address: 0x40n }, at(1)),
    ]);
    expect(traceText(steps)).toBe("a 1 16\nf 1 1\na 2 24\na 3 32\nf 3 1\n");
  });
  it("makes nothing that cannot be read again, whatever it is told", () => {
    const address = fc.bigInt(0n, 7n);
    const anything = fc.record({
      time: fc.nat(9),
      cpu: fc.nat(3),
      point: fc.constantFrom("malloc", "free", "realloc", "switch"),
      thread: fc.bigInt(1n, 12n),
      values: fc.record({ size: fc.bigInt(0n, 99n), address, old: address }),
    });
    fc.assert(
      fc.property(fc.array(anything, { maxLength: 60 }), (all) => {
        const inTime = all.sort((a, b) => a.time - b.time);
        const recorder = new AllocationRecorder();
        const steps = inTime.flatMap((e) => recorder.take([event(e.point, e.thread, e.values, e)]));
        expect(parseTrace(traceText(steps))).toEqual(steps);
        const atOnce = new AllocationRecorder().take(
          inTime.map((e) => event(e.point, e.thread, e.values, e)),
        );
        expect(parseTrace(traceText(atOnce))).toEqual(atOnce);
      }),
    );
  });
});

it("the module has steps in order, and as few objects as live at once", () => {
  const { module, threads } = replayModule(
    parseTrace("a 100 64\nf 100\na 200 32 1\na 300 16\nr 200 64\nf 300\nf 200 1\n"),
  );
  const view = new DataView(module.buffer);
  expect(Buffer.from(module.subarray(0, 8)).toString()).toBe("ALLOCTR1");
  const [steps, objects] = [8, 16].map((at) => Number(view.getBigUint64(at, true)));
  expect([steps, objects, threads, module.length]).toEqual([7, 2, 2, 32 + 7 * 16 + 2 * 16]);
  const fields = Array.from({ length: 7 }, (_, i) => {
    const at = 32 + 16 * i;
    return [
      view.getUint8(at),
      view.getUint8(at + 1),
      view.getUint32(at + 4, true),
      Number(view.getBigUint64(at + 8, true)),
    ];
  });
  expect(fields).toEqual([
    [0, 0, 0, 64],
    [2, 0, 0, 0],
    [0, 1, 0, 32],
    [0, 0, 1, 16],
    [1, 0, 0, 64],
    [2, 0, 1, 0],
    [2, 1, 0, 0],
  ]);
});
