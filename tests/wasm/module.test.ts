/* Modules that the writer makes: sections, imports, exports, names; engines accept them. */
import { describe, expect, it } from "vitest";
import { ModuleBuilder } from "../../src/wasm/module.ts";
import { functionType, type Limits } from "../../src/wasm/types.ts";
import { callable, instantiate } from "./instantiate.ts";

const nothing = functionType("->");
const i32 = functionType("-> i32");

describe("ModuleBuilder", () => {
  it("writes an empty module", () => {
    expect([...new ModuleBuilder().finish()]).toEqual([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  });

  it("writes the same bytes for the same calls", () => {
    const build = (): Uint8Array => {
      const module = new ModuleBuilder();
      const log = module.importFunction("host", "log", functionType("i32 ->"));
      module.memory({ initial: 1, maximum: 2 });
      const f = module.function(nothing, "f");
      f.i32(1).call(log);
      return module.export("f", f).data([1, 2, 3], 8).finish({ names: true, name: "m" });
    };
    expect(build()).toEqual(build());
  });

  it("numbers equal types once", () => {
    const module = new ModuleBuilder();
    expect(module.type(functionType("i32 i64 -> i32"))).toBe(0);
    expect(module.type(functionType("i32 -> i64 i32"))).toBe(1);
    expect(module.type({ params: ["i32", "i64"], results: ["i32"] })).toBe(0);
  });

  it("imports functions, memory, table and globals, and exports what it defines", () => {
    const module = new ModuleBuilder();
    const add = module.importFunction("host", "add", functionType("i32 i32 -> i32"));
    module.importMemory("host", "memory", { initial: 1 });
    const table = module.importTable("host", "table", { initial: 4 });
    const base = module.importGlobal("host", "base", { type: "i64" });
    const count = module.global({ type: "i32", mutable: true }, -3);
    const big = module.global({ type: "i64" }, 2n ** 63n);
    const pi = module.global({ type: "f64" }, Math.PI);
    const f = module.function(functionType("i32 -> i64"));
    f.localGet(0).globalGet(count).call(add).globalSet(count);
    f.i32(0).op("i64.load32_u").globalGet(base).op("i64.add");
    module.export("f", f).export("count", "global", count).export("big", "global", big);
    module.export("pi", "global", pi).export("again", "function", add).elements([f, add], 2, table);
    module.data([0x78, 0x56, 0x34, 0x12], 0);

    const memory = new WebAssembly.Memory({ initial: 1 });
    const functions = new WebAssembly.Table({ element: "anyfunc", initial: 4 });
    const exports = instantiate(module.finish(), {
      host: {
        add: (a: number, b: number) => a + b,
        memory,
        table: functions,
        base: new WebAssembly.Global({ value: "i64" }, 2n ** 40n),
      },
    });
    expect(callable(exports, "f")(10)).toBe(2n ** 40n + 0x12345678n);
    expect((exports.count as WebAssembly.Global).value).toBe(7);
    expect((exports.big as WebAssembly.Global).value).toBe(-(2n ** 63n));
    expect((exports.pi as WebAssembly.Global).value).toBe(Math.PI);
    expect(callable(exports, "again")(2, 3)).toBe(5);
    expect([functions.get(0), functions.get(1)]).toEqual([null, null]);
    expect(functions.get(2)(1)).toBe(2n ** 40n + 0x12345678n);
  });

  it("calls functions that are written later", () => {
    const module = new ModuleBuilder();
    const even = module.function(functionType("i32 -> i32"));
    const odd = module.function(functionType("i32 -> i32"));
    for (const [f, atZero] of [
      [even, 1],
      [odd, 0],
    ] as const) {
      f.localGet(0).op("i32.eqz").if();
      f.i32(atZero).return().end();
    }
    even.localGet(0).i32(1).op("i32.sub").returnCall(odd);
    odd.localGet(0).i32(1).op("i32.sub").call(even);
    const isEven = callable(instantiate(module.export("even", even).finish()), "even");
    expect([10, 7].map((n) => isEven(n))).toEqual([1, 0]);
  });

  it("loops a million times through a table by tail calls", () => {
    const module = new ModuleBuilder();
    module.table({ initial: 2, maximum: 2 });
    const step = functionType("i32 i64 -> i64");
    // Two functions, each of which calls the other through the table until the count is used up.
    const steps = [0, 1].map((self) => {
      const f = module.function(step);
      f.localGet(0).op("i32.eqz").if();
      f.localGet(1).return().end();
      f.localGet(0)
        .i32(1)
        .op("i32.sub")
        .localGet(1)
        .i64(self + 1)
        .op("i64.add");
      f.i32(1 - self).returnCallIndirect(step);
      return f;
    });
    module.elements(steps).export("f", steps[0]!);
    expect(callable(instantiate(module.finish()), "f")(1_000_000, 0n)).toBe(1_500_000n);
  });

  it("has several tables, and calls through each", () => {
    const module = new ModuleBuilder();
    const tables = [module.table({ initial: 200 }), module.table({ initial: 1 })];
    const constants = [10, 20].map((value) => module.function(i32).i32(value));
    module.elements([constants[0]!], 150, tables[0]).elements([constants[1]!], 0, tables[1]);
    const f = module.function(functionType("-> i32 i32"));
    f.i32(150).callIndirect(i32).i32(0).callIndirect(i32, tables[1]);
    expect(callable(instantiate(module.export("f", f).finish()), "f")()).toEqual([10, 20]);
  });

  it("runs its start function", () => {
    const module = new ModuleBuilder();
    const global = module.global({ type: "i32", mutable: true }, 0);
    const start = module.function(nothing).i32(42).globalSet(global);
    const { value } = instantiate(module.start(start).export("g", "global", global).finish())
      .g as WebAssembly.Global;
    expect(value).toBe(42);
  });

  it("names functions in stack traces, only if asked", () => {
    const module = new ModuleBuilder();
    const f = module.function(nothing, "the_culprit").unreachable();
    module.export("f", f);
    const stack = (bytes: Uint8Array<ArrayBuffer>): string => {
      try {
        callable(instantiate(bytes), "f")();
      } catch (error) {
        return (error as Error).stack ?? "";
      }
      return "it returned";
    };
    expect(stack(module.finish({ names: true }))).toMatch(/the_culprit/);
    expect(stack(module.finish())).not.toMatch(/the_culprit/);
  });

  it("shares a memory between threads if it has a maximum", () => {
    const module = new ModuleBuilder();
    module.memory({ initial: 1, maximum: 3, shared: true });
    const memory = instantiate(module.export("memory", "memory").finish()).memory as WebAssembly.Memory;
    expect(Object.prototype.toString.call(memory.buffer)).toBe("[object SharedArrayBuffer]");
    const refuse = (limits: Limits) => expect(() => new ModuleBuilder().memory(limits));
    refuse({ initial: 1, shared: true }).toThrow("needs a maximum");
    refuse({ initial: 3, maximum: 2 }).toThrow("maximum 2 is below the initial 3");
  });

  it("refuses what would be silently wrong", () => {
    const module = new ModuleBuilder();
    module.memory({ initial: 1 });
    const f = module.function(nothing);
    module.export("f", f);
    expect(() => module.memory({ initial: 1 })).toThrow("a second memory");
    expect(() => module.importMemory("host", "memory", { initial: 1 })).toThrow("a second memory");
    expect(() => module.importFunction("host", "late", nothing)).toThrow(
      "the import host.late comes after a function that is no import",
    );
    expect(() => module.export("f", f)).toThrow("two exports are called f");
    f.block();
    expect(() => module.finish()).toThrow("function 0: 1 open block");
  });

  it("keeps more entries than one byte counts", () => {
    const module = new ModuleBuilder();
    module.table({ initial: 1000 });
    const functions = Array.from({ length: 1000 }, (_, i) => module.function(i32).i32(i * i));
    const f = module.function(functionType("i32 -> i32"));
    f.localGet(0).callIndirect(i32);
    const call = callable(instantiate(module.elements(functions).export("f", f).finish()), "f");
    expect([0, 127, 128, 999].map((i) => call(i))).toEqual([0, 16129, 16384, 998001]);
  });
});
