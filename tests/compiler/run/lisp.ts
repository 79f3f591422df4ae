// A small Lisp: a reader, an evaluator with closures as lists in a pool of cells, symbols interned, and a mark-and-sweep collector.
// expect: 42
// expect: 3628800
// expect: (1 4 9 16 25)
// expect: (a b . c)
// expect: 15
// expect: 55
// expect: collected: true, in use less than 400: true
import { newline, print, printBool, printChar, printI64 } from "../../../kernel/lib/linux.ts";

/** @base u8 */
enum Kind {
  Free,
  Number,
  Symbol,
  Pair,
  Primitive,
  Closure,
}
class Cell extends Struct {
  kind: Kind;
  marked: bool;
  number: i64;
  name: ptr<u8>;
  length: usize;
  first: ptr<Cell>;
  rest: ptr<Cell>;
  primitive: fn<(args: ptr<Cell>) => ptr<Cell>> | null;
}
const COUNT = 4096;
const cells: array<Cell, typeof COUNT> = zeroed();
/** The empty list, which is false as well; it points to itself. */
const nil: ptr<Cell> = addressOf(cells[0]);
let freeList: ptr<Cell> = nil;
let symbols: ptr<Cell> = nil;
let globals: ptr<Cell> = nil;
let collections: u64 = 0;

function cell(kind: Kind): ptr<Cell> {
  if (freeList === nil) trap();
  const made = freeList;
  freeList = made.rest;
  made.kind = kind;
  made.first = nil;
  made.rest = nil;
  return made;
}
function pair(first: ptr<Cell>, rest: ptr<Cell>): ptr<Cell> {
  const made = cell(Kind.Pair);
  made.first = first;
  made.rest = rest;
  return made;
}
function numberOf(n: i64): ptr<Cell> {
  const made = cell(Kind.Number);
  made.number = n;
  return made;
}
function symbol(name: ptr<u8>, length: usize): ptr<Cell> {
  for (let at = symbols; at !== nil; at = at.rest) {
    const known = at.first;
    if (known.length !== length) continue;
    let i: usize = 0;
    while (i < length && known.name[i] === name[i]) i++;
    if (i === length) return known;
  }
  const made = cell(Kind.Symbol);
  made.name = name;
  made.length = length;
  symbols = pair(made, symbols);
  return made;
}
function named(name: ptr<u8>): ptr<Cell> {
  let length: usize = 0;
  while (name[length] !== 0) length++;
  return symbol(name, length);
}

