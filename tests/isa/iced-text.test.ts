/*
 * Every row in every mode, size and form reads as iced-x86 reads it: same length, same text. Where conventions differ, the
 * difference has a reason below, and iced-differences.txt lists what it comes to.
 */
import { describe, expect, it } from "vitest";
import { decode, isFailure } from "../../src/isa/decode.ts";
import { encode } from "../../src/isa/encode.ts";
import { text } from "../../src/isa/readings/text.ts";
import type { Row } from "../../src/isa/row.ts";
import { isSizedByMode } from "../../src/isa/row-facts.ts";
import { TABLE } from "../../src/isa/table.ts";
import { Draw, formsOf } from "./forms.ts";
import { icedDecode, icedFormatter } from "./iced-text.ts";

const RIP = 0x1000n;

/** Why our text is not iced's; each looks at one pair and is the only one asked about its rows. */
const REASONS: readonly (readonly [
  why: string,
  holds: (row: Row, ours: string, theirs: string) => boolean,
])[] = [
  [
    "an encoding that repeats another row goes by that row's name and operands",
    (row) => row.alternate === true,
  ],
  ["66 90 and 48 90 exchange rax with itself: nop", (row) => row.id === "90"],
  [
    "x87: what is always st(0) is not written",
    (row, ours, theirs) => row.unit === "x87" && ours === theirs.replace(/(?<= )st\(0\), |, st\(0\)$/, ""),
  ],
  [
    "0F 0D /0 is AMD's prefetch",
    (row, ours, theirs) => row.id === "f0d/0" && ours === theirs.replace("_exclusive", ""),
  ],
  ["3E before an indirect branch is also notrack", (_row, ours, theirs) => theirs === `notrack ${ours}`],
  [
    "names that stand for the mode's operand size end in w for 16 bits elsewhere, as NASM has it",
    (row, ours, theirs) => isSizedByMode(row) && ours === `${theirs}w`,
  ],
  [
    "66 before lgdt and kin is shown: it changes what is loaded",
    (row, ours, theirs) => /^[sl][gi]dt$/.test(row.mnemonic) && ours.replace(/^data\d+ /, "") === theirs,
  ],
  [
    "XMM0 as the third operand is written",
    (row, ours, theirs) =>
      row.operands.some((o) => "fixed" in o && o.fixed === "XMM0") && ours === `${theirs}, xmm0`,
  ],
  [
    "retf is one word",
    (row, ours, theirs) => row.mnemonic === "retf" && ours === theirs.replace("ret far", "retf"),
  ],
  [
    "a far pointer is selector:offset",
    (_row, ours, theirs) => ours === theirs.replace(/(0x\w+|\d), (0x\w+|\d)$/, "$2:$1"),
  ],
  [
    "xlatb is the name without operand",
    (row, ours, theirs) => row.mnemonic === "xlatb" && ours === theirs.replace("xlat ", "xlatb "),
  ],
];

describe("text", () => {
  it("is iced's, for every row and form", async () => {
    const formatter = icedFormatter();
    const differences = new Map<string, string>();
    const unexplained: string[] = [];
    let compared = 0;
    for (const row of TABLE) {
      // Of its own for each row, so that a new row changes nothing in the list of differences.
      const draw = new Draw([...row.id].reduce((h, c) => Math.imul(h, 31) + c.charCodeAt(0), 7));
      for (const { operands, context } of formsOf(row, 4, draw)) {
        const bytes = encode(row, operands, context);
        const insn = decode(bytes, 0, context);
        if (isFailure(insn)) throw new Error(`${row.id}: ${insn.kind}`);
        const peer = icedDecode(bytes, context.mode, RIP);
        const theirs = formatter.format(peer);
        const { length } = peer;
        peer.free();
        const ours = text(insn, { rip: RIP });
        compared++;
        const place = `${context.mode} ${Buffer.from(bytes).toString("hex")}`;
        expect(length, `length of ${ours} (${place})`).toBe(insn.length);
        if (ours === theirs) continue;
        const reason = REASONS.find(([, holds]) => holds(row, ours, theirs))?.[0];
        if (reason === undefined) unexplained.push(`${place}: ${row.id}: ${ours} | ${theirs}`);
        else if (!differences.has(row.id)) differences.set(row.id, `${reason}\n  ${ours} | ${theirs}`);
      }
    }
    formatter.free();
    expect(unexplained.slice(0, 40)).toEqual([]);
    expect(compared).toBeGreaterThan(TABLE.length * 4);
    const lines = [...differences].map(([id, what]) => `${id}: ${what}\n`);
    await expect(lines.join("")).toMatchFileSnapshot("iced-differences.txt");
  });
});
