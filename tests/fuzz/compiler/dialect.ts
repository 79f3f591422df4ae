/* Programs as text of the dialect, without care for beauty: statements and declarations. */
import { given, indexText, keptText, placeText, targetText, text } from "./dialect-expressions.ts";
import { typeText } from "./dialect-types.ts";
import { type Leaf, leaves, observed, observerName, observersIn } from "./observe.ts";
import { intName, NAMES } from "./prelude.ts";
import type { Expression, FunctionTree, Program, Statement, Target, Variable } from "./tree.ts";
import { type StructType, U64 } from "./types.ts";
import { hasEffect, type Reached, reached } from "./walk.ts";

class Writer {
  /** What break and continue leave without a name, the innermost last. */
  readonly #targets: Target[] = [];
  #values = 0;

  block(body: readonly Statement[]): string {
    return `{\n${body.map((s) => this.statement(s)).join("\n")}\n}`;
  }

  #within(target: Target, body: readonly Statement[]): string {
    this.#targets.push(target);
    const written = this.block(body);
    this.#targets.pop();
    return written;
  }

  statement(s: Statement): string {
    switch (s.kind) {
      case "declare": {
        const { variable, value } = s;
        const start = `${variable.constant ? "const" : "let"} ${variable.name}`;
        if (value === undefined) return `let ${variable.name}!: ${typeText(variable.type)};`;
        return `${start}: ${typeText(variable.type)} = ${given(value)};`;
      }
      case "expression":
        return s.value.kind === "assign"
          ? `${targetText(s.value.to)} = ${keptText(s.value.to, s.value.value)};`
          : `${text(s.value)};`;
      case "observe":
        return this.#observe(s.value);
      case "show":
        return "show();";
      case "block":
        return `${s.target.name}: ${this.block(s.body)}`;
      case "if": {
        const start = `if (${text(s.condition)}) ${this.block(s.yes)}`;
        return s.no.length === 0 ? start : `${start} else ${this.block(s.no)}`;
      }
      case "loop":
        return this.#loop(s);
      case "sweep": {
        const { name, type } = s.pointer;
        const start = `addressOf(${placeText(s.array)}[0])`;
        const head = `let ${name}: ${typeText(type)} = ${start}; ${name} < ${start}.offset(${s.length}); ${name} = ${name}.offset(1)`;
        return `${s.target.name}: for (${head}) ${this.#within(s.target, s.body)}`;
      }
      case "switch":
        return this.#switch(s);
      case "break":
      case "continue": {
        const innermost = this.#targets.findLast((t) => s.kind === "break" || t.loop);
        return innermost === s.target ? `${s.kind};` : `${s.kind} ${s.target.name};`;
      }
      case "return":
        return `return ${given(s.value)};`;
      case "memory": {
        const size = `sizeof<${typeText(s.element)}>()`;
        const room = s.to.room + 1;
        const count = indexText(s.count, room);
        const wide = /^\d+$/.test(count) ? `u64(${count})` : `truncate<u64>(${count})`;
        return `${s.name}(${text(s.to.pointer)}, ${given(s.from)}, ${wide} * ${size});`;
      }
    }
  }

  #observe(value: Expression): string {
    if (value.kind === "read" && !hasEffect(value)) {
      return leaves(value.place).map(leafText).join("\n");
    }
    const { type } = value;
    if (type.kind !== "struct" && type.kind !== "array") return mixText(value);
    const name = `seen${this.#values++}`;
    const variable: Variable = {
      name,
      type,
      storage: "local",
      constant: true,
      level: 1,
      initial: undefined,
    };
    const seen = leaves({ kind: "variable", variable, type }).map(leafText);
    return `{\nconst ${name}: ${typeText(type)} = ${given(value)};\n${seen.join("\n")}\n}`;
  }

  #loop(s: Extract<Statement, { kind: "loop" }>): string {
    const { counter, comparison, step, target } = s;
    const { name } = counter;
    const rounds = BigInt(comparison === "<=" || comparison === ">=" ? s.rounds - 1 : s.rounds);
    const bound = `${name} ${comparison} ${s.from + step * rounds}`;
    const goesOn = s.condition === undefined ? bound : `${bound} && ${text(s.condition)}`;
    const moved =
      step === 1n
        ? `${name}++`
        : step === -1n
          ? `${name}--`
          : step > 0n
            ? `${name} += ${step}`
            : `${name} -= ${-step}`;
    const start = `let ${name}: ${typeText(counter.type)} = ${s.from}`;
    const body = this.#within(target, s.body);
    const label = `${target.name}:`;
    switch (s.form) {
      case "for":
        return `${label} for (${start}; ${goesOn}; ${moved}) ${body}`;
      case "while":
        return `${start};\n${label} while (${goesOn}) {\n${moved};\n${body}\n}`;
      case "do":
        return `${start};\n${label} do {\n${moved};\n${body}\n} while (${goesOn});`;
      case "forever":
        return `${start};\n${label} for (;;) {\nif (!(${goesOn})) break;\n${moved};\n${body}\n}`;
    }
  }

  #switch(s: Extract<Statement, { kind: "switch" }>): string {
    const { type } = s.subject;
    const cases = s.cases.map((c) => {
      const labels = c.values.map((value) => `case ${given({ kind: "literal", value, type })}:`);
      const body = this.#within(s.target, c.body);
      return `${labels.join(" ")}${c.isDefault ? " default:" : ""} ${body}${c.falls ? "" : " break;"}`;
    });
    const subject = `${text(s.subject)} as ${typeText(type)}`;
    return `${s.target.name}: switch (${subject}) {\n${cases.join("\n")}\n}`;
  }
}

