/*
 * Where a program's own libraries are looked for, with files that gcc links: what is found is what a native run needs, and a program that
 * needs them runs on the unikernel as it does natively.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { libraryDirectories } from "../../src/program/library-places.ts";
import { builtKernel, builtProgram } from "../support/built.ts";
import { requireTool } from "../support/tools.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitrine-places-")));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]): string => join(folder, ...names);

/** bin/program needs lib/libone.so by $ORIGIN, and that one deep/libtwo.so by a path of its own. */
function linked(ctx: TestContext): string {
  const gcc = requireTool(ctx, "gcc");
  for (const name of ["bin", "lib", "deep", "elsewhere"]) mkdirSync(at(name), { recursive: true });
  writeFileSync(at("two.c"), "int two(void) { return 2; }\n");
  writeFileSync(at("one.c"), "int two(void);\nint one(void) { return 40 + two(); }\n");
  writeFileSync(
    at("program.c"),
    '#include <stdio.h>\nint one(void);\nint main(void) { return printf("%d\\n", one()) != 3; }\n',
  );
  const compile = (...args: string[]): void => {
    const { status, stderr } = spawnSync(gcc, args, { cwd: folder, encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
  };
  compile("-shared", "-fPIC", "-o", "deep/libtwo.so", "two.c");
  compile("-shared", "-fPIC", "-o", "lib/libone.so", "one.c", "-Ldeep", "-ltwo", `-Wl,-rpath,${at("deep")}`);
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the linker's, not a template's.
  const paths = "-Wl,-rpath,${ORIGIN}/../lib:/nowhere:relative";
  compile("-o", "bin/program", "program.c", "-Llib", "-lone", "-Wl,-rpath-link,deep", paths);
  return at("bin/program");
}

describe("directories of libraries", () => {
  it("are the program's and those of its libraries, if they are there", (ctx) => {
    expect(libraryDirectories(linked(ctx))).toEqual([at("lib"), at("deep")]);
  });
  it("are none where the file is none, or broken anywhere", (ctx) => {
    expect(libraryDirectories(at("nothing"))).toEqual([]);
    expect(libraryDirectories(folder)).toEqual([]);
    const whole = readFileSync(linked(ctx));
    for (let size = 0; size < 4096; size += 61) {
      writeFileSync(at("broken"), whole.subarray(0, size));
      expect(libraryDirectories(at("broken"))).toEqual([]);
    }
    for (let place = 32; place < 1024; place += 7) {
      const bytes = Buffer.from(whole);
      bytes.fill(0xff, place, place + 4);
      writeFileSync(at("broken"), bytes);
      for (const directory of libraryDirectories(at("broken"))) expect(directory).toMatch(/^\//);
    }
  });
  it("are seen by the program, as natively", (ctx) => {
    const program = linked(ctx);
    const run = (command: string, args: readonly string[]): unknown => {
      const { status, stdout, stderr } = spawnSync(command, args, { cwd: at("elsewhere"), encoding: "utf8" });
      return { status, stdout, stderr };
    };
    const kernel = builtKernel("main.ts");
    expect(run(process.execPath, [builtProgram(), "run", "--kernel", kernel, program])).toEqual(
      run(program, []),
    );
  });
});
