/* What a person sees of a failure: the least program that still fails, disassembled, and what differs. */
import { decode, isFailure } from "../../src/isa/decode.ts";
import { text } from "../../src/isa/readings/text.ts";
import type { Program } from "./program.ts";
import type { Failure } from "./stream.ts";

/** Replaces instructions by as many nops as still leave a failure. */
export function minimise(
  program: Program,
  run: (program: Program) => Failure | undefined,
): { program: Program; failure: Failure | undefined } {
  let best = program;
  let failure = run(best);
  for (let changed = failure !== undefined; changed; ) {
    changed = false;
    for (let i = best.instructions.length - 1; i >= 0; i--) {
      if (isNops(best.instructions[i])) continue;
      const instructions = best.instructions.map((b, n) =>
        n === i ? new Uint8Array(b.length).fill(0x90) : b,
      );
      const tried = { ...best, instructions };
      const found = run(tried);
      if (found === undefined) continue;
      best = tried;
      failure = found;
      changed = true;
    }
  }
  return { program: best, failure };
}

const isNops = (bytes: Uint8Array | undefined): boolean => bytes?.every((b) => b === 0x90) ?? true;

/** One line an instruction: address, bytes, text. Runs of nops are one line. */
export function listing(program: Program): string {
  const lines: string[] = [];
  let at = program.start;
  let nops = 0;
  const flush = (): void => {
    if (nops > 0) lines.push(`        (${nops} nops)`);
    nops = 0;
  };
  for (const bytes of program.instructions) {
    if (isNops(bytes)) nops += bytes.length;
    else {
      flush();
      const insn = decode(bytes, 0, { mode: program.mode });
      const words = isFailure(insn) ? `(${insn.kind})` : text(insn, { rip: BigInt(at) });
      lines.push(
        `  ${at.toString(16).padStart(8)}  ${Buffer.from(bytes).toString("hex").padEnd(24)} ${words}`,
      );
    }
    at += bytes.length;
  }
  flush();
  return lines.join("\n");
}
