/** GRUB with a script and files, in the form of a Linux kernel that QEMU starts: the loader that multiboot comes from. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { TestContext } from "vitest";
import { missing, requireTool } from "../support/tools.ts";

function run(folder: string, program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}
/**
 * Makes the file `name` in `folder`. `script`: GRUB's commands; it finds `files`, which lie in the folder, as `(memdisk)/NAME`. `modules`: of GRUB, beyond
 * those that every script needs.
 */
export function packGrub(
  ctx: Pick<TestContext, "skip">,
  folder: string,
  name: string,
  {
    script,
    files,
    modules,
  }: { script: readonly string[]; files: readonly string[]; modules: readonly string[] },
): string {
  // Debian's grub-common and grub-pc-bin.
  const mkimage = requireTool(ctx, "grub-mkimage");
  const library = join(dirname(mkimage), "../lib/grub/i386-pc");
  if (!existsSync(library)) missing(ctx, "GRUB for i386-pc");
  writeFileSync(join(folder, "grub.cfg"), script.map((line) => `${line}\n`).join(""));
  run(folder, requireTool(ctx, "tar"), ["cf", "files.tar", ...files]);
  const where = ["-d", library, "-O", "i386-pc", "-p", "(memdisk)/", "-o", "core.img"];
  const contents = ["-c", "grub.cfg", "-m", "files.tar", "memdisk", "tar", "boot", "biosdisk", ...modules];
  run(folder, mkimage, [...where, ...contents]);
  const parts = [join(library, "lnxboot.img"), join(folder, "core.img")].map((part) => readFileSync(part));
  const packed = join(folder, name);
  writeFileSync(packed, Buffer.concat(parts));
  return packed;
}
