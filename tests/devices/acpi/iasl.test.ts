/*
 * The tables in the hands of ACPICA (Debian's acpica-tools): iasl takes them apart and makes the same bytes of its own
 * text without a remark, and acpiexec runs the methods.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildAcpiTables } from "../../../src/devices/acpi/tables.ts";
import { requireTool } from "../../support/tools.ts";
import { platforms } from "./platforms.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "vitrine-acpi-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The tool's output, of both kinds. */
function run(tool: string, ...args: string[]): string {
  return execFileSync(tool, args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Without what the compiler puts in for itself: the checksum, its name and version. The FACS has no such fields. */
function comparable(bytes: Uint8Array, signature: string): string {
  const copy = Uint8Array.from(bytes);
  if (signature !== "FACS") {
    copy[9] = 0;
    copy.fill(0, 28, 36);
  }
  return Buffer.from(copy).toString("hex");
}

describe.each(Object.entries(platforms))("tables of the machine: %s", (title, platform) => {
  const built = buildAcpiTables(0xe_0000, 0x10_0000, platform);
  const tables = built.tables
    .filter(({ signature }) => signature !== "RSD PTR ")
    .map(({ signature, address, length }) => ({
      signature,
      bytes: built.bytes.subarray(address - built.address, address - built.address + length),
    }));

  it.for(tables)("$signature is what iasl makes of it again", ({ signature, bytes }, ctx) => {
    const iasl = requireTool(ctx, "iasl");
    const file = `${title.replace(" ", "-")}-${signature}`;
    writeFileSync(join(folder, `${file}.dat`), bytes);
    run(iasl, "-d", `${file}.dat`);
    const said = run(iasl, "-p", `${file}-again`, `${file}.dsl`);
    expect(said).toMatch(/0 Errors, 0 Warnings, 0 Remarks(, 0 Optimizations)?$/m);
    const again = readFileSync(join(folder, `${file}-again.aml`));
    expect(comparable(again, signature)).toBe(comparable(bytes, signature));
  });

  if (platform !== platforms.usual) return;

  it("answers to methods", (ctx) => {
    const acpiexec = requireTool(ctx, "acpiexec");
    const file = "methods.dat";
    writeFileSync(join(folder, file), tables.find(({ signature }) => signature === "DSDT")!.bytes);
    const id = "5B 4D DB 33 F7 1F 1C 40 96 57 74 41 C0 3D D7 66";
    const words = "(00 00 00 00 1F 00 00 00 1F 00 00 00)";
    const said = execFileSync(acpiexec, [file], {
      cwd: folder,
      encoding: "utf8",
      input: [
        `\\_SB.PCI0._OSC (${id}) 1 3 ${words}`,
        `\\_SB.PCI0._OSC (${id}) 2 3 ${words}`,
        `\\_SB.PCI0._OSC (${id.replace("5B", "5C")}) 1 3 ${words}`,
        "\\_SB.PCI0._PRT",
        "\\_S5",
      ]
        .map((command) => `evaluate ${command}\n`)
        .join(""),
      stdio: ["pipe", "pipe", "pipe"],
    });
    expect(said).not.toMatch(/exception|error/i);
    const [, first, second, third, routing, s5] = said.split("returned object");
    /** What `_OSC` answers: its words, of which all control bits stay with the operating system. */
    const answer = (text: string | undefined): string => /0000: ([0-9A-F ]{35})/.exec(text ?? "")?.[1] ?? "";
    expect(answer(first)).toBe("00 00 00 00 1F 00 00 00 1F 00 00 00");
    expect(answer(second)).toBe("08 00 00 00 1F 00 00 00 1F 00 00 00");
    expect(answer(third)).toBe("04 00 00 00 1F 00 00 00 1F 00 00 00");
    expect(s5).toMatch(/\[Package\] Contains 4 Elements/);

    const numbers = [...(routing ?? "").matchAll(/\[Integer\] = ([0-9A-F]{16})/g)].map((m) =>
      Number.parseInt(m[1]!, 16),
    );
    const routes = Array.from({ length: numbers.length / 4 }, (_, i) => numbers.slice(4 * i, 4 * i + 4));
    expect(routes).toEqual(
      Array.from({ length: 128 }, (_, i) => {
        const [slot, pin] = [i >> 2, i & 3];
        return [slot * 0x10000 + 0xffff, pin, 0, 16 + ((slot + pin) & 7)];
      }),
    );
  });
});

it("routes PCI interrupts as it is told", (ctx) => {
  const { pci } = platforms.usual;
  const { bytes, address, tables } = buildAcpiTables(0xe_0000, 0x10_0000, {
    ...platforms.usual,
    pci: { ...pci!, interrupt: (slot, pin) => 32 + slot * 4 + pin },
  });
  const place = tables.find(({ signature }) => signature === "DSDT")!;
  writeFileSync(
    join(folder, "routes.dat"),
    bytes.subarray(place.address - address, place.address - address + place.length),
  );
  run(requireTool(ctx, "iasl"), "-d", "routes.dat");
  const text = readFileSync(join(folder, "routes.dsl"), "utf8");
  expect(text).toMatch(/0x001FFFFF,\s+0x03,\s+Zero,\s+0x9F\s/);
});
