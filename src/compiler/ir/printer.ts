/**
 * IR as text, for people and for tests; parser.ts reads it back. One line an instruction:
 *
 *     data @text ".rodata" "read-only data" align 1 { 48 69 00 }
 *     function @f(i64, i32) -> i64 exported {
 *       slot s0 16 align 8
 *     b0(v0: i64, v1: i32):
 *       v2: i64 = slot s0
 *       v3: i64 = load v2 + 8 volatile
 *       v4: i1 = icmp.ult v0, v3
 *       branch v4, b1(v0), b2 likely then
 *     …
 *     }
 *
 * Places of instructions and variables of values are comments (after ";"): reading text back loses them.
 */
import type { ObjectPiece } from "../object.ts";
import type {
  Block,
  Details,
  Edge,
  Instruction,
  IrFunction,
  IrProgram,
  Signature,
  Terminator,
  Value,
} from "./ir.ts";

export interface PrintOptions {
  /** Lines and variables as comments. */
  readonly places?: boolean;
}

const valueName = (value: Value): string => `v${value.id}`;
const blockName = (block: Block): string => `b${block.id}`;
/** A symbol with its sign; quoted if it is no plain name. */
export const symbolText = (symbol: string): string =>
  /^[\w.$]+$/.test(symbol) ? `@${symbol}` : `@${JSON.stringify(symbol)}`;
const names = (values: readonly Value[]): string => values.map(valueName).join(", ");
const typed = (values: readonly Value[]): string =>
  values.map((v) => `${valueName(v)}: ${v.type}`).join(", ");
const offsetText = (offset: number | undefined): string =>
  offset ? ` ${offset < 0 ? "-" : "+"} ${Math.abs(offset)}` : "";

/** `(i64, struct 24 align 8, …) -> i64 noreturn`. */
export function signatureText(signature: Signature): string {
  const params = signature.params.map((p) =>
    typeof p === "string" ? p : `struct ${p.size} align ${p.align}`,
  );
  if (signature.variadic) params.push("…");
  const results = signature.results.length > 0 ? ` -> ${signature.results.join(", ")}` : "";
  return `(${params.join(", ")})${results}${signature.noreturn ? " noreturn" : ""}`;
}

/** A number that reads back as itself. */
const numberText = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

function detailsText(details: Details): string {
  let text = "";
  if (details.volatile) text += " volatile";
  if (details.order !== undefined) text += ` ${details.order}`;
  if (details.align !== undefined) text += ` align ${details.align}`;
  if (details.reason !== undefined) text += ` ${JSON.stringify(details.reason)}`;
  return text;
}

function operandsText({ op, args, details }: Instruction): string {
  switch (op) {
    case "const":
      return ` ${details.value}`;
    case "fconst":
      return ` ${numberText(details.number ?? Number.NaN)}`;
    case "symbol":
      return ` ${symbolText(details.symbol ?? "")}${offsetText(details.offset)}`;
    case "slot":
      return ` s${details.slot?.id}`;
    case "call":
      return ` ${symbolText(details.symbol ?? "")}(${names(args)}) as ${signatureText(details.signature!)}`;
    case "callptr":
      return ` ${valueName(args[0]!)}(${names(args.slice(1))}) as ${signatureText(details.signature!)}`;
    case "asm": {
      const { text, inputs, output, clobbers } = details.asm!;
      const list = (items: readonly string[]): string =>
        `[${items.map((s) => JSON.stringify(s)).join(", ")}]`;
      const out = output === undefined ? "" : ` output ${JSON.stringify(output)}`;
      return ` ${JSON.stringify(text)}(${names(args)}) inputs ${list(inputs)}${out} clobbers ${list(clobbers)}`;
    }
    default: {
      if (args.length === 0) return "";
      const [first, ...rest] = args.map(valueName);
      return ` ${[`${first}${offsetText(details.offset)}`, ...rest].join(", ")}`;
    }
  }
}

