// Control flow of the tree as IR, run by the interpreter; expected values are worked out by hand.
import { describe, expect, it } from "vitest";
import {
  assign,
  binary,
  block,
  both,
  call,
  choose,
  compare,
  convert,
  declare,
  fn,
  get,
  giveBack,
  i32,
  int,
  interpret,
  label,
  loop,
  place,
  result,
  run,
  u32,
  u64,
  update,
  VOID,
  v,
  variable,
  when,
} from "./trees.ts";

const n = variable("n", u32, true);
const sum = variable("sum", u32);
const i = variable("i", u32);
const one = int(u32, 1);
const count = loop(compare("lt", get(i), get(n)), run(update(v(sum), "add", get(i))), {
  step: update(v(i), "add", one),
});

describe("statements", () => {
  it("loops with a step", () => {
    const main = fn("main", [n], u32, [declare(sum), declare(i), count, giveBack(get(sum))]);
    expect(result({ functions: [main] }, [10])).toBe(45n);
    expect(result({ functions: [main] }, [0])).toBe(0n);
  });

  it("tests at the end, breaks and continues", () => {
    const l = label();
    const body = block(
      run(update(v(i), "add", one)),
      when(compare("eq", binary("rem", get(i), int(u32, 3)), int(u32, 0)), {
        kind: "continue",
        label: l,
        place,
      }),
      when(compare("gt", get(i), int(u32, 20)), { kind: "break", label: l, place }),
      run(update(v(sum), "add", get(i))),
    );
    const main = fn("main", [n], u32, [
      declare(sum),
      declare(i),
      loop(compare("lt", get(i), get(n)), body, { atEnd: true, label: l }),
      giveBack(get(sum)),
    ]);
    // Once even for 0; 1 + 2 + 4 + 5 + 7 for 7; 1 … 20 without the multiples of 3 for 100.
    expect(result({ functions: [main] }, [0])).toBe(1n);
    expect(result({ functions: [main] }, [7])).toBe(19n);
    expect(result({ functions: [main] }, [100])).toBe(147n);
  });

  it("leaves two loops by an outer label", () => {
    const outer = label();
    const j = variable("j", u32);
    const inner = loop(
      undefined,
      block(
        run(update(v(sum), "add", one)),
        when(compare("eq", get(sum), get(n)), { kind: "break", label: outer, place }),
        when(compare("eq", update(v(j), "add", one), int(u32, 5)), { kind: "continue", label: outer, place }),
      ),
    );
    const main = fn("main", [n], u32, [
      declare(sum),
      declare(i),
      loop(undefined, block(declare(j), inner), { step: update(v(i), "add", one), label: outer }),
      giveBack(get(i)),
    ]);
    expect(result({ functions: [main] }, [13])).toBe(2n);
  });

  it("leaves a labelled block", () => {
    const l = label();
    const main = fn("main", [n], u32, [
      {
        kind: "labelled",
        label: l,
        place,
        body: block(
          when(compare("eq", get(n), one), { kind: "break", label: l, place }),
          run(assign(v(n), int(u32, 9))),
        ),
      },
      giveBack(get(n)),
    ]);
    expect(result({ functions: [main] }, [1])).toBe(1n);
    expect(result({ functions: [main] }, [2])).toBe(9n);
  });

  it("switches with cases that fall through, on negative values too", () => {
    const x = variable("x", i32, true);
    const l = label();
    const add = (by: number) => run(update(v(sum), "add", int(u32, by)));
    const main = fn("main", [x], u32, [
      declare(sum),
      {
        kind: "switch",
        label: l,
        place,
        subject: get(x),
        cases: [
          { values: [1n, -1n], isDefault: false, body: [add(1)] },
          { values: [2n], isDefault: false, body: [add(2), { kind: "break", label: l, place }] },
          { values: [], isDefault: true, body: [add(4)] },
          { values: [3n], isDefault: false, body: [add(8)] },
        ],
      },
      giveBack(get(sum)),
    ]);
    const of = (value: number) => result({ functions: [main] }, [value]);
    expect([1, -1, 2, 3, 4].map(of)).toEqual([3n, 3n, 2n, 8n, 12n]);
  });

  it("evaluates the right of && and || only when it matters, as values and as conditions", () => {
    const calls = variable("calls", u32);
    const yes = compare("gt", update(v(calls), "add", one), int(u32, 0));
    const no = compare("eq", update(v(calls), "add", one), int(u32, 0));
    const asNumber = (e: Parameters<typeof convert>[2]) => convert(u32, "integer", e);
    const cases = [
      both("and", yes, no),
      both("and", no, yes),
      both("or", yes, no),
      both("or", no, yes),
      both("or", both("and", yes, no), both("and", yes, yes)),
    ];
    // The value in the tens, the calls in the ones.
    const expected = [2n, 1n, 11n, 12n, 14n];
    cases.forEach((e, k) => {
      const total = (value: typeof e) => binary("add", binary("mul", value, int(u32, 10)), get(calls));
      const asValue = fn("main", [], u32, [declare(calls), giveBack(total(asNumber(e)))]);
      const asCondition = fn("main", [], u32, [
        declare(calls),
        when(e, giveBack(total(one)), giveBack(total(int(u32, 0)))),
      ]);
      expect(result({ functions: [asValue] })).toBe(expected[k]);
      expect(result({ functions: [asCondition] })).toBe(expected[k]);
    });
  });

  it("calls itself and others, and host functions", () => {
    const fib = fn("fib", [n], u32, undefined);
    const whole = fn("fib", [n], u32, [
      giveBack(
        choose(
          compare("lt", get(n), int(u32, 2)),
          get(n),
          binary("add", call(fib, binary("sub", get(n), one)), call(fib, binary("sub", get(n), int(u32, 2)))),
        ),
      ),
    ]);
    const put = fn("put", [variable("x", u32, true)], VOID, undefined);
    const main = fn("main", [n], VOID, [run(call(put, call(fib, get(n))))]);
    const said: unknown[] = [];
    const outcome = interpret({ functions: [whole, put, main] }, [15], { put: ([x]) => void said.push(x) });
    expect(outcome).toEqual({ kind: "returned", values: [] });
    expect(said).toEqual([610n]);
  });

  it("ends at a function that does not return", () => {
    const die = fn("die", [variable("x", u32, true)], VOID, undefined, { noreturn: true });
    const main = fn("main", [n], u64, [
      when(compare("eq", get(n), one), run(call(die, int(u32, 3)))),
      giveBack(int(u64, 5)),
    ]);
    const functions = {
      die: ([x]: readonly unknown[], machine: { exit(status: number): never }) => machine.exit(Number(x)),
    };
    expect(interpret({ functions: [die, main] }, [1], functions)).toEqual({ kind: "exited", status: 3 });
    expect(interpret({ functions: [die, main] }, [0], functions)).toEqual({ kind: "returned", values: [5n] });
  });
});
