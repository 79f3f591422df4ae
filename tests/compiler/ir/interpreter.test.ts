// Each operation of the IR as the interpreter runs it, from text programs. Expected values are worked out by hand, or from the SDM where it is named.
import { describe, expect, it } from "vitest";
import { type Host, Interpreter, type Outcome } from "../../../src/compiler/ir/interpreter.ts";
import { OPS } from "../../../src/compiler/ir/ops.ts";
import { parseProgram } from "../../../src/compiler/ir/parser.ts";
import { verify } from "../../../src/compiler/ir/verify.ts";

function run(text: string, host: Host = {}, steps?: number): Outcome {
  const program = parseProgram(text);
  verify(program);
  return new Interpreter(program, { host, memory: 1 << 20, ...(steps && { steps }) }).run("main");
}
/** Runs a body whose last value, of this type, is the result. */
function body(type: string, lines: string, more = "", host: Host = {}): bigint | number | string {
  const last = /v(\d+): \w+ = [^\n]*\n?$/.exec(lines.trim())?.[1];
  const outcome = run(`function @main() -> ${type} {\n${more}b0:\n${lines}\nreturn v${last}\n}`, host);
  if (outcome.kind === "returned") return outcome.values[0]!;
  return outcome.kind === "trapped" ? outcome.reason : outcome.kind;
}
/** An operation on constants. */
function op(text: string, type: string, ...args: (bigint | number)[]): bigint | number | string {
  const [name, from = type] = text.split(" ");
  const lines = args.map((x, i) =>
    from === "f64" ? `v${i}: f64 = fconst ${Object.is(x, -0) ? "-0" : x}` : `v${i}: ${from} = const ${x}`,
  );
  const list = args.map((_, i) => `v${i}`).join(", ");
  return body(type, [...lines, `v9: ${type} = ${name} ${list}`].join("\n"));
}

const tested = new Set<string>();
const cases: [string, string, (bigint | number)[], bigint | number | string][] = [
  ["add", "i8", [200, 100], 44n],
  ["add", "i64", [-1, 2], 1n],
  ["sub", "i16", [1, 2], 0xffffn],
  ["mul", "i32", [0x10001, 0x10001], 0x20001n],
  ["udiv", "i8", [200, 7], 28n],
  ["udiv", "i8", [200, 0], "division by zero"],
  ["sdiv", "i8", [-56, 7], 0xf8n],
  ["sdiv", "i32", [-7, 2], 0xfffffffdn],
  ["sdiv", "i32", [-0x80000000, -1], "division overflow"],
  ["urem", "i16", [1000, 7], 6n],
  ["urem", "i16", [1000, 0], "division by zero"],
  ["srem", "i32", [-7, 2], 0xffffffffn],
  ["srem", "i8", [-128, -1], "division overflow"],
  ["and", "i8", [0xcc, 0xaa], 0x88n],
  ["and", "i1", [1, 0], 0n],
  ["or", "i8", [0xcc, 0xaa], 0xeen],
  ["xor", "i8", [0xcc, 0xaa], 0x66n],
  ["shl", "i32", [1, 33], 2n],
  ["shl", "i8", [0xff, 4], 0xf0n],
  ["lshr", "i8", [0x80, 9], 0x40n],
  ["ashr", "i8", [0x80, 1], 0xc0n],
  ["rotl", "i8", [0x81, 1], 3n],
  ["rotl", "i16", [0x1234, 16], 0x1234n],
  ["rotr", "i32", [1, 1], 0x80000000n],
  ["neg", "i8", [1], 0xffn],
  ["not", "i16", [0], 0xffffn],
  ["popcnt", "i64", [-1], 64n],
  ["clz", "i32", [1], 31n],
  ["clz", "i16", [0], 16n],
  ["ctz", "i64", [8], 3n],
  ["ctz", "i8", [0], 8n],
  ["bswap", "i32", [0x12345678], 0x78563412n],
  ["umulh", "i64", [-1, -1], 0xfffffffffffffffen],
  ["smulh", "i64", [-1, -1], 0n],
  ["smulh", "i64", [-1, 1], 0xffffffffffffffffn],
  ["udivwide", "i64", [1, 0, 2], 1n << 63n],
  ["udivwide", "i64", [2, 0, 2], "division overflow"],
  ["udivwide", "i64", [0, 1, 0], "division by zero"],
  ["uremwide", "i64", [1, 5, 10], 1n],
  ["icmp.ult i8", "i1", [1, 255], 1n],
  ["icmp.slt i8", "i1", [1, 255], 0n],
  ["icmp.sge i64", "i1", [-5, -5], 1n],
  ["icmp.ne i16", "i1", [3, 3], 0n],
  ["zext i8", "i32", [0xff], 0xffn],
  ["sext i8", "i32", [0xff], 0xffffffffn],
  ["trunc i32", "i8", [0x1234], 0x34n],
  ["trunc i32", "i1", [2], 0n],
  ["fadd", "f64", [0.1, 0.2], 0.30000000000000004],
  ["fsub", "f64", [1, 0.5], 0.5],
  ["fmul", "f64", [3, -0.5], -1.5],
  ["fdiv", "f64", [1, 0], Number.POSITIVE_INFINITY],
  ["fneg", "f64", [0], -0],
  ["fsqrt", "f64", [2], Math.SQRT2],
  ["fcmp.eq f64", "i1", [Number.NaN, Number.NaN], 0n],
  ["fcmp.ne f64", "i1", [Number.NaN, 1], 1n],
  ["fcmp.sge f64", "i1", [-0, 0], 1n],
  ["sitof i64", "f64", [-3], -3],
  ["uitof i64", "f64", [-1], 2 ** 64],
  ["ftosi f64", "i64", [-2.9], 0xfffffffffffffffen],
  // CVTTSD2SI's indefinite integer.
  ["ftosi f64", "i64", [1e300], 1n << 63n],
  ["ftosi f64", "i64", [Number.NaN], 1n << 63n],
  ["ftoui f64", "i64", [1e19], 10000000000000000000n],
  ["ftoui f64", "i64", [2.9], 2n],
  ["ftoui f64", "i64", [1e300], 0n],
];

