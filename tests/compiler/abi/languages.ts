/*
 * Signatures in C and in the dialect. Each language has, for every signature `f`: `f_LANGUAGE`, which compares its arguments with the
 * constants and returns the constant result; and `call_f_LANGUAGE(g)`, which calls `g` with the constants and compares the result.
 * What differs is told by `differs(case, place)`, which C defines.
 */
import {
  type Argument,
  leaves,
  type Scalar,
  type Signature,
  type Struct,
  type Type,
  type Value,
} from "./signatures.ts";

interface Language {
  readonly name: string;
  /** How a declaration of `name` is written. */
  declare(type: Type, name: string): string;
  type(type: Type): string;
  literal(type: Scalar, value: bigint): string;
  struct(type: Struct): string;
  aggregate(type: Struct, value: readonly Value[]): string;
  array(parts: readonly string[]): string;
  differs(condition: string, at: string): string;
  /** A function that is seen by others, or its declaration. */
  fn(
    name: string,
    params: readonly { name: string; type: Type | string }[],
    result: Type | undefined,
    body: readonly string[] | undefined,
  ): string;
  pointer(signature: Signature): string;
  local(type: Type, name: string, value: string): string;
}

const initial = (l: Language, { type, value }: Argument): string => {
  if (typeof value === "bigint") return l.literal(type as Scalar, value); // as: numbers are of scalars only
  if (type.kind === "array")
    return l.array(value.map((part) => initial(l, { type: type.element, value: part })));
  return l.aggregate(type as Struct, value); // as: what is no number and no array
};

export const C: Language = {
  name: "c",
  declare(type, name) {
    if (type.kind === "array") return C.declare(type.element, `${name}[${type.length}]`);
    return `${C.type(type)} ${name}`;
  },
  type(type) {
    switch (type.kind) {
      case "int":
        return `${type.signed ? "" : "u"}int${type.bits}_t`;
      case "bool":
        return "bool";
      case "f64":
        return "double";
      case "ptr":
        return "void *";
      case "struct":
        return `${type.union ? "union" : "struct"} ${type.name}`;
      case "array":
        throw new TypeError("C declares arrays around names");
    }
  },
  literal(type, value) {
    if (type.kind === "f64") return `${value}.0`;
    if (type.kind === "ptr") return `(void *)0x${value.toString(16)}ull`;
    return `(${C.type(type)})0x${BigInt.asUintN(64, value).toString(16)}ull`;
  },
  struct(type) {
    const fields = type.fields.map(
      (f) => `  ${C.declare(f.type, f.name)}${f.width === undefined ? "" : ` : ${f.width}`};`,
    );
    return `${C.type(type)} {\n${fields.join("\n")}\n}${type.packed ? " __attribute__((packed))" : ""};`;
  },
  aggregate: (type, value) =>
    `{ ${value.map((part, i) => `.${type.fields[i]!.name} = ${initial(C, { type: type.fields[i]!.type, value: part })}`).join(", ")} }`,
  array: (parts) => `{ ${parts.join(", ")} }`,
  differs: (condition, at) => `if (${condition}) differs("${at}");`,
  fn(name, params, result, body) {
    const list = params.map((p) =>
      typeof p.type === "string" ? p.type.replace("(*)", `(*${p.name})`) : C.declare(p.type, p.name),
    );
    const head = `${result === undefined ? "void" : C.type(result)} ${name}(${list.join(", ") || "void"})`;
    return body === undefined ? `${head};` : `${head} {\n${body.map((line) => `  ${line}`).join("\n")}\n}`;
  },
  pointer({ args, result }) {
    const list = args.map((a) => C.type(a.type)).join(", ") || "void";
    return `${result === undefined ? "void" : C.type(result.type)} (*)(${list})`;
  },
  local: (type, name, value) => `${C.declare(type, name)} = ${value};`,
};

