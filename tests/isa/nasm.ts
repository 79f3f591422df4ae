/* NASM as a peer: many statements in one run, each at a multiple of 16 bytes. Not a test itself. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Bytes between statements, which no instruction fills. */
export const SLOT = 32;

/**
 * Assembles each statement at origin + SLOT × i. A statement that NASM refuses is undefined, one that it accepts is the
 * bytes before the padding (0xcc, which stands for no statement's last byte here: `length` of the listing is used).
 */
export function nasm(
  program: string,
  statements: readonly string[],
  mode: 16 | 32 | 64,
  origin: number,
): (Uint8Array | undefined)[] {
  const folder = mkdtempSync(join(tmpdir(), "vitrine-nasm-"));
  try {
    const source = join(folder, "a.asm");
    const output = join(folder, "a.bin");
    const refused = new Set<number>();
    for (;;) {
      // The length of each statement goes into a byte of its own at the end of its slot.
      const lines = statements.map((s, i) => {
        const body = refused.has(i) ? "" : s;
        return `s${i}: ${body}\ne${i}: times ${SLOT - 1}-(e${i}-s${i}) db 0xcc\ndb e${i}-s${i}\n`;
      });
      writeFileSync(source, `bits ${mode}\norg ${origin}\n%define ptr\n${lines.join("")}`);
      const { status, stderr } = spawnSync(program, ["-f", "bin", "-w-all", "-o", output, source], {
        encoding: "utf8",
      });
      if (status === 0) break;
      const before = refused.size;
      for (const m of stderr.matchAll(/^[^:]+:(\d+): error/gm))
        refused.add(Math.floor((Number(m[1]) - 4) / 3));
      if (refused.size === before) throw new Error(`nasm: ${stderr.slice(0, 500)}`);
    }
    const bytes = readFileSync(output);
    return statements.map((_, i) => {
      const at = i * SLOT;
      return refused.has(i) ? undefined : Uint8Array.from(bytes.subarray(at, at + bytes[at + SLOT - 1]!));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
