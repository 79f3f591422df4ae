/* The kernel's drivers of virtio devices, with devices of Vitrine's and of QEMU's, with interrupts and without. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { CharacterBackend } from "../../src/host/backends.ts";
import { Machine } from "../../src/machine/machine.ts";
import { builtKernel } from "../support/built.ts";
import { bootByCommand, bootInQemu } from "./image.ts";

const image = builtKernel("test/main.ts");
const folder = mkdtempSync(join(tmpdir(), "vitrine-virtio-"));
afterAll(() => rmSync(folder, { recursive: true }));
const scratch = join(folder, "scratch");
const readOnly = join(folder, "read-only");
writeFileSync(scratch, new Uint8Array(8 * 2 ** 20));
writeFileSync(readOnly, new Uint8Array(2 ** 20));

const NAMES = [
  "virtio disk",
  "virtio disk together",
  "virtio chacha20",
  "virtio random numbers",
  "virtio entropy together",
  "virtio console",
];
const PASSED = NAMES.map((name) => `ok ${name}`);

it.each(["1", "4"])("work in Vitrine, %s processors", (cpus) => {
  const disks = ["--disk", scratch, "--disk", `${readOnly},ro`];
  expect(bootByCommand(image, "--append", "test=virtio", "--cpus", cpus, ...disks).lines).toEqual(PASSED);
});
/** `flags`: of every device. */
const qemu = (machine: string, flags: string): string[] => [
  ...["-M", machine, "-smp", "2", "-append", "test=virtio"],
  ...["-drive", `id=scratch,file=${scratch},if=none,format=raw,cache=unsafe`],
  ...["-device", `virtio-blk-pci,drive=scratch${flags}`],
  ...["-drive", `id=ro,file=${readOnly},if=none,format=raw,readonly=on`],
  ...["-device", `virtio-blk-pci,drive=ro${flags}`],
  ...["-device", `virtio-rng-pci${flags}`],
];
describe.each([
  ["ports for configuration", "pc", ""],
  ["configuration in memory", "q35", ""],
  ["the modern interface alone", "q35", ",disable-legacy=on"],
  ["neither event index nor indirect descriptors", "q35", ",event_idx=off,indirect_desc=off"],
  ["no message interrupts", "q35", ",vectors=0"],
])("in QEMU, with %s", (_, machine, flags) => {
  it("work", (ctx) => {
    expect(bootInQemu(ctx, image, ...qemu(machine, flags)).lines).toEqual(PASSED);
  });
});

/** The host's end of a port: gives a text in pieces, then ends; keeps what is written. */
class Far implements CharacterBackend {
  onReady: (() => void) | undefined;
  shown = "";
  #rest: string;
  readonly #piece: number;

  constructor(text: string, piece: number) {
    this.#rest = text;
    this.#piece = piece;
  }
  get ended(): boolean {
    return this.#rest === "";
  }
  write(bytes: Uint8Array): void {
    this.shown += Buffer.from(bytes).toString("latin1");
  }
  read(most: number): Uint8Array {
    const length = Math.min(most, this.#piece);
    const bytes = Buffer.from(this.#rest.slice(0, length), "latin1");
    this.#rest = this.#rest.slice(length);
    return bytes;
  }
}
it.each([1, 100, 4096])("read a console to its end, %s bytes at a time", (piece) => {
  const text = Array.from({ length: 400 }, (_, i) => `line ${i} of what is typed\n`).join("");
  const standard = new Far(text.slice(0, piece === 1 ? 600 : text.length), piece);
  const typed = piece === 1 ? text.slice(0, 600) : text;
  const errors = new Far("", 1);
  const log = new Far("", 1);
  const machine = new Machine({
    cpus: 2,
    serial: [log],
    consolePorts: [{ backend: standard }, { backend: errors }],
  });
  machine.boot({ kernel: readFileSync(image), protocol: "pvh", commandLine: "test='virtio console'" });
  expect(machine.run()).toEqual({ kind: "exit", status: 33 });
  expect(log.shown.trim()).toBe("ok virtio console");
  expect(standard.shown).toBe(`out of the kernel\n${typed}`);
  const lines = errors.shown.trimEnd().split("\n");
  expect(lines[0]).toBe(String(typed.length).padStart(6, "0"));
  const rest = ["a", "b", "c", "d"].flatMap((letter) => Array.from({ length: 20 }, () => letter.repeat(40)));
  expect(lines.slice(1).sort()).toEqual(rest);
});
