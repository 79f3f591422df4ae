/* The types of a program in C: each has a name, so that declarations are a name and a variable. */
import { intName } from "./prelude.ts";
import type { StructType, Type } from "./types.ts";

/** The member in which a structure has its base. */
export const BASE = "base_";

/** A name for declarations. `argument` is what a generic function is given. */
export function cType(type: Type, argument: Type | undefined): string {
  switch (type.kind) {
    case "int":
      return intName(type);
    case "bool":
    case "f64":
      return type.kind;
    case "parameter":
      if (argument === undefined)
        throw new TypeError("a type parameter stands outside of a generic function");
      return cType(argument, undefined);
    case "enum":
      return intName(type.base);
    case "struct":
      return type.name;
    case "array":
      return arrayName(type);
    case "pointer":
      return `__typeof__(${type.volatile ? "volatile " : ""}${cType(type.target, argument)} *)`;
    case "function":
      return `__typeof__(${cType(type.result, argument)} (*)(${type.params.map((p) => cType(p, argument)).join(", ") || "void"}))`;
  }
}

const word = (type: Type): string =>
  type.kind === "array"
    ? arrayName(type)
    : cType(type, undefined)
        .replace(/__typeof__|volatile/g, "")
        .replace(/\W+/g, "_");
/** C's arrays are no values; in a structure they are. */
const arrayName = (type: Extract<Type, { kind: "array" }>): string => `A${type.length}_${word(type.element)}`;

/** Declarations of structures and arrays, each after those that it has inside. */
export function typeDeclarations(types: Iterable<Type>): string {
  const known = new Set<string>();
  const forward: string[] = [];
  const whole: string[] = [];
  const add = (type: Type): void => {
    if (type.kind !== "array" && type.kind !== "struct") return;
    const name = cType(type, undefined);
    if (known.has(name)) return;
    known.add(name);
    const keyword = type.kind === "struct" && type.form === "union" ? "union" : "struct";
    forward.push(`typedef ${keyword} ${name} ${name};`);
    if (type.kind === "array") {
      add(type.element);
      whole.push(`struct ${name} { ${cType(type.element, undefined)} e[${type.length}]; };`);
      return;
    }
    if (type.base !== undefined) add(type.base);
    for (const field of type.fields) add(field.type);
    whole.push(`${keyword} ${structure(type)};`);
  };
  for (const type of types) add(type);
  return [...forward, ...whole].join("\n");
}

function structure({ name: own, form, base, fields, align }: StructType): string {
  const members = fields.map(({ name, type, width, align: to }) => {
    const bits = width === undefined ? "" : ` : ${width}`;
    return `${cType(type, undefined)} ${name}${bits}${to === undefined ? "" : ` ${aligned(to)}`};`;
  });
  if (base !== undefined) members.unshift(`${base.name} ${BASE};`);
  const packed = form === "packed" ? " __attribute__((packed))" : "";
  return `${own} { ${members.join(" ")} }${packed}${align === undefined ? "" : ` ${aligned(align)}`}`;
}

const aligned = (to: number): string => `__attribute__((aligned(${to})))`;
