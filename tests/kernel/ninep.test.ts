/* Shares of the host's directories in the kernel: what the kernel does there, the host sees; what the host has put there, the kernel reads. Here and with QEMU's server. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, type TestContext } from "vitest";
import { builtKernel } from "../support/built.ts";
import { makeTree, pattern, treeOf } from "./file-tree.ts";
import { bootByCommand, bootInQemu, type Ran } from "./image.ts";

const image = builtKernel("test/main.ts");
const folder = mkdtempSync(join(tmpdir(), "vitrine-shares-"));
afterAll(() => rmSync(folder, { recursive: true }));
let shares = 0;
function share(): string {
  const path = join(folder, `share-${shares++}`);
  mkdirSync(path);
  return path;
}
type Boot = (ctx: Pick<TestContext, "skip">, name: string, path: string, tag: string) => Ran;
const here: Boot = (_, name, path, tag) =>
  bootByCommand(image, "--cpus", "2", "--append", `test='${name}'`, "--share", `${path}:${tag}`);
const inQemu: Boot = (ctx, name, path, tag) =>
  bootInQemu(
    ctx,
    image,
    ...["-smp", "2", "-append", `test='${name}'`],
    ...["-fsdev", `local,id=files,path=${path},security_model=none`],
    ...["-device", `virtio-9p-pci,fsdev=files,mount_tag=${tag}`],
  );

describe.each([
  ["Vitrine", here],
  ["QEMU", inQemu],
])("%s", (_, boot) => {
  it("shows the host what the kernel has made", (ctx) => {
    const [made, should] = [share(), share()];
    expect(boot(ctx, "ninep tree", made, "made").lines).toEqual(["ok ninep tree"]);
    makeTree(should);
    expect(treeOf(made)).toEqual(treeOf(should));
    const { mode, mtimeMs } = statSync(join(made, "size-01"));
    expect({ mode: mode & 0o7777, mtimeMs }).toEqual({ mode: 0o640, mtimeMs: 1e12 });
    expect(statSync(join(made, "size-09")).ino).toBe(statSync(join(made, "many/linked")).ino);
    expect(statSync(join(made, "sparse")).blocks).toBeLessThan(100);
  });
  it("shows the kernel what the host has made", (ctx) => {
    const given = share();
    makeTree(given);
    expect(boot(ctx, "ninep given", given, "given").lines).toEqual(["ok ninep given"]);
  });
  it("serves eight threads at once", (ctx) => {
    const made = share();
    expect(boot(ctx, "ninep together", made, "made").lines).toEqual(["ok ninep together"]);
    for (let worker = 0; worker < 8; worker++) {
      const names = readdirSync(join(made, `worker-${worker}`));
      expect(names.length).toBe(100);
      for (const name of names) {
        const size = 1 + ((Number(name.slice(1)) * 977) % 9000);
        const bytes = readFileSync(join(made, `worker-${worker}`, name));
        expect(bytes.equals(pattern(size, worker)), `${name} of ${worker}`).toBe(true);
      }
    }
  });
  it("refuses what is there already", (ctx) => {
    expect(boot(ctx, "ninep refusals", share(), "made").lines).toEqual(["ok ninep refusals"]);
  });
});

it("leaves a share alone that may only be read", () => {
  const given = share();
  writeFileSync(join(given, "file"), "as it was");
  const { lines } = bootByCommand(
    image,
    ...["--append", "test='ninep refusals'", "--share", `${given}:read-only,ro`],
  );
  expect(lines).toEqual(["ok ninep refusals"]);
  expect(readFileSync(join(given, "file"), "utf8")).toBe("as it was");
  expect(readdirSync(given)).toEqual(["file"]);
});
