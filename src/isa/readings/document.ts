/**
 * The document reading: rows to Markdown, docs/isa.md. One table a family, one line a row with an anchor of its own.
 * Which file a family is in is its caller's to say (scripts/docs.ts); nothing is read or written here.
 */
import { decode, isFailure } from "../decode.ts";
import { instance, seededDraws } from "../form-bytes.ts";
import { formsOf } from "../forms.ts";
import type { OperandSpec } from "../operand.ts";
import type { Row } from "../row.ts";
import { STATUS_FLAGS, type StatusFlag } from "../state.ts";
import { effectsOf } from "./effects.ts";

export interface Family {
  /** File name in src/isa/families. */
  readonly file: string;
  /** What the family is: the beginning of the file's opening comment. */
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The anchor of a row in docs/isa.md. */
export const rowAnchor = (row: Row): string =>
  `row-${row.id.replaceAll("/", "_").replaceAll(".", "-").replaceAll("+", "p")}`;

const hex = (n: number): string => n.toString(16).toUpperCase().padStart(2, "0");

const MAP_BYTES = ["", "0F ", "0F 38 ", "0F 3A "] as const;

/** Immediate and displacement bytes as the SDM writes them: ib, iw, id, cb, cw, cd. */
function trailer(spec: OperandSpec): string {
  if (!("letter" in spec)) return "";
  switch (spec.letter) {
    case "I":
      return ` i${spec.type === "bs" ? "b" : spec.type}`;
    case "J":
      return ` c${spec.type}`;
    case "A":
      return " cp";
    case "O":
      return " moffs";
    case "L":
      return " /is4";
    default:
      return "";
  }
}

/** The opcode as the SDM's opcode column has it: `REX.W 0F AF /r`, `VEX.L0.F2.0F38.W0 F5 /r`, `83 /0 ib`. */
export function opcodeText(row: Row): string {
  const prefix = row.prefix === undefined || row.prefix === "none" ? "" : row.prefix.toUpperCase();
  let out: string;
  if (row.vex !== undefined) {
    const parts = ["VEX", row.vex.l === "ig" ? "LIG" : `L${row.vex.l}`];
    if (prefix !== "") parts.push(prefix);
    parts.push(MAP_BYTES[row.map].replaceAll(" ", ""), row.w === undefined ? "" : `W${row.w}`);
    out = `${parts.filter((p) => p !== "").join(".")} `;
  } else {
    const np = row.prefix === "none" ? "NP " : prefix === "" ? "" : `${prefix} `;
    out = `${np}${row.w === 1 ? "REX.W " : ""}${MAP_BYTES[row.map]}`;
  }
  out += hex(row.opcode);
  if (row.plus) out += "+r";
  if (row.modrm !== undefined) out += ` ${hex(row.modrm)}`;
  else if (row.digit !== undefined) out += ` /${row.digit}`;
  else if (row.hasModrm) out += " /r";
  return out + row.operands.map(trailer).join("");
}

function instruction(row: Row): string {
  const names = [...new Set(Object.values(row.names ?? {}))];
  const name = names.length === 0 ? row.mnemonic : names.join(", ");
  const aliases = row.aliases === undefined ? "" : ` (${row.aliases.join(", ")})`;
  const operands = row.operands.map((o) => o.code).join(", ");
  return `${name}${aliases}${operands === "" ? "" : ` ${operands}`}`;
}

function modes(row: Row): string {
  if (row.only === "i64") return "16, 32";
  return row.only === "o64" ? "64" : "all";
}

const inOrder = (flags: ReadonlySet<StatusFlag>): string =>
  STATUS_FLAGS.filter((f) => flags.has(f)).join(" ");

/** Status flags read → written, and those the manual leaves undefined. */
function flags(row: Row): string {
  const form = formsOf(row).next();
  if (form.done) throw new Error(`row ${row.id} has no form`);
  const insn = decode(instance(form.value, seededDraws(1)), 0, { mode: form.value.mode });
  if (isFailure(insn)) throw new Error(`row ${row.id}: ${insn.kind}`);
  const { flagsRead, flagsWritten } = effectsOf(insn);
  const undef = new Set(row.undefined ?? []);
  const parts: string[] = [];
  if (flagsRead.size > 0) parts.push(`reads ${inOrder(flagsRead)}`);
  const written = new Set([...flagsWritten].filter((f) => !undef.has(f)));
  if (written.size > 0) parts.push(`sets ${inOrder(written)}`);
  if (undef.size > 0) parts.push(`undefined ${inOrder(undef)}`);
  return parts.join("; ");
}

function notes(row: Row): string {
  const parts: string[] = [];
  if (row.mod !== undefined) parts.push(row.mod === "reg" ? "register only" : "memory only");
  if (row.operandSize !== undefined) parts.push(row.operandSize === "b" ? "byte" : `${row.operandSize}`);
  if (row.lock) parts.push("LOCK");
  if (row.rep !== undefined) parts.push(row.rep === "rep" ? "REP" : "REPE, REPNE");
  if (row.alternate) parts.push("alternate encoding");
  return parts.join(", ");
}

/** The whole page. Throws an Error if a row is in no family or in two. */
export function document(families: readonly Family[], table: readonly Row[]): string {
  const listed = new Set(families.flatMap((f) => f.rows));
  const missing = table.find((row) => !listed.has(row));
  if (missing !== undefined) throw new Error(`row ${missing.id} "${missing.mnemonic}" is in no family`);
  if (families.reduce((n, f) => n + f.rows.length, 0) !== listed.size)
    throw new Error("a row is in two families");
  const out = [
    "# The instruction table",
    "",
    "Generated from the rows in `src/isa/families` by `npm run docs`; do not edit it. Operand codes are those of the SDM,",
    "vol. 2D appendix A.2, and `Z` (register in the opcode), `Ibs` (imm8 sign-extended), `STi` (x87 register in modrm.rm).",
    "Modes are code sizes in bits. `d64`, `f64`: operand size in 64-bit mode, as in the SDM's superscripts.",
    "",
    `${table.length} rows in ${families.length} families.`,
    "",
    ...families.map(
      (f) => `- [${f.file.replace(/\.ts$/, "")}](#${f.file.replace(/\.ts$/, "")}): ${f.rows.length}`,
    ),
  ];
  for (const { file, title, rows } of families) {
    out.push(
      "",
      `## ${file.replace(/\.ts$/, "")}`,
      "",
      `${title} Semantics: [\`${file}\`](../src/isa/families/${file}).`,
      "",
    );
    out.push("| opcode | instruction | modes | flags | feature | notes |", "|---|---|---|---|---|---|");
    for (const row of rows) {
      const opcode = `<a id="${rowAnchor(row)}"></a>\`${opcodeText(row)}\``;
      out.push(
        `| ${opcode} | \`${instruction(row)}\` | ${modes(row)} | ${flags(row)} | ${row.feature ?? ""} | ${notes(row)} |`,
      );
    }
  }
  return `${out.join("\n")}\n`;
}