function leafText({ value, counter, length }: Leaf): string {
  if (counter === undefined) return mixText(value);
  const { name } = counter;
  return `for (let ${name}: u32 = 0; ${name} < ${length}; ${name}++) ${mixText(value)}`;
}

function mixText(value: Leaf["value"] | Expression): string {
  switch (value.type.kind) {
    case "struct":
      return value.kind === "read"
        ? `${observerName(value.type)}(addressOf(${placeText(value.place)}));`
        : "";
    case "bool":
      return `mix(u64(${text(value)}));`;
    case "f64":
      return `mixF64(${given(value)});`;
    case "pointer":
      return `mix(u64(${text(value)} === null));`;
    case "int":
      return value.type.bits === 64 && !value.type.signed
        ? `mix(${given(value)});`
        : `mix(truncate<${intName(U64)}>(${text(value)}));`;
    default:
      return `mix(truncate<${intName(U64)}>(${text(value)}));`;
  }
}

// ------------------------------------------------------------------------------------------------- declarations

function functionTree(fn: FunctionTree, start: string): string {
  const { recursive } = fn;
  const params = fn.params.map((p) => `${p.name}: ${typeText(p.type)}`);
  if (recursive !== undefined) params.unshift("depth: u32");
  const tag = fn.inline === "always" ? "/** @inline */\n" : fn.inline === "never" ? "/** @noinline */\n" : "";
  const bottom = recursive === undefined ? "" : `if (depth === 0) return ${given(recursive.bottom)};\n`;
  const generic = fn.generic ? "<T extends number>" : "";
  const body = new Writer().block(fn.body).replace(/^\{\n/, `{\n${bottom}`);
  return `${tag}${start}${fn.name}${generic}(${params.join(", ")}): ${typeText(fn.result)} ${body}`;
}

function structText(type: StructType, { functions }: Reached): string {
  const tags = [
    type.form === "packed" ? "@packed" : "",
    type.align === undefined ? "" : `@align ${type.align}`,
  ];
  const parent = type.base?.name ?? (type.form === "union" ? "Union" : "Struct");
  const fields = type.fields.map(({ name, type: of, width, align }) => {
    const tag = align === undefined ? "" : `/** @align ${align} */ `;
    const form = width === undefined ? typeText(of) : `bitfield<${width}, ${typeText(of)}>`;
    return `${tag}${name}: ${form};`;
  });
  const methods = type.methods.filter((m) => functions.has(m)).map((m) => functionTree(m, ""));
  const tag = tags.join("") === "" ? "" : `/** ${tags.filter((t) => t !== "").join("\n * ")} */\n`;
  return `${tag}class ${type.name} extends ${parent} {\n${[...fields, ...methods].join("\n")}\n}`;
}

function globalText(v: Variable): string {
  const initial = v.initial === undefined ? "zeroed()" : given(v.initial);
  return `${v.constant ? "const" : "let"} ${v.name}: ${typeText(v.type)} = ${initial};`;
}

function observerText(type: StructType): string {
  const { seen, leaves: parts } = observed(type);
  return `function ${observerName(type)}(${seen.name}: ${typeText(seen.type)}): void {\n${parts.map(leafText).join("\n")}\n}`;
}

/** A module that exports `run`. */
export function dialectText(program: Program): string {
  const found = reached(program);
  const enums = program.enums
    .filter((e) => found.types.has(e))
    .map((e) => {
      const members = e.members.map(({ name, value }) => `  ${name} = ${value},`);
      return `/** @base ${intName(e.base)} */\nenum ${e.name} {\n${members.join("\n")}\n}`;
    });
  const structs = program.structs.filter((s) => found.types.has(s)).map((s) => structText(s, found));
  const globals = program.globals.filter((g) => found.globals.has(g)).map(globalText);
  const functions = program.functions
    .filter((f) => found.functions.has(f) && f.owner === undefined && !f.arrow)
    .map((f) => functionTree(f, "function "));
  const main = functionTree(program.main, "export function ").replace(/\{\n/, `{\nbegin(${program.seed});\n`);
  const observers = observersIn([...functions, ...structs, main].join("\n"), program.structs, observerText);
  const text = [...enums, ...structs, ...globals, ...observers, ...functions, main, ""].join("\n");
  const used = NAMES.filter((name) => new RegExp(`\\b${name}\\(`).test(text));
  return indented(`import { ${used.join(", ")} } from "./prelude.ts";\n${text}`);
}

/** By the braces at the ends and beginnings of lines. */
function indented(text: string): string {
  let depth = 0;
  const lines = text.split("\n").filter((line, i, all) => line !== "" || i === all.length - 1);
  return lines
    .map((line) => {
      if (line.startsWith("}")) depth--;
      const written = line === "" ? "" : `${"  ".repeat(depth)}${line}`;
      if (line.endsWith("{")) depth++;
      return written;
    })
    .join("\n");
}

/** The module that runs several, and each of them by its number. */
export const mainText = (count: number): string => {
  const names = Array.from({ length: count }, (_, i) => i);
  return `${names.map((i) => `import { run as run${i} } from "./p${i}.ts";`).join("\n")}
export function main(): i32 {
${names.map((i) => `  run${i}();`).join("\n")}
  return 0;
}
`;
};
