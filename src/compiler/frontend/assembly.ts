/**
 * The `asm` tag: `asm<T>\`text\`` or `asm<T>({ in, out, clobbers })\`text\``. Values in the text become operands `$0`, `$1` …;
 * numbers without a type become immediates; `asm.result` becomes the operand after the inputs. Values of `in` are inputs
 * that the text does not name.
 */
import ts from "typescript";
import { AssemblerError } from "../../isa/assembler/error.ts";
import { D } from "../diagnostics/table.ts";
import type { AsmTree, Expression } from "../tree.ts";
import { type Type, VOID } from "../types/type.ts";
import { type AsmOperand, asmText, assembleTemplate } from "../x86/asm.ts";
import { registerByName } from "../x86/registers.ts";
import { adaptUntyped, I64, inRange, integer, integerOf, isUntyped, U64 } from "./operands.ts";
import { placeOf } from "./place.ts";
import { pointerTo } from "./types.ts";
import type { Frame, World } from "./world.ts";

const REGISTERS = new Set("rax rbx rcx rdx rsi rdi rbp r8 r9 r10 r11 r12 r13 r14 r15".split(" "));

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
  return { value: operand, at };
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

/** Assembles the text with registers in the places of operands, so that mistakes have a place in the source. */
function tryToAssemble(world: World, tree: AsmTree, type: Type, at: ts.Node): void {
  const r8 = registerByName("r8")!;
  const stand = (name: string, n: number): number => registerByName(name) ?? r8 + (n % 8);
  const operands: AsmOperand[] = tree.inputs.map((input, n) => {
    const { value } = input;
    const isConstant = input.at === "constant" && value.kind === "constant" && value.value.kind === "int";
    if (isConstant && value.value.kind === "int")
      return { at: String(BigInt.asIntN(64, value.value.value)), bits: 64 };
    return { at: stand(input.at, n), bits: bitsOf(value.type) };
  });
  if (tree.output !== undefined)
    operands.push({ at: stand(tree.output, operands.length), bits: bitsOf(type) });
  try {
    assembleTemplate(asmText({ ...tree, inputs: tree.inputs.map(({ at }) => at) }, operands));
  } catch (error) {
    if (!(error instanceof AssemblerError)) throw error;
    world.fail(D.asm(placeOf(at), error.reason));
  }
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
  const inputs = [...given.inputs];
  const { template } = node;
  const dollars = (text: string): string => text.replace(/\$/g, "$$$$");
  const spans = ts.isTemplateExpression(template) ? template.templateSpans : [];
  const resultAt = inputs.length + spans.filter(({ expression }) => !isResult(expression)).length;
  let text = dollars(ts.isNoSubstitutionTemplateLiteral(template) ? template.text : template.head.text);
  for (const { expression, literal } of spans) {
    if (isResult(expression)) {
      if (!hasResult) world.fail(D.asm(placeOf(expression), "asm.result needs a type: asm<u64>`…`"));
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
    output: hasResult ? (given.output ?? "any") : undefined,
    clobbers: given.clobbers,
  };
  tryToAssemble(world, tree, type, template);
  return { kind: "asm", asm: tree, type, place: placeOf(node) };
}
