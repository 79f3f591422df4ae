// Each pass on small programs in text: what goes, what comes, and what must stay.
import { describe, expect, it } from "vitest";
import { Interpreter } from "../../../src/compiler/ir/interpreter.ts";
import type { IrProgram } from "../../../src/compiler/ir/ir.ts";
import { parseProgram } from "../../../src/compiler/ir/parser.ts";
import { instructionText, printFunction } from "../../../src/compiler/ir/printer.ts";
import { verify } from "../../../src/compiler/ir/verify.ts";
import { branches } from "../../../src/compiler/passes/branches.ts";
import { dead } from "../../../src/compiler/passes/dead.ts";
import { division } from "../../../src/compiler/passes/division.ts";
import { gvn } from "../../../src/compiler/passes/gvn.ts";
import { induction } from "../../../src/compiler/passes/induction.ts";
import { inlineCalls } from "../../../src/compiler/passes/inline.ts";
import { licm } from "../../../src/compiler/passes/licm.ts";
import { mem2reg } from "../../../src/compiler/passes/mem2reg.ts";
import { optimise } from "../../../src/compiler/passes/optimise.ts";
import type { Pass } from "../../../src/compiler/passes/pass.ts";
import { rotation } from "../../../src/compiler/passes/rotate.ts";
import { select } from "../../../src/compiler/passes/select.ts";
import { simplify } from "../../../src/compiler/passes/simplify.ts";
import { sroa } from "../../../src/compiler/passes/sroa.ts";
import { widening } from "../../../src/compiler/passes/widen.ts";

function through(text: string, ...passes: Pass[]): IrProgram {
  const program = parseProgram(text);
  verify(program, "reading");
  for (const pass of passes) {
    for (const fn of program.functions) pass.run(fn, program);
    verify(program, pass.name);
  }
  return program;
}
/** Operations of the first function, block by block, without constants. */
const ops = (program: IrProgram): string =>
  program.functions[0]!.blocks.map((b) =>
    [...b.instructions.map((i) => i.op).filter((op) => op !== "const"), b.terminator.kind].join(" "),
  ).join(" | ");
const shown = (program: IrProgram): string => printFunction(program.functions[0]!);

/** `(x: type) -> result`, whose body's last value is the result. */
const leaf = (type: string, body: string, result = type): string => {
  const lines = body.trim();
  const last = /v(\d+): \w+ = [^\n]*$/.exec(lines)?.[1];
  return `function @f(${type}) -> ${result} {\nb0(v0: ${type}):\n${lines}\nreturn v${last}\n}`;
};

describe("mem2reg", () => {
  it("makes values of slots, with parameters where ways join", () => {
    const program = through(
      `function @f(i1, i32) -> i32 {
  slot s0 4 align 4
b0(v0: i1, v1: i32):
  v2: i64 = slot s0
  store v2, v1
  branch v0, b1, b2
b1:
  v3: i32 = load v2
  v4: i32 = add v3, v1
  store v2, v4
  jump b2
b2:
  v5: i32 = load v2
  return v5
}`,
      mem2reg,
    );
    expect(shown(program)).toBe(`function @f(i1, i32) -> i32 {
b0(v0: i1, v1: i32):
  branch v0, b1, b2(v1)
b1:
  v4: i32 = add v1, v1
  jump b2(v4)
b2(v6: i32):
  return v6
}
`);
  });
  it.each([
    ["a call knows it", "call @g(v1) as (i64)"],
    ["it is volatile", "v9: i32 = load v1 volatile"],
    ["it is also another type", "v9: i16 = load v1"],
    ["its address is stored", "store v1, v1"],
    ["it is partly used", "v9: i32 = load v1 + 4"],
  ])("leaves a slot alone if %s", (_why, line) => {
    const text = leaf("i32", `v1: i64 = slot s0\nstore v1, v0\n${line}\nv2: i32 = load v1`).replace(
      "{\n",
      "{\nslot s0 8 align 8\n",
    );
    expect(ops(through(text, mem2reg))).toContain("slot store");
  });
});

