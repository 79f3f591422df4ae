/* Traces of allocation as text, from trace points, and as the module that is replayed. */
import { describe, expect, it } from "vitest";
import { replayModule } from "../../src/bench/alloc/replay.ts";
import { AllocationRecorder, parseTrace, traceText } from "../../src/view/allocation-trace.ts";

const TEXT = "a 1 64\na 7 4096 2\nr 1 128\nf 7 1\na 2 8\nf 1\n";

describe("a trace file", () => {
  it("is read and written alike", () => {
    const steps = parseTrace(`# a comment\n\n${TEXT.replace("a 2", "  a\t2")}`);
    expect(steps[1]).toEqual({ kind: "allocate", id: 7, size: 4096, thread: 2 });
    expect(steps[3]).toEqual({ kind: "free", id: 7, size: 0, thread: 1 });
    expect(traceText(steps)).toBe(TEXT);
  });
  it.each([
    ["x 1 2", "line 1: begins with none of a, r, f: x 1 2"],
    ["a 1", "line 1: wants 2 numbers, and may have a thread: a 1"],
    ["a 1 2 3 4", "line 1: wants 2 numbers"],
    ["a 1 -2", "line 1: has no whole numbers"],
    ["a 1 99999999999999999999", "line 1: has no whole numbers"],
    ["a 1 2 8", "line 1: has a thread that is not below 8"],
    ["a 1 2\na 1 2", "line 2: allocates an object that is live"],
    ["a 1 2\nf 1\nf 1", "line 3: is of an object that is not live"],
    ["r 5 2", "line 1: is of an object that is not live"],
  ])("%j is refused with its line", (text, message) => {
    expect(() => parseTrace(text)).toThrow(message);
  });
});

describe("the recorder", () => {
  it("names objects, follows them, and leaves out what it has not seen made", () => {
    const event = (point: string, thread: bigint, values: Record<string, bigint>) => ({
      point,
      thread,
      values: Object.entries(values).map(([name, value]) => ({ name, value })),
    });
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