describe("operations on constants", () => {
  it.each(cases)("%s %s %j", (text, type, args, expected) => {
    tested.add(text.split(/[ .]/)[0]!);
    expect(op(text, type, ...args)).toBe(expected);
  });
  it("select", () => {
    tested.add("select");
    expect(
      body("i8", "v0: i1 = const 1\nv1: i8 = const 5\nv2: i8 = const 6\nv3: i8 = select v0, v1, v2"),
    ).toBe(5n);
  });
});

describe("memory", () => {
  const slot = "slot s0 16 align 8\n";
  const fill = "v0: i64 = slot s0\nv1: i64 = const 0x1122334455667788\nstore v0, v1\nstore v0 + 8, v1\n";

  it("loads and stores each width, little-endian, with displacements", () => {
    expect(body("i16", `${fill}v2: i16 = load v0 + 1`, slot)).toBe(0x6677n);
    expect(body("i64", `${fill}v2: i8 = const 0xff\nstore v0 + 7, v2\nv3: i64 = load v0`, slot)).toBe(
      0xff22334455667788n,
    );
    expect(body("f64", `${fill}v2: f64 = fconst 1.5\nstore v0, v2\nv3: f64 = load v0`, slot)).toBe(1.5);
  });
  it("copies and fills", () => {
    const size = "v2: i64 = const 8\nv3: i64 = const 1\nv4: i64 = add v0, v3\n";
    expect(body("i64", `${fill}${size}memmove v4, v0, v2\nv5: i64 = load v0`, slot)).toBe(
      0x2233445566778888n,
    );
    expect(
      body("i64", `${fill}${size}v6: i64 = add v0, v2\nmemcpy v0, v6, v3\nv5: i64 = load v0`, slot),
    ).toBe(0x1122334455667788n);
    expect(body("i64", `${fill}${size}v6: i8 = const 7\nmemset v4, v6, v3\nv5: i64 = load v0`, slot)).toBe(
      0x1122334455660788n,
    );
  });
  it("has atomics that give the value before", () => {
    const by = "v2: i32 = const 0xff\n";
    const after = (what: string): unknown =>
      body("i32", `${fill}${by}v3: i32 = atomicrmw.${what} v0, v2\nv4: i32 = load v0`, slot);
    expect(["add", "and", "or", "xor", "exchange"].map(after)).toEqual([
      0x55667887n,
      0x88n,
      0x556677ffn,
      0x55667777n,
      0xffn,
    ]);
    expect(body("i32", `${fill}${by}v3: i32 = atomicrmw.add v0, v2`, slot)).toBe(0x55667788n);
    expect(body("i32", `${fill}${by}atomicstore v0, v2 release\nv3: i32 = atomicload v0 acquire`, slot)).toBe(
      0xffn,
    );
    const swap = (expected: string): unknown =>
      body(
        "i32",
        `${fill}${by}v3: i32 = const ${expected}\nv4: i32 = cmpxchg v0, v3, v2\nfence\nbarrier\npause\nv5: i32 = load v0`,
        slot,
      );
    expect([swap("0x55667788"), swap("1")]).toEqual([0xffn, 0x55667788n]);
  });
  it("faults outside of memory, and fills fresh frames with junk", () => {
    expect(body("i8", "v0: i64 = const 16\nv1: i8 = load v0")).toBe("no memory at 0x10");
    expect(body("i8", "v0: i64 = const -1\nv1: i8 = load v0")).toBe("no memory at 0xffffffffffffffff");
    expect(body("i8", "v0: i64 = slot s0\nv1: i8 = load v0", slot)).toBe(0xa5n);
  });
  it("lays out data with relocations", () => {
    const outcome =
      run(`data @a ".data" "data" align 8 { 07 00 00 00 00 00 00 00 reloc 8 R_X86_64_64 @b + 2 00 00 00 00 00 00 00 00 }
data @b ".rodata" "read-only data" align 1 { 01 02 2a }
function @main() -> i8 {
b0:
  v0: i64 = symbol @a + 8
  v1: i64 = load v0
  v2: i8 = load v1
  return v2
}`);
    expect(outcome).toEqual({ kind: "returned", values: [42n] });
  });
});

