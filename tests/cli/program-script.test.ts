/* The command as the package has it, one script, does what it does as modules: with V8's code of it, without, and with what is none. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";
import { afterAll, describe, expect, it } from "vitest";
import { bundleProgram } from "../../scripts/bundle.ts";
import { SCRIPT, SCRIPT_CODE } from "../../src/cli/program-script.ts";
import { builtProgram } from "../support/built.ts";

// Within the repository, so that packages are found.
const cache = fileURLToPath(new URL("../../node_modules/.cache", import.meta.url));
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, "vitrine-script-"));
afterAll(() => rmSync(folder, { recursive: true }));
bundleProgram(folder);

const FEW = [["--version"], ["asm", "-", "-o", "-"]];
const MANY = [...FEW, ["run", "--help"], ["run", "/nothing"], ["nonsense"]];

/** What commands end with and say. */
function answers(program: string, commands: readonly (readonly string[])[] = FEW) {
  return commands.map((args) => {
    const options = { input: "mov eax, [rbx]", encoding: "latin1" } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], options);
    return { args, status, stdout, stderr };
  });
}

describe("the command as a script", () => {
  const main = join(folder, "cli/main.js");
  const file = join(folder, SCRIPT);
  const text = readFileSync(file, "latin1");

  it("does what it does as modules", () => {
    expect(answers(main, MANY)).toEqual(answers(builtProgram(), MANY));
  });
  it("is ASCII, as it is read", () => {
    expect([...text].every((c) => c.charCodeAt(0) < 128)).toBe(true);
  });
  it("is the same with V8's code, and with what V8 refuses", () => {
    const plain = answers(main);
    const code = new Script(text, { filename: file }).createCachedData();
    for (const bytes of [code, code.subarray(0, 1000), Buffer.from("something else")]) {
      writeFileSync(join(folder, SCRIPT_CODE), bytes);
      expect(answers(main)).toEqual(plain);
    }
  });
});
