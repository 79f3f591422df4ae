/**
 * Every diagnostic of the compiler's own, in the order of docs/dialect.md. VT1xxx: not in the dialect; VT2xxx: types do not
 * agree; VT3xxx: values and constants; VT4xxx: declarations and layouts; VT5xxx: modules and the program.
 */
import type { Type } from "../types/type.ts";
import { typeText } from "../types/type.ts";
import { kind } from "./diagnostic.ts";

const t = typeText;
/** With its article, as it is read: a u8, an i8, an mmio<u8>, an f64. */
const a = (type: Type): string => `${/^([aeio]|mmio|f\d)/i.test(t(type)) ? "an" : "a"} ${t(type)}`;

export const D = {
  // ------------------------------------------------------------------------------------- not in the dialect
  statement: kind(
    "VT1001",
    "A statement that the dialect does not have: `throw`, `try`, `with`, `debugger`.",
    (what: string) => `the dialect has no ${what}`,
    "return a status; there are no exceptions",
  ),
  forInOf: kind(
    "VT1002",
    "`for…in` and `for…of`.",
    (what: string) => `the dialect has no ${what} loops`,
    "count: for (let i: usize = 0; i < n; i++)",
  ),
  varDeclaration: kind(
    "VT1003",
    "`var`, `using`.",
    (what: string) => `the dialect has no ${what}`,
    "use let or const",
  ),
  destructuring: kind(
    "VT1004",
    "Destructuring.",
    () => "the dialect has no destructuring",
    "read the fields one by one",
  ),
  expression: kind(
    "VT1005",
    "An expression that the dialect does not have: `delete`, `typeof`, `void`, `in`, `instanceof`, `await`, `yield`, regular expressions, class expressions, …",
    (what: string) => `the dialect has no ${what}`,
    (what) =>
      what === "typeof" || what === "instanceof" || what === "in operator"
        ? "types are known when the program is compiled: keep a tag in the structure"
        : what === "void operator"
          ? "write the expression as a statement of its own"
          : what === "satisfies"
            ? "give the variable a type: const x: T = …"
            : "this needs JavaScript's run time, and there is none",
  ),
  newExpression: kind(
    "VT1006",
    "`new`.",
    () => "the dialect has no new: nothing is allocated behind your back",
    "declare a variable (let p: Point = init({ x: 1 })), or call an allocator of your own",
  ),
  closure: kind(
    "VT1007",
    "A function that captures a variable of the function around it.",
    (name: string) => `this function uses ${name} of the function around it`,
    "pass it as a parameter; functions are only addresses",
  ),
  template: kind(
    "VT1008",
    "Template strings, and tags other than `asm`.",
    () => "the dialect has no template strings",
    "use a string literal, or the asm tag",
  ),
  optionalChaining: kind(
    "VT1009",
    "Optional chaining `?.` and `??`.",
    (what: string) => `the dialect has no ${what}`,
    "compare with null: if (p !== null) …",
  ),
  spread: kind(
    "VT1010",
    "Spread and rest.",
    () => "the dialect has no spread or rest",
    "write the elements out; memcpy copies many",
  ),
  looseEquality: kind(
    "VT1011",
    "`==` and `!=`.",
    (operator: string) => `the dialect has no ${operator}`,
    (operator) => `use ${operator}=`,
  ),
  operator: kind(
    "VT1012",
    "An operator that the dialect does not have: `**`, `>>>`, logical assignment, unary `+`.",
    (operator: string) => `the dialect has no operator ${operator}`,
    (operator) =>
      operator.startsWith(">>>")
        ? ">> of an unsigned value shifts zeros in"
        : operator === "unary +"
          ? "leave it out"
          : "write it out",
  ),
  asynchronous: kind(
    "VT1013",
    "Async functions and generators.",
    (what: string) => `the dialect has no ${what}`,
    "write a loop, or keep the state in a structure",
  ),
  accessor: kind(
    "VT1014",
    "Getters, setters, constructors, abstract members, static blocks, optional fields, index signatures, and computed or private names.",
    (what: string) => `the dialect has no ${what}`,
    (what) =>
      what.includes("names")
        ? "use an identifier"
        : what.startsWith("optional")
          ? "a field is always there; a ptr<T> | null may be null"
          : what.startsWith("index") || what.startsWith("computed")
            ? "use an array<T, N>"
            : what.startsWith("constructors")
              ? "give values with init<T>({ … }), or write a static method that does"
              : "write a method or a function",
  ),
  decorator: kind(
    "VT1015",
    "Decorators.",
    () => "the dialect has no decorators",
    "use a JSDoc tag such as @section",
  ),
  namespace: kind(
    "VT1016",
    "Namespaces and ambient modules.",
    () => "the dialect has no namespaces",
    "use a module",
  ),
  parameters: kind(
    "VT1017",
    "Optional, default and rest parameters, and overloads.",
    (what: string) => `the dialect has no ${what}`,
    "write a second function",
  ),
  typeForm: kind(
    "VT1018",
    "A type that the dialect does not have: `any`, `string`, unions other than with null, object types, …",
    (text: string) => `the dialect has no type ${text}`,
    (text) =>
      text === "number" || text === "bigint"
        ? "say the width: u8 … u64, i8 … i64, usize, f64"
        : text === "string"
          ? "use ptr<u8>"
          : text === "any"
            ? "use ptr<unknown> for the address of anything"
            : "see docs/dialect.md for the types there are",
  ),
  javaScriptValue: kind(
    "VT1019",
    "A value of JavaScript's: `undefined`, arrays and objects where nothing says their type.",
    (what: string) => `${what} is not a value of the dialect`,
    "give the variable a type",
  ),
  superAndThis: kind(
    "VT1020",
    "`super`, and `this` outside of methods.",
    (what: string) => `there is no ${what} here`,
    "only methods of structures have this",
  ),
  interfaceValue: kind(
    "VT1021",
    "Interfaces, and classes that do not extend Struct or Union.",
    (name: string) => `${name} has no layout`,
    "write class … extends Struct",
  ),

  // ------------------------------------------------------------------------------------------------- types
  mismatch: kind(
    "VT2001",
    "A value is of another type than its place.",
    (from: Type, to: Type) => `${a(from)} cannot be used as ${a(to)}`,
    (from, to) =>
      (to.kind === "int" || to.kind === "f64") &&
      (from.kind === "int" || from.kind === "f64" || from.kind === "bool" || from.kind === "enum")
        ? `convert it: ${t(to)}(…)`
        : to.kind === "ptr" && from.kind === "ptr"
          ? from.volatile === to.volatile
            ? "cast<T>(p) changes what a pointer points to"
            : `${to.volatile ? "mmio" : "pointer"}<T>(address(p)) makes one of the other`
          : to.kind === "bool"
            ? "compare it: x !== 0"
            : to.kind === "ptr" && (from.kind === "struct" || from.kind === "array" || from.kind === "int")
              ? from.kind === "int"
                ? "pointer<T>(x) makes a pointer of a number"
                : "take its address: addressOf(x)"
              : from.kind === "ptr" && to.kind === "array" && from.target.kind !== "array"
                ? 'bytes("…") fills an array of u8 with a text'
                : from.kind === "ptr" && to.kind === "int"
                  ? "address(p) is a pointer's number"
                  : from.kind === "ptr" && (to.kind === "struct" || to.kind === "array")
                    ? "read what it points to: p.value"
                    : "only equal types agree",
  ),
  operands: kind(
    "VT2002",
    "The operands of an operator are of different types.",
    (operator: string, left: Type, right: Type) =>
      `the operands of ${operator} are ${a(left)} and ${a(right)}`,
    (_, left, right) =>
      left.kind === "ptr" && right.kind === "ptr"
        ? "cast<T>(p) one of them"
        : left.kind === "ptr" || right.kind === "ptr"
          ? "p.offset(n) moves a pointer; address(p) is its number"
          : "convert one of them by a call, for example u64(x)",
  ),
  operand: kind(
    "VT2003",
    "An operator is not defined for a type.",
    (operator: string, type: Type) => `${operator} is not defined for ${t(type)}`,
    (operator, type) =>
      type.kind === "ptr"
        ? operator === "-"
          ? "p.offset(-n) moves a pointer; of two, subtract their addresses: address(p) - address(q)"
          : "p.offset(n) moves a pointer; address(p) is its number"
        : type.kind === "enum"
          ? "convert it: u32(x)"
          : type.kind === "bool"
            ? "convert it: u8(x)"
            : `nothing like ${operator} exists for it`,
  ),
  condition: kind(
    "VT2004",
    "A condition is not a bool.",
    (type: string) => `a condition must be a bool, and this is ${type}`,
    (type) =>
      type.startsWith("ptr") || type.startsWith("mmio") ? "compare it: p !== null" : "compare it: x !== 0",
  ),
  untyped: kind(
    "VT2005",
    "Nothing says what type a literal is.",
    () => "nothing says what type this is",
    "give the variable a type (let i: u32 = 0), or convert: u32(0)",
  ),
  conversion: kind(
    "VT2006",
    "A conversion that does not exist.",
    (from: Type, to: string) => `${a(from)} cannot be converted to ${to}`,
    (from) =>
      from.kind === "ptr" ? "address(p) is a pointer's number" : "pointer<T>(x) makes a pointer of a number",
  ),
  assertion: kind(
    "VT2007",
    "`as` between different types.",
    (from: Type, to: Type) => `as does not convert ${a(from)} to ${a(to)}`,
    (_, to) =>
      to.kind === "int"
        ? `call ${t(to)}(…)`
        : "as only names the type that a value has; cast<T>(p) is for pointers",
  ),
  noMember: kind(
    "VT2008",
    "A field, method or member that does not exist.",
    (type: string, name: string) => `${type} has no ${name}`,
    (type, name) =>
      type.startsWith("array<") && name !== "length"
        ? "an array has its elements and length"
        : type.startsWith("ptr<fn") || type.startsWith("mmio<fn")
          ? "a function is called, or its address(f) taken"
          : "see its declaration for what there is",
  ),
  notIndexed: kind(
    "VT2009",
    "Indexing what is neither an array nor a pointer.",
    (type: Type) => `${a(type)} cannot be indexed`,
    (type) =>
      type.kind === "struct" ? "fields are read by name: p.field" : "arrays and pointers can: cast<T>(p)[i]",
  ),
  notCalled: kind(
    "VT2010",
    "Calling what is not a function.",
    (type: string) => `${type} cannot be called`,
    (type) =>
      type.startsWith("the class")
        ? "init<T>({ … }) makes a structure"
        : "only functions and fn<…> can; functionAt<F>(address) makes one of an address",
  ),
  argumentCount: kind(
    "VT2011",
    "Too many or too few arguments.",
    (expected: number, found: number) =>
      `${expected} ${expected === 1 ? "argument is" : "arguments are"} wanted, and there ${found === 1 ? "is 1" : `are ${found}`}`,
    (expected, found) =>
      found < expected ? "there are no optional parameters: give them all" : "leave the others out",
  ),
  inference: kind(
    "VT2012",
    "A type argument that cannot be told from the arguments.",
    (name: string) => `nothing says what ${name} is`,
    (name) => `write it: f<…>(…) with a type for ${name}`,
  ),
  typeArguments: kind(
    "VT2013",
    "Too many or too few type arguments.",
    (name: string, expected: number) =>
      `${name} takes ${expected} type ${expected === 1 ? "argument" : "arguments"}`,
    (name, expected) =>
      expected === 0
        ? `write ${name} alone`
        : `write ${name}<${Array.from({ length: expected }, (_, i) => "TUVW"[i] ?? "…").join(", ")}>`,
  ),
  noValue: kind(
    "VT2014",
    "Something without a value is used as one.",
    (what: string) => `${what} is not a value`,
    (what) =>
      what.startsWith("the method")
        ? "wrap it in a function: (p: ptr<T>): u32 => p.method()"
        : what.startsWith("the enum")
          ? "name one of its members: E.Member"
          : what.startsWith("the class")
            ? "init<T>({ … }) makes a value of it"
            : "it has no result to use",
  ),
  generic: kind(
    "VT2015",
    "A generic function used without being called.",
    (name: string) => `${name} is generic: it has no one address`,
    "wrap it in a function that is not",
  ),
  handlerCalled: kind(
    "VT2016",
    "An interrupt handler is called.",
    (name: string) => `${name} is an interrupt handler and cannot be called`,
    "move its body to a function that both call",
  ),
  voidPointer: kind(
    "VT2017",
    "Reading through a `ptr<unknown>`.",
    () => "what a ptr<unknown> points to is not known",
    "cast<T>(p) says what it is",
  ),

  // ------------------------------------------------------------------------------------------------ values
  range: kind(
    "VT3001",
    "A constant does not fit its type.",
    (value: bigint | number, type: Type, width?: number) =>
      `${value} does not fit in ${width === undefined ? a(type) : `${width} ${width === 1 ? "bit" : "bits"} of ${a(type)}`}`,
    (value: bigint | number, type: Type, width?: number) =>
      width !== undefined
        ? "make the field wider"
        : typeof value === "bigint" && value < 0n && type.kind === "int" && !type.signed
          ? `for a value of ones, write ~${t(type)}(0)`
          : "take a wider type",
  ),
  notConstant: kind(
    "VT3002",
    "A value that must be constant is not.",
    (what: string) => `${what} must be constant`,
    "use literals, constants, sizeof, addresses of globals, and operators on them",
  ),
  staticAssert: kind(
    "VT3003",
    "A `static_assert` does not hold.",
    (message: string | undefined, values: string) =>
      `static assertion failed${message === undefined ? "" : `: ${message}`}${values}`,
    "the program does not hold what it was written to rely on: change one of the two",
  ),
  divisionByZero: kind(
    "VT3004",
    "Division by a constant zero.",
    () => "division by zero",
    "trap() stops the program on purpose",
  ),
  shiftCount: kind(
    "VT3005",
    "A constant shift count is negative or not below the width.",
    (count: bigint, type: Type) => `${a(type)} cannot be shifted by ${count}`,
    (count, type) =>
      count < 0n
        ? "shift the other way"
        : type.kind === "int" && type.bits < 64
          ? "widen it first: u64(x) << n"
          : "nothing of the value would be left",
  ),
  index: kind(
    "VT3006",
    "A constant index is outside of its array.",
    (index: bigint, length: number) => `index ${index} is outside of an array of ${length}`,
    (_, length) => `indices go from 0 to ${length - 1}`,
  ),
  duplicateCase: kind(
    "VT3007",
    "Two cases of a switch have one value.",
    (value: bigint) => `there is a case ${value} already`,
    "put both bodies under one case, or take this one out",
  ),
  notPlace: kind(
    "VT3008",
    "What has no place in memory is assigned to or has its address taken.",
    (isFunction: boolean) =>
      isFunction ? "this is a function, and its own address" : "this is a value without a place",
    (isFunction) => (isFunction ? "use its name; address(f) is a number" : "keep it in a variable first"),
  ),
  bitFieldAddress: kind(
    "VT3009",
    "The address of a bit field.",
    (name: string) => `${name} is a bit field and has no address`,
    "copy it to a variable; for atomics, use the whole storage unit as a field and masks",
  ),
  tooManyElements: kind(
    "VT3010",
    "More initial values than elements.",
    (found: number, length: number) => `${found} values for an array of ${length}`,
    (found) => `make the array longer: array<…, ${found}>`,
  ),
  literal: kind(
    "VT3011",
    "A literal that is wrong: a string where it cannot stand, a `char` of more than one character.",
    (what: string) => what,
    'as in char("a"), offsetof<T>("field"), bytes("text")',
  ),
  useless: kind(
    "VT3012",
    "A fraction where an integer is wanted.",
    (value: number, type: Type) => `${value} is not ${a(type)}`,
    (value) =>
      Number.isInteger(value) ? `write ${BigInt(value)}` : "give the variable the type f64, or round it",
  ),

  // ------------------------------------------------------------------------------------------ declarations
  topLevel: kind(
    "VT4001",
    "A statement outside of functions.",
    () => "nothing runs outside of functions",
    "put it in main, or in a function that main calls",
  ),
  noType: kind(
    "VT4002",
    "A parameter, field or result without a type.",
    (what: string) => `${what} needs a type`,
    "as in x: u32, or (x: u32): u32",
  ),
  fieldInitial: kind(
    "VT4003",
    "A field with an initial value.",
    (name: string) => `the field ${name} has an initial value`,
    "there are no constructors: give values with init<T>({ … })",
  ),
  fieldName: kind(
    "VT4004",
    "A field or method with the name of a pointer's member.",
    (name: string) => `${name} is what pointers call their own`,
    "choose another name",
  ),
  fieldOffset: kind(
    "VT4005",
    "A field's offset is not a multiple of its alignment, or lies inside of the field before it, or a bit field's bytes are not all in a packed structure.",
    (name: string, offset: number, why: string) => `${name} cannot lie at ${offset}: ${why}`,
    (_name, _offset, why) =>
      why.includes("bytes")
        ? "choose another storage unit: bitfield<3, u8>"
        : why.includes("alignment")
          ? "move it, or make the structure @packed"
          : "fields go up; a union has several at one place",
  ),
  bitFieldWidth: kind(
    "VT4006",
    "A bit field's width is 0 or over its type's.",
    (width: number, type: string) => `a bit field of ${width} ${width === 1 ? "bit" : "bits"} in ${type}`,
    "a width goes from 1 to the bits of its storage unit, the second argument: bitfield<40, u64>",
  ),
  endlessLayout: kind(
    "VT4007",
    "A structure contains itself.",
    (name: string) => `${name} contains itself`,
    "use a pointer: ptr<…>",
  ),
  arrayLength: kind(
    "VT4008",
    "An array's length is not a constant from 1 to 2³¹ − 1.",
    () => "an array's length must be a constant from 1 on",
    "array<u8, 16>, or array<u8, typeof SIZE> with const SIZE = 16",
  ),
  methodOverride: kind(
    "VT4009",
    "A field or method has the name of an inherited one.",
    (name: string) => `${name} is inherited already: methods are not virtual`,
    "choose another name, or keep a function pointer in a field",
  ),
  tag: kind(
    "VT4010",
    "A JSDoc tag with a wrong argument, or where it means nothing.",
    (tag: string, why: string) => `@${tag} ${why}`,
    (tag, why) =>
      why === "means nothing here"
        ? `a comment with @${tag} stands on a line before what it is about`
        : "docs/dialect.md has the tags and their arguments",
  ),
  handlerSignature: kind(
    "VT4011",
    "An interrupt handler with wrong parameters.",
    (name: string) => `${name} cannot be an interrupt handler`,
    "write (frame: ptr<T>): void, or (frame: ptr<T>, error: u64): void for gates that push an error code",
  ),
  enumMember: kind(
    "VT4012",
    "An enum member that is not a constant integer of the enum's base.",
    (name: string) => `${name} must be a constant integer`,
    "use literals, members before it, and operators on them",
  ),
  storage: kind(
    "VT4013",
    "A variable, field or parameter of a type without values: void, never.",
    (type: Type) => `nothing can be kept as ${t(type)}`,
    "leave it out; an address of anything is a ptr<unknown>",
  ),
  naked: kind(
    "VT4014",
    "A naked function with something else than `asm` in it.",
    (name: string) => `${name} is naked: its body may only be asm`,
    "put the rest into another function, and call that from the asm",
  ),
  duplicateSymbol: kind(
    "VT4015",
    "Two functions or variables have one name in the object.",
    (symbol: string) => `there are two of the name ${symbol} in the object`,
    "rename one, or drop its @export",
  ),
  asm: kind(
    "VT4016",
    "A wrong option or operand of `asm`.",
    (why: string) => why,
    (why) =>
      why.includes("naked")
        ? "its arguments and result are where the ABI has them: rdi, rsi, …, rax"
        : why.includes("fixed address") || why.includes("of a label")
          ? "name a function or label, or put the address in a register"
          : "docs/dialect.md shows operands, results and options",
  ),
  endlessGenerics: kind(
    "VT4017",
    "A generic function or structure needs itself with ever new types.",
    (name: string) => `${name} needs itself with ever new type arguments`,
    "end it: use ptr<unknown> at some depth",
  ),

  tooLarge: kind(
    "VT4018",
    "A type, or a function's variables together, of more than 2 GiB.",
    (what: string, bytes: number) => `${what} of ${bytes} bytes: more than 2 GiB`,
    "ask an allocator for it",
  ),
  mainSignature: kind(
    "VT4019",
    "A `main` of the wrong form.",
    () => "main has another form than the start-up code calls",
    "write main(argc: i32, argv: ptr<ptr<u8>>, environment: ptr<ptr<u8>>): i32, or with fewer parameters",
  ),
  endlessAlias: kind(
    "VT4020",
    "A type's name that stands for a type with itself in it.",
    (name: string) => `${name} needs itself`,
    "give it a structure: class … extends Struct may point to itself",
  ),

  // ------------------------------------------------------------------------------------------------ modules
  missingFile: kind(
    "VT5001",
    "A file cannot be read.",
    (name: string) => `cannot read ${name}`,
    "paths are relative to the file that imports, and have their extension",
  ),
  specifier: kind(
    "VT5002",
    "An import that is not a relative path with its extension.",
    (text: string) => `cannot import ${JSON.stringify(text)}`,
    'write a relative path with its extension: "./uart.ts"',
  ),
  circularImport: kind(
    "VT5003",
    "Modules import values from each other in a circle.",
    (path: readonly string[]) => `circular import: ${path.join(" → ")}`,
    "move what both need to a third module, or use import type",
  ),
  defaultExport: kind(
    "VT5004",
    "Default exports and imports, `export =`, dynamic imports.",
    (what: string) => `the dialect has no ${what}`,
    "export it by name",
  ),
  noDefinition: kind(
    "VT5005",
    "A function without a body that is not declared.",
    (name: string) => `${name} has no body`,
    "write declare before it if another object has it",
  ),
  intrinsic: kind(
    "VT5006",
    "A function of kernel.d.ts used other than by calling it.",
    (name: string) => `${name} can only be called`,
    (name) => `wrap it in a function: (…) => ${name}(…)`,
  ),
  compiler: kind(
    "VT5007",
    "The compiler cannot go on with a program that it found no fault in.",
    (why: string) => `this is beyond the compiler: ${why}`,
    "please report it with the program",
  ),
};