describe("control", () => {
  it("loops and switches, and swaps parameters at once", () => {
    const outcome = run(`function @main() -> i64 {
b0:
  v0: i64 = const 1
  v1: i64 = const 2
  v2: i64 = const 0
  v8: i64 = const 3
  jump b1(v0, v1, v2)
b1(v3: i64, v4: i64, v5: i64):
  v6: i64 = add v5, v0
  v7: i1 = icmp.eq v6, v8
  branch v7, b2, b1(v4, v3, v6)
b2:
  switch v3, b3 { 1: b4, 2: b3 }
b3:
  unreachable
b4:
  return v4
}`);
    expect(outcome).toEqual({ kind: "returned", values: [2n] });
  });
  it("calls by name and address, passes structures by value, gives two results", () => {
    const outcome = run(`function @pair(struct 16 align 8, i64) -> i64, f64 {
b0(v0: i64, v1: i64):
  v2: i64 = load v0 + 8
  store v0 + 8, v1
  v3: f64 = sitof v2
  return v1, v3
}
function @main() -> i64 {
  slot s0 16 align 8
b0:
  v0: i64 = slot s0
  v1: i64 = const 5
  v2: i64 = const 6
  store v0 + 8, v1
  v3: i64, v4: f64 = call @pair(v0, v2) as (struct 16 align 8, i64) -> i64, f64
  v5: i64 = symbol @pair
  v6: i64, v7: f64 = callptr v5(v0, v3) as (struct 16 align 8, i64) -> i64, f64
  v8: f64 = fadd v4, v7
  v9: i64 = ftosi v8
  return v9
}`);
    expect(outcome).toEqual({ kind: "returned", values: [10n] });
  });
  it("stops at traps, limits, exits, and too deep recursion", () => {
    expect(run('function @main() {\nb0:\n  trap "why"\n  unreachable\n}')).toMatchObject({
      kind: "trapped",
      reason: "why",
    });
    expect(run("function @main() {\nb0:\n  unreachable\n}")).toMatchObject({ reason: "unreachable" });
    expect(run("function @main() {\nb0:\n  jump b1\nb1:\n  jump b1\n}", {}, 1000)).toEqual({ kind: "limit" });
    const call = (symbol: string): string =>
      `function @main() {\nb0:\n  call @${symbol}() as ()\n  return\n}`;
    expect(run(call("quit"), { functions: { quit: (_args, machine) => machine.exit(4) } })).toEqual({
      kind: "exited",
      status: 4,
    });
    expect(run(call("nobody"))).toMatchObject({ reason: "nothing is called nobody" });
    expect(run(call("main"))).toMatchObject({ reason: "stack overflow" });
  });
  it("asks the host for ports, assembly and time", () => {
    const seen: unknown[] = [];
    const host: Host = {
      portIn: (port, bits) => port + bits,
      portOut: (...args) => void seen.push(args),
      asm: (code, args) => {
        seen.push(code.text, args);
        return 77n;
      },
      readTsc: () => 5n,
    };
    const text = `v0: i16 = const 0x3f8
v1: i8 = portin v0
portout v0, v1
v2: i64 = rdtsc
v3: i64 = frame
v4: i64 = retaddr
v5: i64 = asm "mov $0, $1"(v2) inputs ["any"] output "any" clobbers []
v6: i64 = add v5, v2`;
    expect(body("i64", text, "", host)).toBe(82n);
    // 0x3f8 + 8, cut to a byte.
    expect(seen).toEqual([[0x3f8, 8, 0], "mov $0, $1", [5n]]);
    expect(body("i64", text, "", { portIn: () => 0, portOut: () => {} })).toMatch("assembly is refused");
  });
});

it("every pure operation has a case", () => {
  const pure = Object.entries(OPS)
    .filter(([, o]) => o.effect === "none")
    .map(([name]) => name);
  expect(pure.filter((name) => !tested.has(name))).toEqual(["const", "fconst", "symbol", "slot"]);
});
