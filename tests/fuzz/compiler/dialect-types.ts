/* Types and literals in the dialect. */
import { intName } from "./prelude.ts";
import type { Expression } from "./tree.ts";
import type { Type } from "./types.ts";

type Literal = Extract<Expression, { kind: "literal" }>;

export function typeText(type: Type): string {
  switch (type.kind) {
    case "int":
      return intName(type);
    case "bool":
    case "f64":
      return type.kind;
    case "parameter":
      return "T";
    case "enum":
    case "struct":
      return type.name;
    case "array":
      return `array<${typeText(type.element)}, ${type.length}>`;
    case "pointer":
      return `${type.volatile ? "mmio" : "ptr"}<${typeText(type.target)}>${type.nullable ? " | null" : ""}`;
    case "function":
      return `fn<(${type.params.map((p, i) => `a${i}: ${typeText(p)}`).join(", ")}) => ${typeText(type.result)}>`;
  }
}

export function numberText(value: bigint | number, isFloat: boolean): string {
  if (!isFloat) return value > 0xffff_ffffn ? `0x${value.toString(16)}` : String(value);
  const x = Number(value);
  const text = String(Math.abs(x));
  return `${x < 0 || Object.is(x, -0) ? "-" : ""}${/[.e]/.test(text) ? text : `${text}.0`}`;
}

export const boolText = (value: bigint | number): string => (value === 0n ? "false" : "true");

/** With its type. */
export function literalText({ value, type }: Literal): string {
  switch (type.kind) {
    case "bool":
      // To tsc, what a literal leads to may not be reached, and pointers there may be null again.
      return `(${boolText(value)} as bool)`;
    case "pointer":
      return "null";
    case "parameter":
      return `(${value} as T)`;
    case "enum": {
      const member = type.members.find((m) => m.value === value);
      return member === undefined ? `(${value} as ${type.name})` : `${type.name}.${member.name}`;
    }
    default:
      return `${typeText(type)}(${numberText(value, type.kind === "f64")})`;
  }
}
export const isNumber = (e: Expression): e is Literal =>
  e.kind === "literal" && (e.type.kind === "int" || e.type.kind === "f64" || e.type.kind === "parameter");