class Reader extends Struct {
  at: ptr<u8>;
  skip(): u8 {
    while (this.at.value === char(" ") || this.at.value === char("\n")) this.at = this.at.offset(1);
    return this.at.value;
  }
  read(): ptr<Cell> {
    const c = this.skip();
    if (c === char("(")) {
      this.at = this.at.offset(1);
      return this.list();
    }
    if (c === char("'")) {
      this.at = this.at.offset(1);
      return pair(named("quote"), pair(this.read(), nil));
    }
    const start = this.at;
    let length: usize = 0;
    while (
      start[length] !== 0 &&
      start[length] !== char(" ") &&
      start[length] !== char("(") &&
      start[length] !== char(")")
    ) {
      length++;
    }
    this.at = start.offset(length);
    if (c < char("0") || c > char("9")) return symbol(start, length);
    let n: i64 = 0;
    for (let i: usize = 0; i < length; i++) n = n * 10 + i64(start[i] - char("0"));
    return numberOf(n);
  }
  list(): ptr<Cell> {
    if (this.skip() === char(")")) {
      this.at = this.at.offset(1);
      return nil;
    }
    if (this.at[0] === char(".") && this.at[1] === char(" ")) {
      this.at = this.at.offset(1);
      const last = this.read();
      this.skip();
      this.at = this.at.offset(1);
      return last;
    }
    const first = this.read();
    return pair(first, this.list());
  }
}
function show(v: ptr<Cell>): void {
  switch (v.kind) {
    case Kind.Number:
      printI64(v.number);
      break;
    case Kind.Symbol:
      for (let i: usize = 0; i < v.length; i++) printChar(v.name[i]);
      break;
    case Kind.Pair: {
      print("(");
      let at = v;
      for (; at.kind === Kind.Pair; at = at.rest) {
        if (at !== v) print(" ");
        show(at.first);
      }
      if (at !== nil) {
        print(" . ");
        show(at);
      }
      print(")");
      break;
    }
    default:
      print(v === nil ? "()" : "#");
  }
}
/** The pair of a name and its value. */
function find(name: ptr<Cell>, environment: ptr<Cell>): ptr<Cell> {
  for (let at = environment; at !== nil; at = at.rest) if (at.first.first === name) return at.first;
  for (let at = globals; at !== nil; at = at.rest) if (at.first.first === name) return at.first;
  return nil;
}
function evaluateAll(list: ptr<Cell>, environment: ptr<Cell>): ptr<Cell> {
  if (list === nil) return nil;
  const first = evaluate(list.first, environment);
  return pair(first, evaluateAll(list.rest, environment));
}
function evaluate(expression: ptr<Cell>, outer: ptr<Cell>): ptr<Cell> {
  let e = expression;
  let environment = outer;
  for (;;) {
    if (e.kind === Kind.Symbol) return find(e, environment).rest;
    if (e.kind !== Kind.Pair) return e;
    const head = e.first;
    if (head === named("quote")) return e.rest.first;
    if (head === named("if")) {
      const holds = evaluate(e.rest.first, environment) !== nil;
      e = holds ? e.rest.rest.first : e.rest.rest.rest.first;
      continue;
    }
    if (head === named("lambda")) {
      const made = cell(Kind.Closure);
      made.first = e.rest;
      made.rest = environment;
      return made;
    }
    if (head === named("define")) {
      globals = pair(pair(e.rest.first, nil), globals);
      globals.first.rest = evaluate(e.rest.rest.first, environment);
      return e.rest.first;
    }
    const called = evaluate(head, environment);
    let args = evaluateAll(e.rest, environment);
    if (called.primitive !== null && called.kind === Kind.Primitive) return called.primitive(args);
    if (called.kind !== Kind.Closure) return nil;
    // The body takes the place of the call: loops by recursion need no stack.
    environment = called.rest;
    for (let p = called.first.first; p.kind === Kind.Pair; p = p.rest) {
      environment = pair(pair(p.first, args.first), environment);
      args = args.rest;
    }
    e = called.first.rest.first;
  }
}
function primitive(name: ptr<u8>, f: fn<(args: ptr<Cell>) => ptr<Cell>>): void {
  const made = cell(Kind.Primitive);
  made.primitive = f;
  globals = pair(pair(named(name), made), globals);
}
function mark(v: ptr<Cell>): void {
  for (let at = v; !at.marked; at = at.rest) {
    at.marked = true;
    mark(at.first);
  }
}
function collect(): u64 {
  mark(symbols);
  mark(globals);
  nil.marked = true;
  freeList = nil;
  let used: u64 = 0;
  for (let i: usize = 1; i < COUNT; i++) {
    const at = addressOf(cells[i]);
    if (at.marked) {
      at.marked = false;
      used++;
    } else {
      at.kind = Kind.Free;
      at.primitive = null;
      at.first = nil;
      at.rest = freeList;
      freeList = at;
    }
  }
  collections++;
  return used;
}
function run(text: ptr<u8>, shown: bool): void {
  const reader: Reader = init({ at: text });
  const result = evaluate(reader.read(), nil);
  if (shown) {
    show(result);
    newline();
  }
  collect();
}
export function main(): i32 {
  nil.first = nil;
  nil.rest = nil;
  // Nothing is marked: all is free.
  for (let i: usize = 1; i < COUNT; i++) {
    cells[i].first = nil;
    cells[i].rest = freeList;
    freeList = addressOf(cells[i]);
  }
  primitive("+", (a) => numberOf(a.first.number + a.rest.first.number));
  primitive("-", (a) => numberOf(a.first.number - a.rest.first.number));
  primitive("*", (a) => numberOf(a.first.number * a.rest.first.number));
  primitive("<", (a) => (a.first.number < a.rest.first.number ? a.first : nil));
  primitive("cons", (a) => pair(a.first, a.rest.first));
  primitive("first", (a) => a.first.first);
  primitive("rest", (a) => a.first.rest);
  run("(* 6 7)", true);
  run("(define factorial (lambda (n) (if (< n 2) 1 (* n (factorial (- n 1))))))", false);
  run("(factorial 10)", true);
  run("(define map (lambda (f l) (if l (cons (f (first l)) (map f (rest l))) l)))", false);
  run("(map (lambda (x) (* x x)) '(1 2 3 4 5))", true);
  run("'(a b . c)", true);
  run("(define adder (lambda (n) (lambda (x) (+ x n))))", false);
  run("((adder 10) 5)", true);
  run("(define sum (lambda (n total) (if (< 0 n) (sum (- n 1) (+ total n)) total)))", false);
  run("(sum 10 0)", true);
  print("collected: ");
  printBool(collections === 10);
  print(", in use less than 400: ");
  printBool(collect() < 400);
  newline();
  return 0;
}