describe("simplify", () => {
  const folded = (type: string, body: string, result = type): string => {
    const program = through(leaf(type, body, result), simplify, dead);
    return program.functions[0]!.blocks[0]!.instructions.map(instructionText).join("; ");
  };
  it.each([
    ["i32", "v1: i32 = const 6\nv2: i32 = const 7\nv3: i32 = mul v1, v2", "v3: i32 = const 42"],
    ["i64", "v1: i64 = const 0\nv2: i64 = add v1, v0", ""],
    [
      "i64",
      "v1: i64 = const 3\nv2: i64 = add v0, v1\nv3: i64 = const 4\nv4: i64 = sub v2, v3",
      "= const 18446744073709551615; v4: i64 = add v0",
    ],
    ["i32", "v1: i32 = const 8\nv2: i32 = mul v0, v1", "= const 3; v2: i32 = shl v0"],
    ["i32", "v1: i32 = const 8\nv2: i32 = urem v0, v1", "= const 7; v2: i32 = and v0"],
    ["i8", "v1: i8 = xor v0, v0", "v1: i8 = const 0"],
    [
      "i16",
      "v1: i16 = const 9\nv2: i16 = shl v0, v1\nv3: i16 = lshr v2, v1",
      "= const 127; v3: i16 = and v0",
    ],
    ["i8", "v1: i64 = zext v0\nv2: i8 = trunc v1", ""],
    ["i32", "v1: i32 = neg v0\nv2: i32 = neg v1", ""],
  ])("%s %j", (type, body, expected) => {
    const text = folded(type, body);
    if (expected === "") expect(text).toBe("");
    else expect(text).toContain(expected);
  });
  it.each([
    [
      "i8",
      "v1: i32 = zext v0\nv2: i32 = const 10\nv3: i1 = icmp.slt v1, v2",
      "= const 10; v3: i1 = icmp.ult v0",
    ],
    ["i8", "v1: i32 = zext v0\nv2: i32 = const 300\nv3: i1 = icmp.ult v1, v2", "v3: i1 = const 1"],
    [
      "i64",
      "v1: i64 = const 1\nv2: i1 = icmp.ult v0, v1\nv3: i1 = const 1\nv4: i1 = xor v2, v3",
      "icmp.ne v0",
    ],
    ["i64", "v1: i1 = icmp.sle v0, v0", "v1: i1 = const 1"],
  ])("%s %j, comparing", (type, body, expected) => {
    expect(folded(type, body, "i1")).toContain(expected);
  });
  it("leaves what would trap, and floating point that is not exact", () => {
    expect(folded("i8", "v1: i8 = const 0\nv2: i8 = const 1\nv3: i8 = udiv v2, v1")).toContain("udiv");
    // −0 + 0 is 0.
    expect(folded("f64", "v1: f64 = fconst 0\nv2: f64 = fadd v0, v1")).toContain("fadd");
    expect(folded("f64", "v1: f64 = fconst 0\nv2: f64 = fsub v0, v1")).toBe("");
  });
  it("puts constants of addresses into displacements", () => {
    expect(folded("i64", "v1: i64 = const 16\nv2: i64 = add v0, v1\nv3: i64 = load v2 + 8")).toBe(
      "v3: i64 = load v0 + 24",
    );
  });
});

describe("dead", () => {
  it("takes what nobody needs: values, parameters in circles, slots that are only written", () => {
    const program = through(
      `function @f(i64) -> i64 {
  slot s0 8 align 8
b0(v0: i64):
  v1: i64 = slot s0
  store v1, v0
  v2: i64 = load v0
  jump b1(v0, v0, v2)
b1(v3: i64, v4: i64, v8: i64):
  v5: i64 = add v3, v3
  v6: i1 = icmp.ult v4, v0
  branch v6, b1(v5, v4, v8), b2
b2:
  return v4
}`,
      dead,
    );
    expect(shown(program)).toBe(`function @f(i64) -> i64 {
b0(v0: i64):
  jump b1
b1:
  v6: i1 = icmp.ult v0, v0
  branch v6, b1, b2
b2:
  return v0
}
`);
  });
  it("keeps what the world sees", () => {
    const body =
      "v1: i64 = load v0 volatile\nstore v0, v0\nv2: i64 = atomicload v0\nv3: i64 = call @g() as () -> i64\nv4: i64 = rdtsc\nv5: i64 = const 1";
    expect(ops(through(leaf("i64", body), dead))).toBe("load store atomicload call rdtsc return");
  });
});

