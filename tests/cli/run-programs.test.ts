/*
 * Programs of npm on the unikernel, with one processor and with four: the same output and status as natively. `npm run programs` compares many more.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { BIOME_MUSL } from "../../scripts/programs/list.ts";
import { builtKernel, builtProgram } from "../support/built.ts";
import { missing } from "../support/tools.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const command = [builtProgram(), "run", "--kernel", builtKernel("main.ts"), "--memory", "1G"];
const MOST_OUTPUT = 1 << 26;

const PROGRAMS = [
  {
    name: "esbuild, static, of Go",
    program: join(root, "node_modules/@esbuild/linux-x64/bin/esbuild"),
    args: ["--bundle", "--format=esm", "src/isa/row.ts"],
    input: "",
  },
  {
    name: "Biome, static PIE with musl, of Rust",
    program: BIOME_MUSL,
    args: ["format", "--stdin-file-path=a.ts"],
    input: "let   a={b:1}\n",
  },
  {
    name: "tsc 7, static, of Go",
    program: join(root, "node_modules/@typescript/typescript-linux-x64/lib/tsc"),
    args: ["--version"],
    input: "",
  },
];
describe.each(PROGRAMS)("$name", ({ program, args, input }) => {
  for (const cpus of [1, 4])
    it(`does what it does here, with ${cpus} of the machine's processors`, (ctx) => {
      if (!existsSync(program)) return missing(ctx, program);
      const options = { cwd: root, input, encoding: "utf8", maxBuffer: MOST_OUTPUT } as const;
      const native = spawnSync(program, args, options);
      const all = [...command, "--cpus", `${cpus}`, program, ...args];
      const { status, stdout, stderr } = spawnSync(process.execPath, all, options);
      expect({ status, stderr }).toEqual({ status: native.status, stderr: native.stderr });
      expect(stdout === native.stdout).toBe(true);
      expect(stdout.length).toBeGreaterThan(5);
    });
});
