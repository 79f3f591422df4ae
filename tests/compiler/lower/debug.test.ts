// What debug builds check and say, and that release builds check nothing.
import { describe, expect, it } from "vitest";
import type { Expression } from "../../../src/compiler/tree.ts";
import type { Type } from "../../../src/compiler/types/type.ts";
import {
  array,
  binary,
  convert,
  declare,
  deref,
  element,
  fn,
  get,
  giveBack,
  i8,
  i32,
  i64,
  int,
  interpret,
  intrinsic,
  load,
  lower,
  pointer,
  run,
  u8,
  u32,
  u64,
  VOID,
  v,
  variable,
} from "./trees.ts";

const n = variable("n", u64, true);

/** What becomes of `f(n)` in a debug build. */
function outcome(e: Expression, type: Type, argument: bigint | number, debug = true): unknown {
  const a = variable("a", array(u32, 4));
  const main = fn("main", [n], type, [declare(a), giveBack(e)]);
  const ended = interpret({ functions: [main], debug }, [argument]);
  return ended.kind === "returned" ? ended.values[0] : ended.kind === "trapped" ? ended.reason : ended;
}
const as = (type: Type): Expression => convert(type, "integer", get(n));
const check = (from: Type, to: Type): Expression => convert(to, "check", as(from));

describe("debug builds", () => {
  it.each([
    [u64, u8, 255, 255n],
    [u64, u8, 256, "value does not fit"],
    [i64, u8, -1n, "value does not fit"],
    [i32, u64, -1n, "value does not fit"],
    [i32, u64, 5, 5n],
    [u64, i32, 0x80000000n, "value does not fit"],
    [u64, i32, (1n << 64n) - 1n, "value does not fit"],
    [u32, i32, 0x80000000n, "value does not fit"],
    [i64, i8, -128n, 0x80n],
    [i64, i8, -129n, "value does not fit"],
    [u8, i32, 200, 200n],
    [i8, i32, -3n, 0xfffffffdn],
    [u64, i64, 1n << 63n, "value does not fit"],
    [i8, u8, -1n, "value does not fit"],
  ] as [Type, Type, bigint | number, unknown][])("checks conversion %#", (from, to, value, expected) => {
    expect(outcome(check(from, to), to, value)).toBe(expected);
    const released = outcome(check(from, to), to, value, false);
    expect(typeof released).toBe("bigint");
  });

  it("checks divisions", () => {
    const divide = (type: Type, by: bigint): Expression =>
      binary("div", int(type, 1n << 31n), convert(type, "integer", binary("add", get(n), int(u64, by))));
    expect(outcome(divide(u32, 0n), u32, 0)).toBe("division by zero");
    expect(outcome(divide(i32, 0n), i32, 0xffffffff)).toBe("division overflow");
    expect(outcome(divide(i32, 0n), i32, 2)).toBe(0xc0000000n);
    expect(outcome(binary("rem", int(i32, 1n << 31n), as(i32)), i32, 0xffffffff)).toBe("division overflow");
    expect(outcome(intrinsic("divWide", u64, get(n), int(u64, 0), int(u64, 4)), u64, 4)).toBe(
      "division overflow",
    );
    expect(outcome(intrinsic("divWide", u64, get(n), int(u64, 8), int(u64, 4)), u64, 3)).toBe(
      (3n << 62n) + 2n,
    );
  });

  it("checks indices and pointers", () => {
    const a = variable("a", array(u32, 4));
    const main = fn("main", [n], u32, [declare(a), giveBack(load(element(v(a), get(n))))]);
    const at = (index: bigint | number) => interpret({ functions: [main], debug: true }, [index]);
    expect(at(3).kind).toBe("returned");
    expect(at(4)).toMatchObject({ kind: "trapped", reason: "index out of range", place: { line: 3 } });
    expect(at(-1n)).toMatchObject({ reason: "index out of range" });
    const follow = load(deref(convert(pointer(u8), "bits", get(n))));
    expect(outcome(follow, u8, 0)).toBe("null pointer");
    expect(outcome(follow, u8, 0, false)).toBe("no memory at 0x0");
  });

  it("says where `unreachable` was reached; `trap` stops every build", () => {
    const gone = fn("main", [], VOID, [run(intrinsic("unreachable", { kind: "never" }))]);
    expect(interpret({ functions: [gone], debug: true })).toMatchObject({ reason: "unreachable" });
    const stopped = fn("main", [], VOID, [run(intrinsic("trap", { kind: "never" }))]);
    expect(interpret({ functions: [stopped] })).toMatchObject({ kind: "trapped", reason: "trap" });
  });

  it("tells the program's own handler, with file and line", () => {
    const params = [
      variable("reason", pointer(u8), true),
      variable("file", pointer(u8), true),
      variable("line", u32, true),
    ];
    const handler = fn("__trap", params, { kind: "never" }, undefined, { noreturn: true });
    const main = fn("main", [n], u64, [giveBack(binary("div", int(u64, 1), get(n)))]);
    const said: string[] = [];
    const ended = interpret({ functions: [handler, main], debug: true }, [0], {
      __trap: ([reason, file, line], machine) => {
        const text = (at: unknown): string => {
          const start = Number(at);
          return Buffer.from(
            machine.memory.bytes.subarray(start, machine.memory.bytes.indexOf(0, start)),
          ).toString();
        };
        said.push(`${text(file)}:${line}: ${text(reason)}`);
        return machine.exit(9);
      },
    });
    expect(said).toEqual(["t.ts:3: division by zero"]);
    expect(ended).toEqual({ kind: "exited", status: 9 });
  });

  it("has no checks in release builds", () => {
    const main = fn("main", [n], u64, [giveBack(binary("div", int(u64, 1), get(n)))]);
    expect(lower({ functions: [main] }).functions[0]!.blocks).toHaveLength(1);
  });
});
