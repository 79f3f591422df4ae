/**
 * The `asm` tag: `asm<T>\`text\`` or `asm<T>({ in, out, clobbers })\`text\``. Values in the text become operands `$0`, `$1` …;
 * `asm.result` becomes the operand after the inputs. Values of `in` are inputs that the text does not name.
 *
 * Numbers without a type become immediates. Other constants, functions and addresses of globals stand as themselves too if the text
 * assembles so, and else are in registers. A naked function has no registers to give: there, constants are all that may stand.
 */
import ts from "typescript";
import { AssemblerError } from "../../isa/assembler/error.ts";
import { D } from "../diagnostics/table.ts";
import type { AsmTree, Expression } from "../tree.ts";
import { type Type, VOID } from "../types/type.ts";
import { type AsmOperand, asmText, assembleTemplate, symbolText } from "../x86/asm.ts";
import { registerByName } from "../x86/registers.ts";
import { fold } from "./constants.ts";
import {
  adaptUntyped,
  constant,
  I64,
  inRange,
  integer,
  integerOf,
  isUntyped,
  signedValue,
  U64,
} from "./operands.ts";
import { placeOf } from "./place.ts";
import { tagsOf } from "./tags.ts";
import { pointerTo } from "./types.ts";
import type { Frame, World } from "./world.ts";

const REGISTERS = new Set("rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15".split(" "));

const NO_REGISTERS =
  "a naked function has no registers for values: only constants, functions and addresses of globals";

interface Options {
  readonly inputs: { readonly value: Expression; readonly at: string }[];
  readonly output: string | undefined;
  readonly clobbers: string[];
}

const isResult = (node: ts.Expression): boolean =>
  ts.isPropertyAccessExpression(node) &&
  ts.isIdentifier(node.expression) &&
  node.expression.text === "asm" &&
  node.name.text === "result";

function input(world: World, frame: Frame, node: ts.Expression, at: string): Options["inputs"][number] {
  const operand = world.expression(frame, node);
  if (operand.kind === "null") return { value: integer(0n, pointerTo(VOID), operand.place), at };
  if (isUntyped(operand)) {
    const unsigned = typeof operand.value === "bigint" && !inRange(operand.value, I64);
    return { value: adaptUntyped(world, operand, unsigned ? U64 : I64), at: at === "any" ? "constant" : at };
  }
  const { kind } = operand.type;
  if (kind !== "int" && kind !== "bool" && kind !== "ptr" && kind !== "enum") {
    return world.fail(D.asm(operand.place, "asm takes integers, bools and pointers"));
  }
  const known = fold(operand);
  const value = known === undefined ? operand : constant(known, operand.type, operand.place);
  return { value, at };
}

const register = (world: World, node: ts.Expression | ts.PropertyName, memory = false): string => {
  const name = ts.isStringLiteral(node) || ts.isIdentifier(node) ? node.text : "";
  if (REGISTERS.has(name) || (memory && name === "memory")) return name;
  return world.fail(D.asm(placeOf(node), `${node.getText()} is no register that asm can use`));
};

function options(world: World, frame: Frame, node: ts.CallExpression): Options {
  const [literal] = node.arguments;
  if (literal === undefined || node.arguments.length !== 1 || !ts.isObjectLiteralExpression(literal)) {
    return world.fail(D.asm(placeOf(node), "the options of asm are written in place: asm({ … })"));
  }
  const inputs: Options["inputs"] = [];
  const clobbers: string[] = [];
  let output: string | undefined;
  for (const property of literal.properties) {
    const name = property.name?.getText();
    const value = ts.isPropertyAssignment(property) ? property.initializer : undefined;
    if (name === "in" && value !== undefined && ts.isObjectLiteralExpression(value)) {
      for (const one of value.properties) {
        if (ts.isPropertyAssignment(one)) {
          inputs.push(input(world, frame, one.initializer, register(world, one.name)));
        } else if (ts.isShorthandPropertyAssignment(one)) {
          inputs.push(input(world, frame, one.name, register(world, one.name)));
        }
      }
    } else if (name === "out" && value !== undefined) output = register(world, value);
    else if (name === "clobbers" && value !== undefined && ts.isArrayLiteralExpression(value)) {
      clobbers.push(...value.elements.map((element) => register(world, element, true)));
    } else world.fail(D.asm(placeOf(property), `asm has no such option: ${property.getText()}`));
  }
  return { inputs, output, clobbers };
}

const WIDTHS = { 8: 8, 16: 16, 32: 32, 64: 64 } as const;
const bitsOf = (type: Type): 8 | 16 | 32 | 64 =>
  integerOf(type) === undefined ? (type.kind === "bool" ? 8 : 64) : WIDTHS[integerOf(type)!.bits];

