/*
 * A short run of the device fuzzer (docs/testing.md says how to make a long one), and the fuzzer itself: a board that misbehaves is
 * found out, the list that shows it is short, and a seed repeats.
 */
import { describe, expect, it } from "vitest";
import { Board } from "./board.ts";
import { Garbage } from "./garbage.ts";
import { HOST_EVENTS, type Operation, textOf } from "./operation.ts";
import { describeFailure, live, replay, shorten } from "./run.ts";

describe("the devices", () => {
  it.each([1, 2, 3, 4])("survive seed %i", (seed) => {
    const { failure, operations } = live(seed, 5000);
    expect(failure && describeFailure(failure)).toBeUndefined();
    expect(operations).toBeGreaterThanOrEqual(5000);
  });
});

/** Fails when port 0x70 has been written after port 0x61. */
class Broken extends Board {
  #armed = false;
  override act(operation: Operation): number {
    if (operation.kind === "out" && operation.port === 0x61) this.#armed = true;
    if (operation.kind === "out" && operation.port === 0x70 && this.#armed) throw new Error("broken");
    return super.act(operation);
  }
}

describe("the fuzzer", () => {
  it("finds what fails and leaves out what is not needed", () => {
    const { failure } = live(7, 5000, () => new Broken());
    expect(failure?.error).toEqual(new Error("broken"));
    const least = shorten(failure!, () => new Broken());
    expect(least.operations.map(({ kind }) => kind)).toEqual(["out", "out"]);
    expect(describeFailure(least)).toMatch(/^ {2}out \d+ 0x61 = .*\n {2}out \d+ 0x70 = .*\nError: broken/);
  });
  it("does the same again from a seed, and by the list of what it has done", () => {
    const run = (): { operations: Operation[]; hash: string } => {
      const board = new Board();
      const operations: Operation[] = [];
      const garbage = new Garbage(board, 11, (operation) => operations.push(operation));
      while (operations.length < 1500) garbage.step();
      return { operations, hash: board.machine.stateHash() };
    };
    const [first, second] = [run(), run()];
    expect(second).toEqual(first);
    const board = new Board();
    expect([replay(first.operations, board), board.machine.stateHash()]).toEqual([undefined, first.hash]);
  });
  it("sees numbers that are none, time that goes back, and work without end", () => {
    const board = new Board();
    const { vcpus, memory } = board.machine;
    const read = vcpus[0]!.portRead;
    vcpus[0]!.portRead = () => 256;
    expect(() => board.act({ kind: "in", port: 0, size: 1 })).toThrow("1 bytes were read as 256");
    vcpus[0]!.portRead = () => {
      for (let i = 0; i < 200_000; i++) memory.read16(0);
      return 0;
    };
    expect(() => board.act({ kind: "in", port: 0, size: 1 })).toThrow(
      /^devices reached for RAM 200000 times/,
    );
    vcpus[0]!.portRead = read;
    const timer = board.machine.clock.timer("endless", (deadline) => timer.arm(deadline + 10));
    timer.arm(board.machine.clock.now);
    expect(() => board.act({ kind: "wait", cycles: 100_000 })).toThrow(/timers fired in/);
  });
  it("writes each kind of operation on one line", () => {
    const operations: Operation[] = [
      { kind: "in", port: 0x60, size: 1 },
      { kind: "out", port: 0xcf8, size: 4, value: 0x80000000 },
      { kind: "read", address: 0xfee00020, size: 4 },
      { kind: "write", address: 0xfee00020, size: 8, value: 5n },
      { kind: "rdmsr", cpu: 1, index: 0x802 },
      { kind: "wrmsr", cpu: 0, index: 0x6e0, value: 10n },
      { kind: "ram", address: 0x1000, bytes: "00ff" },
      { kind: "wait", cycles: 77 },
      { kind: "host", event: HOST_EVENTS[0], value: 3 },
    ];
    expect(operations.map(textOf)).toEqual([
      "in 8 0x60",
      "out 32 0xcf8 = 0x80000000",
      "read 32 0xfee00020",
      "write 64 0xfee00020 = 0x5",
      "rdmsr cpu 1 0x802",
      "wrmsr cpu 0 0x6e0 = 0xa",
      "ram 0x1000 00ff",
      "wait 77",
      "host: serial 3",
    ]);
  });
});