describe("gvn", () => {
  it("computes once what is the same, in either order", () => {
    const body =
      "v1: i64 = const 5\nv2: i64 = mul v0, v1\nv3: i64 = const 5\nv4: i64 = mul v3, v0\nv5: i64 = add v2, v4";
    expect(ops(through(leaf("i64", body), gvn))).toBe("mul add return");
  });
  it("knows loads until something may write there", () => {
    const load = (between: string): string =>
      ops(
        through(leaf("i64", `v1: i64 = load v0\n${between}\nv3: i64 = load v0\nv4: i64 = add v1, v3`), gvn),
      );
    expect(load("")).toBe("load add return");
    expect(load("store v0 + 8, v1")).toBe("load store add return");
    expect(load("store v0 + 4, v1")).toBe("load store load add return");
    expect(load("v9: i64 = symbol @g\nstore v9, v1")).toBe("load symbol store load add return");
    expect(load("call @g() as ()")).toBe("load call load add return");
    expect(load("barrier")).toBe("load barrier load add return");
  });
  it("hands stored values on, past calls if nobody else knows the slot", () => {
    const text = leaf(
      "i64",
      "v1: i64 = slot s0\nstore v1 + 8, v0\ncall @g() as ()\nv2: i64 = load v1 + 8\nv3: i64 = add v2, v2",
    );
    const program = through(text.replace("{\n", "{\nslot s0 16 align 8\n"), gvn, dead);
    expect(ops(program)).toBe("call add return");
  });
  it("knows the condition on either side of a branch", () => {
    const program = through(
      `function @f(i1) -> i64 {
b0(v0: i1):
  branch v0, b1, b2
b1:
  branch v0, b3, b4
b2:
  branch v0, b3, b4
b3:
  v1: i64 = const 1
  return v1
b4:
  v2: i64 = const 2
  return v2
}`,
      gvn,
      branches,
      dead,
    );
    expect(ops(program)).toBe("branch | return | return");
  });
});

describe("branches", () => {
  it("threads jumps, and joins blocks", () => {
    const program = through(
      `function @f(i1, i1) -> i64 {
b0(v0: i1, v1: i1):
  v2: i1 = const 0
  v3: i64 = const 1
  v4: i64 = const 2
  branch v0, b1, b2(v2)
b1:
  jump b5
b5:
  jump b2(v1)
b2(v5: i1):
  branch v5, b3, b4
b3:
  return v3
b4:
  return v4
}`,
      branches,
    );
    // `if (a && b)`: two branches, no bool in between.
    expect(ops(program)).toBe("branch | branch | return | return");
  });
  it("ends on endless loops of empty blocks", () => {
    const program = through(
      "function @f(i1) {\nb0(v0: i1):\nbranch v0, b1, b2\nb1:\njump b2\nb2:\njump b3\nb3:\njump b1\n}",
      branches,
    );
    expect(ops(program)).toBe("jump | jump");
  });
  it("assumes that nobody comes where control never comes", () => {
    expect(
      ops(
        through(
          "function @f(i1) {\nb0(v0: i1):\nbranch v0, b1, b2\nb1:\nunreachable\nb2:\nreturn\n}",
          branches,
        ),
      ),
    ).toBe("return");
  });
});

describe("select", () => {
  const choice = (work: string, likely = ""): string =>
    `function @f(i1, i64) -> i64 {\nb0(v0: i1, v1: i64):\nbranch v0, b1, b2(v1)${likely}\nb1:\n${work}\njump b2(v2)\nb2(v3: i64):\nreturn v3\n}`;
  it("replaces short branches, not dear or marked ones", () => {
    expect(ops(through(choice("v2: i64 = add v1, v1"), select, branches))).toBe("add select return");
    expect(ops(through(choice("v2: i64 = mul v1, v1"), select))).toContain("branch");
    expect(ops(through(choice("v2: i64 = load v1"), select))).toContain("branch");
    expect(ops(through(choice("v2: i64 = add v1, v1", " likely then"), select))).toContain("branch");
  });
});

