/*
 * Programs as C for gcc, to compare with what another compiler makes of them: statements and declarations. `-fwrapv
 * -fno-strict-aliasing` define what C does not as the dialect does.
 */
import { ExpressionWriter } from "./c-expressions.ts";
import { typeDeclarations } from "./c-types.ts";
import { type Leaf, leaves, observed, observerName, observersIn } from "./observe.ts";
import type { Expression, FunctionTree, Program, Statement, Variable } from "./tree.ts";
import type { StructType } from "./types.ts";
import { hasEffect, type Reached, reached } from "./walk.ts";

class FunctionWriter extends ExpressionWriter {
  block(body: readonly Statement[], end = ""): string {
    return `{\n${body.map((s) => this.statement(s)).join("\n")}\n${end}}`;
  }

  statement(s: Statement): string {
    switch (s.kind) {
      case "declare": {
        const start = `${this.type(s.variable.type)} ${s.variable.name}`;
        if (s.value !== undefined) return `${start} = ${this.text(s.value)};`;
        return `${start}; memset(&${s.variable.name}, 0, sizeof ${s.variable.name});`;
      }
      case "expression":
        return `(void)${this.text(s.value)};`;
      case "observe":
        return this.#observe(s.value);
      case "show":
        return "show();";
      case "block":
        return `${this.block(s.body)} ${s.target.name}_break: ;`;
      case "if": {
        const start = `if (${this.text(s.condition)}) ${this.block(s.yes)}`;
        return s.no.length === 0 ? start : `${start} else ${this.block(s.no)}`;
      }
      case "loop":
        return this.#loop(s);
      case "sweep": {
        const { name, type } = s.pointer;
        const start = `&${this.place(s.array, [], false)}.e[0]`;
        const head = `${this.type(type)} ${name} = ${start}; ${name} < ${start} + ${s.length}; ${name} = ${name} + 1`;
        const body = this.block(s.body, `${s.target.name}_continue: ;\n`);
        return `for (${head}) ${body} ${s.target.name}_break: ;`;
      }
      case "switch": {
        const { type } = s.subject;
        const cases = s.cases.map((c) => {
          const labels = c.values.map((value) => `case ${this.literal({ kind: "literal", value, type })}:`);
          const body = this.block(c.body);
          return `${labels.join(" ")}${c.isDefault ? " default:" : ""} ${body}${c.falls ? "" : " break;"}`;
        });
        return `switch (${this.text(s.subject)}) {\n${cases.join("\n")}\n} ${s.target.name}_break: ;`;
      }
      case "break":
      case "continue":
        return `goto ${s.target.name}_${s.kind};`;
      case "return":
        return `return ${this.text(s.value)};`;
      case "memory": {
        const before: string[] = [];
        const to = this.kept(s.to.pointer, before);
        const from = this.kept(s.from, before);
        const count = this.index(s.count, s.to.room + 1, (e) => this.kept(e, before));
        return `{ ${before.join(" ")} ${s.name}(${to}, ${from}, (u64)(${count}) * sizeof(${this.type(s.element)})); }`;
      }
    }
  }

