/*
 * The package as its users have it: packed, installed into an empty project without a network, and used there. What is packed is dist/ as the last
 * build has left it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { missing } from "./support/tools.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), "vitrine-package-")));
afterAll(() => rmSync(folder, { recursive: true }));
const project = join(folder, "project");
const BUSYBOX = "/bin/busybox";

/** Runs npm, or what it installs, and gives its output. */
function npm(cwd: string, program: "npm" | "npx", ...args: readonly string[]): string {
  const env = { ...process.env, npm_config_update_notifier: "false" };
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, env, encoding: "utf8" });
  expect([status, status === 0 ? "" : stderr]).toEqual([0, ""]);
  return stdout;
}
interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}
/** Packs a folder as it is. */
function pack(path: string): Packed {
  const output = npm(folder, "npm", "pack", path, "--ignore-scripts", "--json", "--pack-destination", folder);
  // as: npm-pack(1)
  const [packed] = JSON.parse(output) as Packed[];
  if (packed === undefined) throw new Error(`${path} was not packed`);
  return packed;
}

describe("the package", () => {
  it("installs into an empty project, runs a program there, and is a library", (ctx) => {
    if (!existsSync(join(root, "dist/cli/main.js")) || !existsSync(join(root, "dist/testing.js")))
      return missing(ctx, "a build in dist/");
    const packed = pack(root);
    const paths = packed.files.map(({ path }) => path);
    for (const path of ["README.md", "LICENSE", "dist/kernel.elf", "dist/testing.d.ts", "docs/run.md"])
      expect(paths).toContain(path);
    expect(paths.filter((path) => /^(src|tests|scripts)\//.test(path))).toEqual([]);

    // What it depends on, from here rather than from the registry.
    const dependencies = Object.keys(manifest.dependencies).map((name) =>
      pack(join(root, "node_modules", name)),
    );
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), '{ "name": "project", "private": true }');
    const archives = [...dependencies, packed].map(({ filename }) => join(folder, filename));
    npm(project, "npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund", ...archives);
    expect(npm(project, "npx", "--no-install", "vitrine", "--version")).toBe(`${manifest.version}\n`);

    const program = `import { boot } from "vitrine/testing"; import { assemble } from "vitrine";
      console.log(typeof boot, assemble("nop").bytes.length);`;
    writeFileSync(join(project, "program.mjs"), program);
    const { stdout, stderr } = spawnSync(process.execPath, ["program.mjs"], {
      cwd: project,
      encoding: "utf8",
    });
    expect([stdout, stderr]).toEqual(["function 1\n", ""]);

    if (!existsSync(BUSYBOX)) return missing(ctx, BUSYBOX);
    const run = ["--no-install", "vitrine", "run", BUSYBOX, "echo", "from the package"];
    expect(npm(project, "npx", ...run)).toBe("from the package\n");
  });
});
