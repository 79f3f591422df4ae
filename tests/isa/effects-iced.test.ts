/*
 * The effects reading against iced-x86: general-purpose registers read and written, flags read, written and left
 * undefined, for every form. Where they differ there is a reason below; one that no form needs is an error too.
 */
import { describe, expect, it } from "vitest";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { instance, seededDraws } from "../../src/isa/form-bytes.ts";
import { allForms, formKey } from "../../src/isa/forms.ts";
import type { Instruction } from "../../src/isa/instruction.ts";
import { type Effects, effectsOf } from "../../src/isa/readings/effects.ts";
import { RSP, type StatusFlag } from "../../src/isa/state.ts";
import { peerEffects, peerVectors } from "./iced-effects.ts";
import { icedDecode } from "./iced-text.ts";

type Aspect = "read" | "written" | "flags read" | "flags written" | "flags undefined";

interface Difference {
  readonly insn: Instruction;
  readonly effects: Effects;
  readonly aspect: Aspect;
  /** What only we say, and only the peer says: register indices or flags. */
  readonly ours: readonly (number | StatusFlag)[];
  readonly theirs: readonly (number | StatusFlag)[];
}

/** Whether the registers are those of an address in the instruction, and only the peer counts them as read. */
const onlyAddress = ({ insn, ours, theirs }: Difference): boolean =>
  ours.length === 0 &&
  theirs.every((r) => insn.operands.some((o) => o.kind === "memory" && (o.base === r || o.index === r)));

/** Whether only we count the destination register as read. */
const onlyDestination = ({ insn, ours, theirs }: Difference): boolean => {
  const [to] = insn.operands;
  return theirs.length === 0 && to?.kind === "register" && ours.every((r) => r === to.index);
};

const named = ({ insn }: Difference, names: RegExp): boolean => names.test(insn.row.mnemonic);

const SHIFTS = /^(ro[lr]|rc[lr]|sh[lr]|sal|sar|sh[lr]d)$/;

const countIsZero = ({ insn }: Difference): boolean => {
  const count = insn.operands.at(-1);
  return count?.kind === "immediate" && (count.value & (insn.size === 64 ? 63n : 31n)) === 0n;
};

const isFullTurn = ({ insn }: Difference): boolean => {
  const count = insn.operands.at(-1);
  return insn.size <= 16 && count?.kind === "immediate" && (count.value & 31n) % BigInt(insn.size + 1) === 0n;
};

const sameRegisters = ({ insn }: Difference): boolean => {
  const [a, b] = insn.operands;
  return a?.kind === "register" && b?.kind === "register" && a.index === b.index && a.high === b.high;
};

const REASONS: readonly (readonly [why: string, holds: (d: Difference) => boolean])[] = [
  [
    "hints do nothing here, not even make the address",
    (d) => d.aspect === "read" && named(d, /^(nop|prefetch\w*)$/) && onlyAddress(d),
  ],
  [
    "bswap of 16 bits, undefined in the manual, is 0 whatever it was, as on silicon",
    (d) => d.aspect === "read" && named(d, /^bswap$/) && d.insn.size === 16,
  ],
  [
    "a destination that may stay as it was is read: its value lives on",
    (d) => d.aspect === "read" && named(d, /^(cmov\w+|lar|lsl)$/) && onlyDestination(d),
  ],
  [
    "lahf puts ah into rax, which it reads",
    (d) => d.aspect === "read" && named(d, /^lahf$/) && d.ours.join() === "0",
  ],
  [
    "leave moves rsp by a difference: what is above the stack's width stays",
    (d) => d.aspect === "read" && named(d, /^leave$/) && d.ours.join() === `${RSP}`,
  ],
  [
    "shifts by a constant that comes to 0 write no flags; the reading does not look at constants",
    (d) =>
      d.aspect.startsWith("flags") && named(d, SHIFTS) && d.effects.flagsKilled.size === 0 && countIsZero(d),
  ],
  [
    "rcl and rcr of 8 and 16 bits by a constant that is a full turn, the same",
    (d) => d.aspect.startsWith("flags") && named(d, /^rc[lr]$/) && isFullTurn(d),
  ],
  [
    "a register less itself does not depend on it; the reading does not look at which registers",
    (d) => d.aspect === "read" && named(d, /^(sub|xor|sbb)$/) && sameRegisters(d),
  ],
  [
    "of after shifts by more than one is undefined in the manual; we give it the value that silicon does",
    (d) => (d.aspect === "flags written" ? d.ours : d.theirs).join() === "of" && named(d, SHIFTS),
  ],
  [
    "the manual leaves flags undefined after mov to and from control and debug registers; they stay",
    (d) =>
      d.aspect === "flags undefined" &&
      d.insn.operands.some((o) => o.kind === "register" && (o.file === "cr" || o.file === "dr")),
  ],
  [
    "far transfers may switch tasks, which loads and stores everything",
    (d) =>
      d.effects.flow === "helper" && named(d, /^(jmp|call|retf|int\d?|into|iret)$/) && d.theirs.length === 0,
  ],
  [
    "outside 64-bit mode syscall and sysret do without r11",
    (d) => named(d, /^(syscall|sysret)$/) && d.ours.join() === "11" && d.insn.mode !== 64,
  ],
  [
    "in and out: one helper for ports in dx and in the instruction",
    (d) => d.aspect === "read" && named(d, /^(in|out)$/) && d.ours.join() === "2",
  ],
];