describe("loops", () => {
  const loop = (work: string): string => `function @f(i64, i64) -> i64 {
b0(v0: i64, v1: i64):
  v2: i64 = const 0
  v3: i64 = const 1
  jump b1(v2, v2)
b1(v4: i64, v5: i64):
  v6: i1 = icmp.ult v4, v1
  branch v6, b2, b3
b2:
${work}
  v8: i64 = add v5, v7
  v9: i64 = add v4, v3
  jump b1(v9, v8)
b3:
  return v5
}`;
  const front = (program: IrProgram): string => ops(program).split(" | ")[0]!;

  it("moves what does not change in front", () => {
    expect(front(through(loop("v7: i64 = mul v0, v0"), licm))).toBe("mul jump");
    expect(front(through(loop("v7: i64 = mul v0, v4"), licm))).toBe("jump");
    // A division may trap where none was.
    expect(front(through(loop("v7: i64 = udiv v0, v1"), licm))).toBe("jump");
  });
  it("moves loads only if they happen anyway and nothing writes there", () => {
    const load = "v7: i64 = load v0";
    expect(front(through(loop(load), licm))).toBe("jump");
    const rotated = through(loop(load), rotation, licm, branches);
    expect(ops(rotated)).toBe("icmp branch | load jump | add add icmp branch | return");
    const written = through(loop(`${load}\nstore v1, v7`), rotation, licm);
    expect(ops(written)).toContain("load store");
  });
  it("tests at the end after rotation, and does the same number of rounds", () => {
    const program = through(loop("v7: i64 = mul v4, v0"), rotation);
    for (const [rounds, expected] of [
      [0, 0n],
      [1, 0n],
      [4, 18n],
    ] as const) {
      expect(new Interpreter(program).run("f", [3, rounds])).toEqual({
        kind: "returned",
        values: [expected],
      });
    }
  });
  it("widens counters that cannot wrap, and no others", () => {
    const narrow = (compare: string, by = 1): string => `function @f(i64, i32) -> i64 {
b0(v0: i64, v1: i32):
  v2: i32 = const 0
  v3: i32 = const ${by}
  v4: i64 = const 0
  jump b1(v2, v4)
b1(v5: i32, v6: i64):
  v7: i64 = zext v5
  v8: i64 = add v0, v7
  v9: i8 = load v8
  v10: i64 = zext v9
  v11: i64 = add v6, v10
  v12: i32 = add v5, v3
  v13: i1 = ${compare} v12, v1
  branch v13, b1(v12, v11), b2
b2:
  return v11
}`;
    const extended = (program: IrProgram): boolean => shown(program).includes("zext v5");
    expect(extended(through(narrow("icmp.ult"), widening, simplify, dead))).toBe(false);
    expect(extended(through(narrow("icmp.ne"), widening, simplify, dead))).toBe(true);
    expect(extended(through(narrow("icmp.slt"), widening, simplify, dead))).toBe(true);
    expect(extended(through(narrow("icmp.ult", 2), widening, simplify, dead))).toBe(true);
  });
  it("counts in steps of a product", () => {
    const program = through(
      loop("v10: i64 = const 24\nv11: i64 = mul v4, v10\nv7: i64 = load v11"),
      induction,
      dead,
    );
    const inner = program.functions[0]!.blocks[2]!;
    expect(inner.instructions.map((i) => i.op)).not.toContain("mul");
  });
});

describe("division", () => {
  const divisors: Record<number, readonly bigint[]> = {
    8: [2n, 3n, 5n, 7n, 10n, 100n, 127n, 128n, 129n, 254n, 255n],
    16: [3n, 7n, 10n, 641n, 1000n, 0x7fffn, 0x8000n, 0x8001n, 0xffffn],
    32: [
      3n,
      7n,
      10n,
      28n,
      641n,
      1000000007n,
      0x7fffffffn,
      0x80000000n,
      0x80000001n,
      0xffffffffn,
      0xfffffff9n,
    ],
    64: [
      3n,
      7n,
      10n,
      14n,
      28n,
      641n,
      1000000007n,
      (1n << 63n) - 1n,
      1n << 63n,
      (1n << 63n) + 1n,
      (1n << 64n) - 7n,
    ],
  };
  for (const bits of [8, 16, 32, 64]) {
    it.each(["udiv", "urem", "sdiv", "srem"])(`%s of i${bits} is exact`, (op) => {
      const type = `i${bits}`;
      const top = 1n << BigInt(bits);
      for (const d of divisors[bits]!) {
        // −1 traps for the least number.
        if (op.startsWith("s") && d === top - 1n) continue;
        const text = leaf(type, `v1: ${type} = const ${d}\nv2: ${type} = ${op} v0, v1`);
        const [before, changed] = [
          new Interpreter(through(text)),
          through(text, division, simplify, gvn, dead),
        ];
        expect(ops(changed), `${op} by ${d}`).not.toContain(op);
        const multiples = [1n, 2n, 3n, top / d / 2n, top / d].flatMap((q) => [q * d - 1n, q * d, q * d + 1n]);
        const xs = [
          0n,
          1n,
          2n,
          top / 2n - 1n,
          top / 2n,
          top / 2n + 1n,
          top - 2n,
          top - 1n,
          ...multiples,
          ...multiples.map((x) => -x),
        ];
        const machine = new Interpreter(changed);
        for (const x of xs) {
          expect(machine.run("f", [x]), `${x} ${op} ${d}`).toEqual(before.run("f", [x]));
        }
      }
    });
  }
  it("leaves 0, −1 and what is no constant", () => {
    for (const d of ["0", "-1"]) {
      expect(ops(through(leaf("i32", `v1: i32 = const ${d}\nv2: i32 = sdiv v0, v1`), division))).toBe(
        "sdiv return",
      );
    }
    expect(ops(through(leaf("i32", "v1: i32 = udiv v0, v0"), division))).toBe("udiv return");
  });
});

