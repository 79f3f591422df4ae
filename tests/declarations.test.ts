/*
 * The library's declarations as users have them: a small program of theirs is checked against what the build ships, libraries
 * too (skipLibCheck false), with and without the "dom" library and Node's types.
 */
import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completeDeclarations } from "../scripts/declarations.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Uses every value and type of the library. */
const PROGRAM = `
import * as vitrine from "vitrine";
import { assemble, BareMachine, type ExceptionAnswer, type Instruction, type Platform, type StopReason } from "vitrine";
import { boot, type BootOptions, type Guest, type Mount, PlaceError } from "vitrine/testing";
const machine: BareMachine = new BareMachine({ mode: 64, memory: 1 << 20 });
machine.load(assemble("mov eax, 42\\nhlt").bytes);
const remove: () => void = machine.onInstruction((rip: bigint, insn: Instruction) => void [rip, insn.mnemonic]);
machine.onException((event): ExceptionAnswer | undefined => void event.vector);
const stop: StopReason = machine.run({ maxInstructions: 5 });
const rax: bigint = machine.get("rax");
const platform: Platform | undefined = undefined;
const mounts: Mount[] = [{ host: ".", guest: "/here", readOnly: true }];
const options: BootOptions = { program: "/program", files: { "/program": new Uint8Array(0) }, mounts };
const start = (): Guest => boot(options);
const said = (guest: Guest): string => guest.expect(/ready/) + guest.register("rax") + guest.status;
export { PlaceError, said, start };
export { machine, platform, rax, remove, stop, vitrine };
`;

let folder = "";
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "vitrine-types-")));
  const vitrine = join(folder, "node_modules/vitrine");
  mkdirSync(vitrine, { recursive: true });
  copyFileSync(join(root, "package.json"), join(vitrine, "package.json"));
  symlinkSync(join(root, "node_modules/@types"), join(folder, "node_modules/@types"));
  const dist = join(vitrine, "dist");
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  // npm run check has checked the sources.
  const args = ["-p", "tsconfig.build.json", "--emitDeclarationOnly", "--noCheck", "--outDir", dist];
  const { status, stdout } = spawnSync(process.execPath, [tsc, ...args], { cwd: root, encoding: "utf8" });
  expect(stdout).toBe("");
  expect(status).toBe(0);
  completeDeclarations(dist);
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
  writeFileSync(join(folder, "program.ts"), PROGRAM);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the compiler complains of in a project with these settings. */
function complaints(settings: {
  lib: string[];
  types?: string[];
  module?: string;
  moduleResolution?: string;
}) {
  const options = { module: "NodeNext", moduleResolution: "NodeNext", types: [], ...settings };
  const { options: parsed, errors } = ts.convertCompilerOptionsFromJson(
    { target: "ES2022", strict: true, noEmit: true, skipLibCheck: false, ...options },
    folder,
  );
  expect(errors).toEqual([]);
  const program = ts.createProgram([join(folder, "program.ts")], parsed, {
    ...ts.createCompilerHost(parsed),
    getCurrentDirectory: () => folder,
  });
  return ts
    .getPreEmitDiagnostics(program)
    .map(
      (d) =>
        `${d.file?.fileName.slice(folder.length)}: ${ts.flattenDiagnosticMessageText(d.messageText, "\n")}`,
    );
}

describe("the library's declarations", () => {
  it.each([
    ["the language alone", { lib: ["ES2023"] }],
    ["a page", { lib: ["ES2023", "DOM"] }],
    ["Node", { lib: ["ES2023"], types: ["node"] }],
    ["a bundler", { lib: ["ES2023", "DOM"], module: "ESNext", moduleResolution: "Bundler" }],
  ])("are whole for %s", { timeout: 60_000 }, (_, settings) => {
    expect(complaints(settings)).toEqual([]);
  });
  it("are what the program is checked against", { timeout: 60_000 }, () => {
    writeFileSync(join(folder, "program.ts"), PROGRAM.replace("const rax: bigint", "const rax: number"));
    expect(complaints({ lib: ["ES2023"] })).toEqual([
      "/program.ts: Type 'bigint' is not assignable to type 'number'.",
    ]);
    writeFileSync(join(folder, "program.ts"), PROGRAM);
  });
});