const without = <T>(a: ReadonlySet<T>, b: ReadonlySet<T>): T[] => [...a].filter((x) => !b.has(x));

function differences(insn: Instruction, bytes: Uint8Array): Difference[] {
  const effects = effectsOf(insn);
  const peer = icedDecode(bytes, insn.mode, 0x1000n);
  const theirs = peerEffects(peer);
  peer.free();
  const undefinedFlags = new Set(insn.row.undefined);
  const defined = new Set(without(effects.flagsWritten, undefinedFlags));
  const pairs: readonly [Aspect, ReadonlySet<number | StatusFlag>, ReadonlySet<number | StatusFlag>][] = [
    ["read", effects.read, theirs.read],
    ["written", effects.written, theirs.written],
    ["flags read", effects.flagsRead, theirs.flagsRead],
    ["flags written", defined, theirs.flagsWritten],
    ["flags undefined", undefinedFlags, theirs.flagsUndefined],
  ];
  return pairs
    .map(([aspect, a, b]) => ({ insn, effects, aspect, ours: without(a, b), theirs: without(b, a) }))
    .filter((d) => d.ours.length > 0 || d.theirs.length > 0);
}

describe("effects", () => {
  it("are those that iced-x86 gives, or differ for a reason", () => {
    const unexplained = new Map<string, string>();
    const used = new Set<string>();
    let compared = 0;
    for (const form of allForms()) {
      const bytes = instance(form, seededDraws(compared));
      const insn = decode(bytes, 0, { mode: form.mode });
      if (isFailure(insn)) throw new Error(`${formKey(form)}: ${insn.kind}`);
      compared++;
      for (const d of differences(insn, bytes)) {
        const why = REASONS.find(([, holds]) => holds(d))?.[0];
        if (why !== undefined) used.add(why);
        else {
          unexplained.set(
            `${insn.row.id} ${d.aspect}`,
            `${insn.row.id} ${insn.mnemonic}: ${d.aspect}: we ${d.ours.join() || "–"}, iced ${d.theirs.join() || "–"} (${form.mode} ${Buffer.from(bytes).toString("hex")})`,
          );
        }
      }
    }
    expect([...unexplained.values()].slice(0, 60)).toEqual([]);
    expect(REASONS.map(([why]) => why).filter((why) => !used.has(why))).toEqual([]);
    expect(compared).toBeGreaterThan(30_000);
  });

  it("use explicit vector registers as iced-x86 says", () => {
    const unexplained = new Map<string, string>();
    let compared = 0;
    for (const form of allForms()) {
      if (form.row.unit === undefined || form.row.unit === "x87") continue;
      const bytes = instance(form, seededDraws(compared++));
      const insn = decode(bytes, 0, { mode: form.mode });
      if (isFailure(insn)) throw new Error(`${formKey(form)}: ${insn.kind}`);
      const peer = icedDecode(bytes, insn.mode, 0x1000n);
      const theirs = peerVectors(peer);
      peer.free();
      const { operands } = effectsOf(insn);
      const ours = { read: new Set<string>(), written: new Set<string>() };
      let destination = "";
      insn.operands.forEach((o, i) => {
        if (o.kind !== "register" || (o.file !== "xmm" && o.file !== "mm")) return;
        const name = `${o.file}${o.index}`;
        if (i === 0) destination = name;
        if (operands[i]?.read) ours.read.add(name);
        if (operands[i]?.written) ours.written.add(name);
      });
      for (const aspect of ["read", "written"] as const) {
        const more = without(ours[aspect], theirs[aspect]);
        const fewer = without(theirs[aspect], ours[aspect]).filter(
          (name) =>
            // A write of a part of a register keeps the rest; that is no read here.
            !(aspect === "read" && name === destination && operands[0]?.written) &&
            // The mask that a string comparison leaves in xmm0 is no operand.
            !(aspect === "written" && name === "xmm0" && /^pcmp[ei]strm$/.test(insn.row.mnemonic)),
        );
        const sameSource = insn.operands[0] === insn.operands[1];
        if ((more.length > 0 && !sameSource) || fewer.length > 0) {
          unexplained.set(
            `${insn.row.id} ${aspect}`,
            `${insn.row.id} ${insn.mnemonic}: ${aspect}: we ${more.join() || "–"}, iced ${fewer.join() || "–"} (${form.mode} ${Buffer.from(bytes).toString("hex")})`,
          );
        }
      }
    }
    expect([...unexplained.values()]).toEqual([]);
    expect(compared).toBeGreaterThan(10_000);
  });

  // effectsOf throws where a row commits before its last access that can fault.
  it("commit nothing before the last access that can fault, and kill only flags that they write", () => {
    const bad = new Set<string>();
    let seed = 0;
    for (const form of allForms()) {
      const insn = decode(instance(form, seededDraws(seed++)), 0, { mode: form.mode });
      if (isFailure(insn)) throw new Error(`${formKey(form)}: ${insn.kind}`);
      try {
        const { flagsKilled, flagsWritten } = effectsOf(insn);
        if (without(flagsKilled, flagsWritten).length > 0) bad.add(formKey(form));
      } catch (error) {
        bad.add(error instanceof Error ? error.message : String(error));
      }
    }
    expect([...bad]).toEqual([]);
  });
});