describe("sroa", () => {
  it("splits what is only used in parts, and copies part by part", () => {
    const text = leaf(
      "i64",
      `v1: i64 = slot s0
v2: i64 = slot s1
v3: i64 = const 16
v4: i32 = trunc v0
store v1, v0
store v1 + 8, v4
v5: i32 = const 7
store v1 + 12, v5
memcpy v2, v1, v3
v6: i32 = load v2 + 12
v7: i64 = zext v6
v8: i64 = load v2
v9: i64 = add v7, v8`,
    ).replace("{\n", "{\nslot s0 16 align 8\nslot s1 16 align 8\n");
    expect(ops(through(text, sroa, dead, mem2reg, simplify, dead))).toBe("add return");
  });
  it("leaves what others may know, and what overlaps", () => {
    const text = (line: string): string =>
      leaf("i64", `v1: i64 = slot s0\nstore v1, v0\nstore v1 + 8, v0\n${line}\nv2: i64 = load v1`).replace(
        "{\n",
        "{\nslot s0 16 align 8\n",
      );
    expect(ops(through(text("call @g(v1) as (i64)"), sroa, mem2reg))).toContain("store store");
    expect(ops(through(text("v9: i64 = load v1 + 4"), sroa, mem2reg))).toContain("store store");
  });
});

describe("inlining", () => {
  const two = (attributes: string, more = ""): IrProgram => {
    const program = parseProgram(`function @add(i64, struct 16 align 8) -> i64 ${attributes} {
b0(v0: i64, v1: i64):
  v2: i64 = load v1 + 8
  v3: i64 = add v0, v2
  store v1 + 8, v3
  ${more}
  return v3
}
function @main(i64) -> i64 exported {
  slot s0 16 align 8
b0(v0: i64):
  v1: i64 = slot s0
  store v1 + 8, v0
  v2: i64 = call @add(v0, v1) as (i64, struct 16 align 8) -> i64
  v3: i64 = load v1 + 8
  v4: i64 = add v2, v3
  return v4
}`);
    verify(program);
    return program;
  };
  const calls = (program: IrProgram): number =>
    program.functions.flatMap((fn) => fn.blocks.flatMap((b) => b.instructions)).filter((i) => i.op === "call")
      .length;

  it("puts small functions in, with a copy of structures, and forgets those that nobody needs", () => {
    const program = two("");
    inlineCalls(program, { onlyMarked: false });
    verify(program, "inlining");
    expect(program.functions.map((fn) => fn.symbol)).toEqual(["main"]);
    // The caller's structure stays as it is: 5 + 5, and 5.
    expect(new Interpreter(program).run("main", [5])).toEqual({ kind: "returned", values: [15n] });
    optimise(program, 2);
    verify(program, "all");
    expect(program.functions[0]!.slots).toEqual([]);
    expect(new Interpreter(program).run("main", [5])).toEqual({ kind: "returned", values: [15n] });
  });
  it("keeps what is exported, not to be inlined, or looks at its frame", () => {
    const exported = two("exported");
    inlineCalls(exported, { onlyMarked: false });
    expect([calls(exported), exported.functions.length]).toEqual([0, 2]);
    for (const program of [two("inline never"), two("naked"), two("", "v9: i64 = frame")]) {
      inlineCalls(program, { onlyMarked: false });
      expect(calls(program)).toBe(1);
    }
  });
  it("does only what is marked at level 1", () => {
    const [plain, marked] = [two(""), two("inline always")];
    for (const program of [plain, marked]) inlineCalls(program, { onlyMarked: true });
    expect([calls(plain), calls(marked)]).toEqual([1, 0]);
  });
  it("ends on recursion", () => {
    const program = parseProgram(`function @even(i64) -> i64 {
b0(v0: i64):
  v1: i64 = call @odd(v0) as (i64) -> i64
  return v1
}
function @odd(i64) -> i64 {
b0(v0: i64):
  v1: i64 = call @even(v0) as (i64) -> i64
  return v1
}
function @main(i64) -> i64 exported {
b0(v0: i64):
  v1: i64 = call @even(v0) as (i64) -> i64
  return v1
}`);
    optimise(program, 2);
    verify(program, "all");
    expect(calls(program)).toBeGreaterThan(0);
  });
});