export function instructionText(instruction: Instruction): string {
  const { op, results, details } = instruction;
  const suffix = details.condition ?? details.rmw;
  const left = results.length > 0 ? `${typed(results)} = ` : "";
  return `${left}${op}${suffix ? `.${suffix}` : ""}${operandsText(instruction)}${detailsText(details)}`;
}

const edgeText = ({ to, args }: Edge): string =>
  args.length > 0 ? `${blockName(to)}(${names(args)})` : blockName(to);

export function terminatorText(terminator: Terminator): string {
  switch (terminator.kind) {
    case "jump":
      return `jump ${edgeText(terminator.edge)}`;
    case "branch": {
      const { condition, then, otherwise, likely } = terminator;
      return `branch ${valueName(condition)}, ${edgeText(then)}, ${edgeText(otherwise)}${likely ? ` likely ${likely}` : ""}`;
    }
    case "toggle": {
      const { key, then, otherwise } = terminator;
      return `toggle ${symbolText(key.symbol)}${offsetText(key.offset)}, ${edgeText(then)}, ${edgeText(otherwise)}`;
    }
    case "switch": {
      const cases = terminator.cases.map(({ value, edge }) => `${value}: ${edgeText(edge)}`).join(", ");
      return `switch ${valueName(terminator.subject)}, ${edgeText(terminator.otherwise)} { ${cases} }`;
    }
    case "return":
      return terminator.values.length > 0 ? `return ${names(terminator.values)}` : "return";
    case "unreachable":
      return "unreachable";
  }
}

function attributesText(fn: IrFunction): string {
  const { inline, exported, section, align, isr, naked } = fn.attributes;
  let text = "";
  if (exported) text += " exported";
  if (inline !== undefined) text += ` inline ${inline}`;
  if (section !== undefined) text += ` section ${JSON.stringify(section)}`;
  if (align !== undefined) text += ` align ${align}`;
  if (isr !== undefined) text += ` isr ${JSON.stringify(isr)}`;
  if (naked) text += " naked";
  return text;
}

export function printFunction(fn: IrFunction, options: PrintOptions = {}): string {
  const lines: string[] = [];
  const put = (text: string, place?: { file: string; line: number }): void => {
    lines.push(options.places && place ? `${text}  ; ${place.file}:${place.line}` : text);
  };
  put(`function ${symbolText(fn.symbol)}${signatureText(fn.signature)}${attributesText(fn)} {`, fn.place);
  for (const { id, size, align, variable } of fn.slots) {
    put(`  slot s${id} ${size} align ${align}${options.places && variable ? `  ; ${variable.name}` : ""}`);
  }
  for (const block of fn.blocks) {
    put(`${blockName(block)}${block.params.length > 0 ? `(${typed(block.params)})` : ""}:`);
    for (const instruction of block.instructions) {
      put(`  ${instructionText(instruction)}`, instruction.place);
    }
    put(`  ${terminatorText(block.terminator)}`, block.terminator.place);
  }
  put("}");
  return `${lines.join("\n")}\n`;
}

/** Bytes in hexadecimal; of zeros only how many. */
export function printData(piece: ObjectPiece): string {
  const head = [
    `data ${symbolText(piece.symbol)} ${JSON.stringify(piece.section)} ${JSON.stringify(piece.kind)}`,
    `align ${piece.align}${piece.exported ? " exported" : ""}`,
  ].join(" ");
  if (piece.kind === "zeros") return `${head} { zeros ${piece.bytes.length} }\n`;
  const bytes = Array.from(piece.bytes, (b) => b.toString(16).padStart(2, "0")).join(" ");
  const relocations = piece.relocations.map(
    (r) => ` reloc ${r.offset} ${r.kind} ${symbolText(r.symbol)}${offsetText(r.addend)}`,
  );
  return `${head} { ${bytes}${relocations.join("")} }\n`;
}

export function printProgram(program: IrProgram, options: PrintOptions = {}): string {
  return [...program.data.map(printData), ...program.functions.map((fn) => printFunction(fn, options))].join(
    "\n",
  );
}
