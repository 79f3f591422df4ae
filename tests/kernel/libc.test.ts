/*
 * Programs of C whose libc is the kernel's, beside the same programs run natively with glibc: output and status are the same. What they do is in libc/*.c. The malloc object is
 * tests/kernel/malloc-object.test.ts.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { LIBC_PAGE, libcPage } from "../../scripts/libc.ts";
import { builtKernel, builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";

const sources = fileURLToPath(new URL("libc/", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitrine-libc-")));
afterAll(() => rmSync(folder, { recursive: true }));
copyFileSync(builtKernel("main.ts"), join(folder, "kernel.elf"));
copyFileSync(
  builtKernel("libc/main.ts", "--target", "linux", "--base", "0x60000000", "--strip"),
  join(folder, "libc.elf"),
);

function compile(ctx: TestContext, ...args: string[]): void {
  const gcc = requireTool(ctx, "gcc");
  const { status, stderr } = spawnSync(gcc, ["-O1", "-w", ...args], { encoding: "utf8" });
  expect(status, stderr).toBe(0);
}
function native(program: string, args: readonly string[], cwd: string) {
  const { status, stdout } = spawnSync(program, args, { cwd, encoding: "utf8" });
  return { status, stdout };
}
function ours(program: string, args: readonly string[], cwd: string, ...options: string[]) {
  const command = [builtProgram(), "run", "--kernel", join(folder, "kernel.elf"), "--libc", "kernel"];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...command, ...options, program, ...args], {
    cwd,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

it("docs/libc.md lists what is exported", () => {
  expect(readFileSync(LIBC_PAGE, "utf8")).toBe(libcPage());
});

describe("programs print what they print with glibc", () => {
  for (const name of ["print", "numbers", "floats", "texts", "wide", "regex", "mathematics", "special"])
    it(name, (ctx) => {
      const program = join(folder, name);
      compile(ctx, "-fno-builtin", join(sources, `${name}.c`), "-o", program, "-lm");
      const wanted = native(program, [], folder);
      expect(wanted.status).toBe(0);
      expect(ours(program, [], folder)).toEqual({ ...wanted, stderr: "" });
    });
  for (const cpus of [1, 2])
    it(`threads, on ${cpus} processors`, (ctx) => {
      const program = join(folder, `threads-${cpus}`);
      compile(ctx, join(sources, "threads.c"), "-o", program, "-lpthread");
      expect(ours(program, [], folder, "--cpus", `${cpus}`)).toEqual({
        ...native(program, [], folder),
        stderr: "",
      });
    });
});

it("libm is off by less than a unit in the last place", (ctx) => {
  const [compute, judge] = ["compute", "judge"].map((name) => join(folder, name));
  compile(ctx, "-fno-builtin", join(sources, "accuracy/compute.c"), "-o", compute ?? "", "-lm");
  compile(ctx, join(sources, "accuracy/judge.c"), "-o", judge ?? "", "-lquadmath", "-lm");
  const command = [builtProgram(), "run", "--kernel", join(folder, "kernel.elf"), "--libc", "kernel"];
  const computed = spawnSync(process.execPath, [...command, compute ?? "", "40", "1"]);
  expect(`${computed.stderr}`).toBe("");
  const { stdout } = spawnSync(judge ?? "", { input: computed.stdout, encoding: "utf8" });
  const lines = stdout.trim().split("\n");
  expect(lines.length).toBe(90);
  for (const line of lines) {
    const [, type, error] = line.split(" ");
    if (type !== "long") expect(Number(error), line).toBeLessThan(0.51);
  }
});

it("a root that is read-only has the libc too", (ctx) => {
  const place = mkdtempSync(join(folder, "root-"));
  compile(ctx, join(sources, "texts.c"), "-o", join(place, "texts"));
  const wanted = native(join(place, "texts"), [], place);
  expect(ours("/texts", [], place, "--root", place)).toEqual({ ...wanted, stderr: "" });
});

it("a program of C++ runs with the host's libstdc++", (ctx) => {
  const program = join(folder, "iostreams");
  const made = spawnSync(
    requireTool(ctx, "g++"),
    ["-std=c++17", "-O1", "-w", join(sources, "iostreams.cpp"), "-o", program, "-lpthread"],
    { encoding: "utf8" },
  );
  expect(made.status, made.stderr).toBe(0);
  const { status, stdout, stderr } = spawnSync(program, { encoding: "utf8" });
  expect(ours(program, [], folder)).toEqual({ status, stdout, stderr });
});

describe("programs and libraries are bound as ld.so binds them", () => {
  const forms: Record<string, { all?: string[]; program?: string[] }> = {
    "as gcc does it": {},
    RELR: { all: ["-Wl,-z,pack-relative-relocs"] },
    "no PLT, bound at once": { all: ["-fno-plt", "-Wl,-z,now"] },
    "TLS descriptors": { all: ["-mtls-dialect=gnu2"] },
    "the gABI's hash table": { all: ["-Wl,--hash-style=sysv"] },
    "a program at a fixed address": { program: ["-no-pie"] },
  };
  for (const [name, { all = [], program = [] }] of Object.entries(forms))
    it(name, (ctx) => {
      const place = mkdtempSync(join(folder, "linking-"));
      const shared = ["-fPIC", "-shared", ...all];
      const map = `-Wl,--version-script=${join(sources, "library.map")}`;
      compile(ctx, ...shared, map, join(sources, "library.c"), "-o", join(place, "liblibrary.so"));
      compile(ctx, ...shared, join(sources, "opened.c"), "-o", join(place, "opened.so"));
      const libraries = [`-L${place}`, "-llibrary", "-ldl", "-lpthread", "-Wl,-rpath,$ORIGIN"];
      compile(
        ctx,
        ...all,
        ...program,
        join(sources, "linking.c"),
        "-o",
        join(place, "linking"),
        ...libraries,
      );
      const wanted = native(join(place, "linking"), ["./opened.so"], place);
      expect(wanted.status).toBe(42);
      expect(ours(join(place, "linking"), ["./opened.so"], place)).toEqual({ ...wanted, stderr: "" });
    });
});

describe("what is missing", () => {
  /** A program that needs a library in which a function was when it was linked. */
  function incomplete(ctx: TestContext): string {
    const place = mkdtempSync(join(folder, "missing-"));
    mkdirSync(join(place, "full"));
    const library = (where: string, define: string): void =>
      compile(
        ctx,
        "-fPIC",
        "-shared",
        define,
        join(sources, "absent.c"),
        "-o",
        join(place, where, "libabsent.so"),
      );
    library("full", "-DFULL");
    library(".", "-DEMPTY");
    const flags = [`-L${join(place, "full")}`, "-labsent", "-Wl,-rpath,$ORIGIN"];
    compile(ctx, join(sources, "missing.c"), "-o", join(place, "missing"), ...flags);
    return place;
  }
  it("a function is named when it is called", (ctx) => {
    const place = incomplete(ctx);
    expect(ours("./missing", [], place)).toEqual({
      status: 127,
      stdout: "before\n",
      stderr: "./missing: symbol lookup error: undefined symbol: absent_function\n",
    });
  });
  it("a library is named at the start", (ctx) => {
    const place = incomplete(ctx);
    rmSync(join(place, "libabsent.so"));
    expect(ours("./missing", [], place)).toEqual({
      status: 127,
      stdout: "",
      stderr:
        "./missing: error while loading shared libraries: libabsent.so: cannot open shared object file: No such file or directory\n",
    });
  });
  it("a file that is no library is said to be none", (ctx) => {
    const place = incomplete(ctx);
    copyFileSync(join(sources, "missing.c"), join(place, "libabsent.so"));
    const { status, stderr } = ours("./missing", [], place);
    expect(status).toBe(127);
    expect(stderr).toBe(
      "./missing: error while loading shared libraries: ./libabsent.so: invalid ELF header\n".replace(
        "./libabsent.so",
        join(place, "libabsent.so"),
      ),
    );
  });
});