  #observe(value: Expression): string {
    if (value.kind === "read" && !hasEffect(value)) {
      return leaves(value.place)
        .map((leaf) => this.#leaf(leaf))
        .join("\n");
    }
    const { type } = value;
    if (type.kind !== "struct" && type.kind !== "array") return this.#mix(value);
    const name = `t${this.temporaries++}`;
    const variable: Variable = {
      name,
      type,
      storage: "local",
      constant: true,
      level: 1,
      initial: undefined,
    };
    const seen = leaves({ kind: "variable", variable, type }).map((leaf) => this.#leaf(leaf));
    return `{ ${this.type(type)} ${name} = ${this.text(value)}; ${seen.join("\n")} }`;
  }
  #leaf({ value, counter, length }: Leaf): string {
    if (counter === undefined) return this.#mix(value);
    const { name } = counter;
    return `for (u32 ${name} = 0; ${name} < ${length}; ${name}++) ${this.#mix(value)}`;
  }
  #mix(value: Expression): string {
    const { type } = value;
    if (type.kind === "struct") {
      const at = value.kind === "read" ? this.place(value.place, [], false) : "";
      return `${this.prefix}${observerName(type)}((${type.name} *)&${at});`;
    }
    const written = this.text(value);
    if (value.type.kind === "f64") return `mixF64(${written});`;
    return value.type.kind === "pointer" ? `mix(${written} == 0);` : `mix((u64)${written});`;
  }

  #loop(s: Extract<Statement, { kind: "loop" }>): string {
    const { comparison, step, form, target } = s;
    const { name, type } = s.counter;
    const rounds = BigInt(comparison === "<=" || comparison === ">=" ? s.rounds - 1 : s.rounds);
    const bound = this.literal({ kind: "literal", value: s.from + step * rounds, type });
    const compared = `${name} ${comparison === "!==" ? "!=" : comparison} ${bound}`;
    const goesOn = s.condition === undefined ? compared : `${compared} && ${this.text(s.condition)}`;
    const moved = `${name} = (${this.type(type)})(${name} + ${step})`;
    const start = `${this.type(type)} ${name} = ${this.literal({ kind: "literal", value: s.from, type })}`;
    const body = this.block(s.body, `${target.name}_continue: ;\n`);
    const end = `${target.name}_break: ;`;
    switch (form) {
      case "for":
        return `for (${start}; ${goesOn}; ${moved}) ${body} ${end}`;
      case "while":
      case "forever":
        return `${start};\nwhile (${goesOn}) {\n${moved};\n${body}\n} ${end}`;
      case "do":
        return `${start};\ndo {\n${moved};\n${body}\n} while (${goesOn}); ${end}`;
    }
  }

  // --------------------------------------------------------------------------------------------- declarations
  head(fn: FunctionTree): string {
    const params = fn.params.map((p) => `${this.type(p.type)} ${p.name}`);
    if (fn.recursive !== undefined) params.unshift("u32 depth");
    if (fn.owner !== undefined) params.unshift(`${fn.owner.name} *self`);
    const name = this.functionName(fn, this.argument);
    return `static ${this.type(fn.result)} ${name}(${params.join(", ") || "void"})`;
  }
  observer(type: StructType): string {
    const { seen, leaves: parts } = observed(type);
    const body = parts.map((leaf) => this.#leaf(leaf)).join("\n");
    return `static void ${this.prefix}${observerName(type)}(${type.name} *${seen.name}) {\n${body}\n}`;
  }
  function(fn: FunctionTree): string {
    const { recursive } = fn;
    const bottom = recursive === undefined ? "" : `if (depth == 0) return ${this.text(recursive.bottom)};\n`;
    return `${this.head(fn)} ${this.block(fn.body).replace(/^\{\n/, () => `{\n${bottom}`)}`;
  }
}

function writers(prefix: string, { instances }: Reached, fn: FunctionTree): FunctionWriter[] {
  if (!fn.generic) return [new FunctionWriter(prefix, undefined)];
  return [...(instances.get(fn) ?? [])].map((type) => new FunctionWriter(prefix, type));
}

/** Declarations of everything, under names with the prefix, and the function `PREFIXrun`. */
export function cText(program: Program, prefix: string): string {
  const found = reached(program);
  const plain = new FunctionWriter(prefix, undefined);
  const globals = program.globals.filter((g) => found.globals.has(g));
  const functions = [...program.functions.filter((f) => found.functions.has(f)), program.main];
  const declared = globals.map((g) => `static ${plain.type(g.type)} ${plain.variable(g)}`);
  const withWriters = functions.flatMap((fn) => writers(prefix, found, fn).map((w) => [fn, w] as const));
  const written = withWriters.map(([fn, w]) =>
    fn === program.main ? w.function(fn).replace(/\{\n/, `{\nbegin(${program.seed});\n`) : w.function(fn),
  );
  const observers = observersIn(written.join("\n"), program.structs, (type) => plain.observer(type));
  const text = [
    typeDeclarations(found.types),
    ...declared.map((d) => `${d};`),
    ...withWriters.map(([fn, w]) => `${w.head(fn)};`),
    ...observers.map((o) => `${o.slice(0, o.indexOf("{"))};`),
    ...observers,
    ...globals.map((g, i) =>
      g.initial === undefined ? "" : `${declared[i]} = ${plain.initial(g.initial)};`,
    ),
    ...written,
  ].join("\n");
  // Types of several programs have the same names.
  return text.replaceAll(/\b(?:S\d+|A\d+_\w+)\b/g, (name) => `${prefix}${name}`);
}
