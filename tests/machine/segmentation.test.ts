/**
 * What every descriptor allows, at levels 0 and 3: the programs descriptors32 and descriptors64 run here and in QEMU, and
 * leave the same records. Where QEMU is known to differ from the manual, the difference is listed with the section.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { requireTool } from "../support/tools.ts";
import { Bare } from "./bare.ts";

interface Record {
  readonly vector: number;
  readonly access: number;
  readonly error: number;
  readonly cs: number;
  readonly ss: number;
  readonly eax: number;
  /** descriptors64 only. */
  readonly rsp: number;
}

/** What a record is of: the order of the programs' loops. */
interface Place {
  readonly ring: number;
  readonly operation: string;
  /** Flags of the descriptor, or for int the number of the selector in the program's list. */
  readonly variant: number;
  readonly access: number;
  readonly rpl: number;
}

/** A difference that QEMU is known to have. */
interface Deviation {
  readonly why: string;
  applies(place: Place, qemu: Record, ours: Record): boolean;
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
const ACCESS = [...range(0, 0x20), ...range(0x80, 0x100)];
const RINGS = [0, 3];

function places(operations: readonly (readonly [string, readonly number[]])[], interrupts: number): Place[] {
  const uses = RINGS.flatMap((ring) =>
    operations.flatMap(([operation, variants]) =>
      variants.flatMap((variant) =>
        ACCESS.flatMap((access) => [0, 3].map((rpl) => ({ ring, operation, variant, access, rpl }))),
      ),
    ),
  );
  const ints = RINGS.flatMap((ring) =>
    range(0, interrupts).flatMap((ist) =>
      range(0, 16).flatMap((variant) =>
        ACCESS.map((access) => ({ ring, operation: `int${ist}`, variant, access, rpl: 0 })),
      ),
    ),
  );
  return [...uses, ...ints];
}

function parse(output: Uint8Array, size: number): Record[] {
  const view = new DataView(output.buffer, output.byteOffset, output.byteLength);
  return range(0, output.length / size).map((i) => ({
    vector: view.getUint8(i * size),
    access: view.getUint8(i * size + 1),
    error: view.getUint16(i * size + 2, true),
    cs: view.getUint16(i * size + 4, true),
    ss: view.getUint16(i * size + 6, true),
    eax: view.getUint32(i * size + 8, true),
    rsp: size === 16 ? view.getUint32(i * size + 12, true) : 0,
  }));
}

/** Assembles a program and runs it in both. */
function runBoth(
  ctx: Parameters<typeof requireTool>[0],
  name: string,
): { qemu: Uint8Array; ours: Uint8Array } {
  const nasm = requireTool(ctx, "nasm");
  const qemu = requireTool(ctx, "qemu-system-x86_64");
  const folder = mkdtempSync(join(tmpdir(), "vitrine-"));
  try {
    const image = join(folder, "image");
    const output = join(folder, "output");
    execFileSync(nasm, ["-f", "bin", "-o", image, join(import.meta.dirname, "programs", `${name}.asm`)]);
    const machine = ["-m", "64", "-display", "none", "-nodefaults", "-no-reboot", "-monitor", "none"];
    const devices = ["-device", "isa-debug-exit,iobase=0xf4,iosize=4", "-debugcon", `file:${output}`];
    // isa-debug-exit leaves with an odd status.
    try {
      execFileSync(qemu, ["-accel", "tcg", "-cpu", "max", ...machine, ...devices, "-kernel", image], {
        stdio: "pipe",
      });
    } catch (e) {
      if (!(e instanceof Error && "status" in e && e.status === 1)) throw e;
    }
    const bare = new Bare();
    bare.loadMultiboot(readFileSync(image));
    expect(bare.run(10_000_000)).toBe("stopped");
    return { qemu: readFileSync(output), ours: Uint8Array.from(bare.platform.output) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const hex = (r: Record): string =>
  Object.entries(r)
    .map(([k, v]) => `${k} ${v.toString(16)}`)
    .join(" ");

/** Compares record by record; every deviation must have been seen. */
function compare(
  list: readonly Place[],
  qemu: Record[],
  ours: Record[],
  deviations: readonly Deviation[],
): void {
  expect(qemu.length).toBe(list.length);
  expect(ours.length).toBe(list.length);
  const seen = new Set<Deviation>();
  const wrong: string[] = [];
  list.forEach((place, i) => {
    const q = qemu[i]!;
    const o = ours[i]!;
    if (hex(q) === hex(o)) return;
    const deviation = deviations.find((d) => d.applies(place, q, o));
    if (deviation) seen.add(deviation);
    else wrong.push(`${JSON.stringify(place)}\n  QEMU ${hex(q)}\n  here ${hex(o)}`);
  });
  expect(wrong.slice(0, 5).join("\n")).toBe("");
  expect(deviations.filter((d) => !seen.has(d)).map((d) => d.why)).toEqual([]);
}

/** Equal but for the fields given. */
const but = (q: Record, o: Record, ...fields: (keyof Record)[]): boolean =>
  // as: the keys of a Record
  (Object.keys(q) as (keyof Record)[]).every((k) => fields.includes(k) || q[k] === o[k]);

const CODE_ACCESSED: Deviation = {
  why: "QEMU does not set the accessed bit of code segments (vol. 3A §3.4.5.1)",
  applies: (_, q, o) => q.vector === 0x81 && but(q, o, "access") && o.access === (q.access | 1),
};

describe("descriptors", () => {
  it("allow in 32-bit mode what they allow in QEMU", { timeout: 120_000 }, (ctx) => {
    const { qemu, ours } = runBoth(ctx, "descriptors32");
    const names = "lar lsl verr verw ds ss gs jmp call retf iret lldt ltr lar16 lsl16 call16 iret-task";
    const list = places(
      names.split(" ").map((name) => [name, [0]] as const),
      1,
    );
    compare(list, parse(qemu, 12), parse(ours, 12), [
      CODE_ACCESSED,
      {
        why: "QEMU does not hold a gate's offset against the code segment's limit (vol. 2A, INT n)",
        applies: (p, q, o) =>
          p.operation === "int0" && p.variant === 12 && q.vector === 0x81 && o.vector === 13 && o.error === 0,
      },
      {
        why: "QEMU raises #TS where an IDT's task gate names the LDT; the manual says #GP (vol. 2A, INT n)",
        applies: (p, q, o) =>
          p.operation === "int0" &&
          p.variant === 13 &&
          q.vector === 10 &&
          o.vector === 13 &&
          but(q, o, "vector"),
      },
    ]);
  });

  it("allow in 64-bit mode what they allow in QEMU", { timeout: 120_000 }, (ctx) => {
    const { qemu, ours } = runBoth(ctx, "descriptors64");
    const transfers = "jmp call retf iret".split(" ").map((name) => [name, [0xa0, 0xc0, 0xe0]] as const);
    const names = "lar lsl verr verw ds ss gs lldt ltr retfq iretd";
    const others = names.split(" ").map((name) => [name, [0xa0]] as const);
    const list = places([...transfers, ...others], 2);
    compare(list, parse(qemu, 16), parse(ours, 16), [
      CODE_ACCESSED,
      {
        why: "QEMU accepts code segments with L and D both set (vol. 2A, JMP: #GP of the selector)",
        applies: (p, q, o) =>
          p.variant === 0xe0 &&
          (q.vector === 0x81 || q.vector === 11) &&
          o.vector === 13 &&
          (o.error | 3) === 0x83,
      },
      {
        why: "QEMU's LAR accepts types that IA-32e mode does not have (vol. 2A table 3-53)",
        applies: (p, _, o) =>
          p.operation === "lar" && [1, 3, 4, 5].includes(p.access & 0x1f) && (o.ss & 0x4000) === 0,
      },
      {
        why: "QEMU's LSL accepts types that IA-32e mode does not have (vol. 2A table 3-56)",
        applies: (p, _, o) =>
          p.operation === "lsl" && [1, 3].includes(p.access & 0x1f) && (o.ss & 0x4000) === 0,
      },
      {
        why: "QEMU's LTR accepts a 16-bit TSS (vol. 3A table 3-2)",
        applies: (p, _, o) => p.operation === "ltr" && (p.access & 0x1f) === 1 && o.vector === 13,
      },
      {
        why: "QEMU's error codes of 16-byte gates count 8-byte ones (vol. 3A §6.13: the index is the vector)",
        applies: (p, q, o) =>
          p.operation.startsWith("int") && q.error === 0x902 && o.error === 0x482 && but(q, o, "error"),
      },
      {
        why: "QEMU clears ss when an IST entry is used on the same level (vol. 3A §6.14.4: on a change of CPL)",
        applies: (p, q, o) =>
          p.operation === "int1" &&
          q.ss === p.ring &&
          o.ss === (p.ring === 0 ? 0x10 : 0x23) &&
          but(q, o, "ss"),
      },
    ]);
  });
});