export const DIALECT: Language = {
  name: "ts",
  declare: (type, name) => `${name}: ${DIALECT.type(type)}`,
  type(type) {
    switch (type.kind) {
      case "int":
        return `${type.signed ? "i" : "u"}${type.bits}`;
      case "bool":
      case "f64":
        return type.kind;
      case "ptr":
        return "ptr<unknown>";
      case "struct":
        return type.name;
      case "array":
        return `array<${DIALECT.type(type.element)}, ${type.length}>`;
    }
  },
  literal(type, value) {
    if (type.kind === "bool") return String(value === 1n);
    return type.kind === "ptr" ? `pointer<unknown>(0x${value.toString(16)})` : String(value);
  },
  struct(type) {
    const fields = type.fields.map((f) => {
      const name = DIALECT.type(f.type);
      return `  ${f.name}: ${f.width === undefined ? name : `bitfield<${f.width}, ${name}>`};`;
    });
    const tag = type.packed ? "/** @packed */\n" : "";
    return `${tag}class ${type.name} extends ${type.union ? "Union" : "Struct"} {\n${fields.join("\n")}\n}`;
  },
  aggregate: (type, value) =>
    `init<${type.name}>({ ${value.map((part, i) => `${type.fields[i]!.name}: ${initial(DIALECT, { type: type.fields[i]!.type, value: part })}`).join(", ")} })`,
  array: (parts) => `[${parts.join(", ")}]`,
  differs: (condition, at) => `if (${condition}) differs("${at}");`,
  fn(name, params, result, body) {
    const list = params.map(
      (p) => `${p.name}: ${typeof p.type === "string" ? p.type : DIALECT.type(p.type)}`,
    );
    const head = `function ${name}(${list.join(", ")}): ${result === undefined ? "void" : DIALECT.type(result)}`;
    return body === undefined
      ? `declare ${head};`
      : `export ${head} {\n${body.map((line) => `  ${line}`).join("\n")}\n}`;
  },
  pointer({ args, result }) {
    const list = args.map((a, i) => `a${i}: ${DIALECT.type(a.type)}`).join(", ");
    return `fn<(${list}) => ${result === undefined ? "void" : DIALECT.type(result.type)}>`;
  },
  local: (type, name, value) => `const ${DIALECT.declare(type, name)} = ${value};`,
};

/** `f` and `call_f` in a language; `other` is the one that it calls. */
export function functions(l: Language, other: Language, s: Signature): string {
  const notEqual = l.name === "c" ? "!=" : "!==";
  const compare = (argument: Argument, name: string, where: string): string[] =>
    leaves(argument).map(({ path, type, value }) =>
      l.differs(`${name}${path} ${notEqual} ${l.literal(type, value)}`, `${where} ${name}${path}`),
    );
  const params = s.args.map((a, i) => ({ name: `a${i}`, type: a.type }));
  const received = `${s.name} in ${l.name}:`;
  const body = s.args.flatMap((a, i) => compare(a, `a${i}`, received));
  if (s.result !== undefined) body.push(l.local(s.result.type, "r", initial(l, s.result)), "return r;");
  const locals = s.args.map((a, i) => l.local(a.type, `a${i}`, initial(l, a)));
  const list = s.args.map((_, i) => `a${i}`).join(", ");
  const call = (callee: string): string[] => {
    if (s.result === undefined) return [`${callee}(${list});`];
    const returned = `${s.name} to ${other.name}:`;
    return [
      `{ ${l.local(s.result.type, "r", `${callee}(${list})`)} ${compare(s.result, "r", returned).join(" ")} }`,
    ];
  };
  return [
    l.fn(`${s.name}_${other.name}`, params, s.result?.type, undefined),
    l.fn(`${s.name}_${l.name}`, params, s.result?.type, body),
    l.fn(`call_${s.name}_${l.name}`, [{ name: "g", type: l.pointer(s) }], undefined, [
      ...locals,
      ...call(`${s.name}_${other.name}`),
      ...call("g"),
    ]),
    ...(l.name === "c" ? [`void call_${s.name}_ts(${l.pointer(s)});`] : []),
  ].join("\n");
}