/** A constant that the text can have: a symbol, or a number, with its sign, in 64 bits. Undefined: it has to be in a register. */
function immediate(value: Expression): Expression | undefined {
  if (value.kind !== "constant") return undefined;
  if (value.value.kind === "address") return value;
  if (value.value.kind !== "int") return undefined;
  const type = integerOf(value.type);
  const number = type === undefined ? value.value.value : signedValue(value.value.value, type);
  return integer(number, number < 0n ? I64 : U64, value.place);
}

function textOf(value: Expression): string {
  const known = value.kind === "constant" ? value.value : undefined;
  if (known?.kind === "address") return symbolText(known.symbol, known.offset);
  return String(known?.kind === "int" ? BigInt.asIntN(64, known.value) : 0n);
}

/** Assembles the text with registers in the places of operands, and says why it cannot be. */
function whyNot(tree: AsmTree, type: Type): string | undefined {
  const r8 = registerByName("r8")!;
  const stand = (name: string, n: number): number => registerByName(name) ?? r8 + (n % 8);
  const operands: AsmOperand[] = tree.inputs.map(({ value, at }, n) => {
    return at === "constant"
      ? { at: textOf(value), bits: 64 }
      : { at: stand(at, n), bits: bitsOf(value.type) };
  });
  if (tree.output !== undefined)
    operands.push({ at: stand(tree.output, operands.length), bits: bitsOf(type) });
  try {
    const text = asmText({ ...tree, inputs: tree.inputs.map(({ at }) => at) }, operands);
    assembleTemplate(text, (name) => name.startsWith("@"));
    return undefined;
  } catch (error) {
    if (error instanceof AssemblerError) {
      return error.reason.replace(
        /^"(.*)" is not defined$/,
        (said, name) => `${said} (a symbol is written \${${name}})`,
      );
    }
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}

/** The text with constants in it, if it assembles so, and otherwise with all that have a type in registers. */
function withConstants(world: World, tree: AsmTree, type: Type, naked: boolean, at: ts.Node): AsmTree {
  const inputs = tree.inputs.map((one) => {
    const value = one.at === "any" ? immediate(one.value) : undefined;
    return value === undefined ? one : { value, at: "constant" };
  });
  const free = inputs.find((one) => one.at !== "constant");
  if (naked && free !== undefined) world.fail(D.asm(free.value.place, NO_REGISTERS));
  const full = { ...tree, inputs };
  const reason = whyNot(full, type);
  if (reason === undefined) return full;
  const inRegisters = naked ? reason : whyNot(tree, type);
  if (inRegisters === undefined) return tree;
  return world.fail(D.asm(placeOf(at), inRegisters));
}

export function asm(world: World, frame: Frame, node: ts.TaggedTemplateExpression): Expression {
  const call = ts.isCallExpression(node.tag) ? node.tag : undefined;
  const written = (call?.typeArguments ?? node.typeArguments)?.[0];
  const type: Type = written === undefined ? VOID : world.typeOf(written, frame.types);
  const given: Options =
    call === undefined ? { inputs: [], output: undefined, clobbers: [] } : options(world, frame, call);
  const hasResult = type.kind !== "void" && type.kind !== "never";
  if (
    hasResult &&
    type.kind !== "int" &&
    type.kind !== "bool" &&
    type.kind !== "ptr" &&
    type.kind !== "enum"
  ) {
    world.fail(D.asm(placeOf(node), "asm gives integers, bools and pointers"));
  }
  if (!hasResult && given.output !== undefined) {
    world.fail(D.asm(placeOf(node), "asm with an output needs its type: asm<u64>(…)"));
  }
  const naked = tagsOf(frame.declaration).has("naked");
  if (naked && call !== undefined) world.fail(D.asm(placeOf(node), "in a naked function asm has no options"));
  const inputs = [...given.inputs];
  const { template } = node;
  const dollars = (text: string): string => text.replace(/\$/g, "$$$$");
  const spans = ts.isTemplateExpression(template) ? template.templateSpans : [];
  const resultAt = inputs.length + spans.filter(({ expression }) => !isResult(expression)).length;
  let text = dollars(ts.isNoSubstitutionTemplateLiteral(template) ? template.text : template.head.text);
  for (const { expression, literal } of spans) {
    if (isResult(expression)) {
      if (!hasResult) world.fail(D.asm(placeOf(expression), "asm.result needs a type: asm<u64>`…`"));
      if (naked) world.fail(D.asm(placeOf(expression), NO_REGISTERS));
      text += `$${resultAt}`;
    } else {
      text += `$${inputs.length}`;
      inputs.push(input(world, frame, expression, "any"));
    }
    text += dollars(literal.text);
  }
  const tree: AsmTree = {
    text,
    inputs,
    // A naked function leaves its result by itself.
    output: hasResult && !naked ? (given.output ?? "any") : undefined,
    clobbers: given.clobbers,
  };
  return {
    kind: "asm",
    asm: withConstants(world, tree, type, naked, template),
    type,
    place: placeOf(node),
  };
}
