// A JSON parser (RFC 8259) into a pool of nodes, a printer back, and faults with their places.
// expect: {"name":"vitrine","sizes":[1,-20,300],"nested":{"empty":{},"list":[[],[true,false,null]]},"text":"a\"b\\cé\n"}
// expect: nodes 15 depth 5 sum 281
// expect: fault at 8
// expect: fault at 9
// expect: fault at 0
// expect: fault at 3
// expect: fault at 1
import { newline, print, printChar, printI64, printU64 } from "../../../kernel/lib/linux.ts";

/** @base u8 */
enum Kind {
  Null,
  False,
  True,
  Number,
  String,
  Array,
  Object,
}
class Node extends Struct {
  kind: Kind;
  /** Of an object's member. */
  name: ptr<u8> | null;
  nameLength: u32;
  /** Into the source, of strings. */
  text: ptr<u8> | null;
  length: u32;
  number: i64;
  first: ptr<Node> | null;
  next: ptr<Node> | null;
}
const MOST = 64;
const pool: array<Node, typeof MOST> = zeroed();

class Parser extends Struct {
  text: ptr<u8>;
  at: usize;
  used: usize;
  failed: bool;
  depth: u64;
  deepest: u64;

  fail(): void {
    this.failed = true;
  }
  peek(): u8 {
    for (;;) {
      const c = this.text[this.at];
      if (c !== char(" ") && c !== char("\n") && c !== char("\t") && c !== char("\r")) return c;
      this.at++;
    }
  }
  take(c: u8): bool {
    if (this.peek() !== c) return false;
    this.at++;
    return true;
  }
  word(word: ptr<u8>): bool {
    let i: usize = 0;
    for (; word[i] !== 0; i++) if (this.text[this.at + i] !== word[i]) return false;
    this.at += i;
    return true;
  }
  make(kind: Kind): ptr<Node> {
    const node = addressOf(pool[this.used]);
    this.used++;
    node.value = init({ kind });
    return node;
  }
  /** Gives the length; `at` stands behind the closing quote. */
  string(): u32 {
    const start = this.at;
    while (this.text[this.at] !== char('"')) {
      if (this.text[this.at] < 32) {
        this.fail();
        return 0;
      }
      this.at += this.text[this.at] === char("\\") ? 2 : 1;
    }
    this.at++;
    return u32(this.at - start - 1);
  }
  parse(): ptr<Node> | null {
    const c = this.peek();
    this.depth++;
    if (this.depth > this.deepest) this.deepest = this.depth;
    let node: ptr<Node> | null = null;
    if (c === char("{") || c === char("[")) node = this.container(c === char("{"));
    else if (c === char('"')) {
      this.at++;
      node = this.make(Kind.String);
      node.text = this.text.offset(this.at);
      node.length = this.string();
    } else if (this.word("null")) node = this.make(Kind.Null);
    else if (this.word("true")) node = this.make(Kind.True);
    else if (this.word("false")) node = this.make(Kind.False);
    else node = this.number();
    this.depth--;
    return this.failed ? null : node;
  }
  number(): ptr<Node> {
    const node = this.make(Kind.Number);
    const negative = this.take(char("-"));
    const start = this.at;
    let digit = this.text[this.at];
    while (digit >= char("0") && digit <= char("9")) {
      node.number = node.number * 10 + i64(digit - char("0"));
      this.at++;
      digit = this.text[this.at];
    }
    if (this.at === start) this.fail();
    if (negative) node.number = -node.number;
    return node;
  }
  container(isObject: bool): ptr<Node> {
    const node = this.make(isObject ? Kind.Object : Kind.Array);
    const end: u8 = isObject ? char("}") : char("]");
    let link: ptr<ptr<Node> | null> = addressOf(node.first);
    this.at++;
    if (this.take(end)) return node;
    do {
      let name: ptr<u8> | null = null;
      let length: u32 = 0;
      if (isObject) {
        if (!this.take(char('"'))) {
          this.fail();
          return node;
        }
        name = this.text.offset(this.at);
        length = this.string();
        if (!this.take(char(":"))) this.fail();
      }
      if (this.failed) return node;
      const child = this.parse();
      if (child === null) return node;
      child.name = name;
      child.nameLength = length;
      link.value = child;
      link = addressOf(child.next);
    } while (this.take(char(",")));
    if (!this.take(end)) this.fail();
    return node;
  }
}
function showString(text: ptr<u8> | null, length: u32): void {
  print('"');
  if (text !== null) for (let i: u32 = 0; i < length; i++) printChar(text[i]);
  print('"');
}
function show(node: ptr<Node>): void {
  switch (node.kind) {
    case Kind.Null:
      print("null");
      break;
    case Kind.True:
      print("true");
      break;
    case Kind.False:
      print("false");
      break;
    case Kind.Number:
      printI64(node.number);
      break;
    case Kind.String:
      showString(node.text, node.length);
      break;
    default: {
      const isObject = node.kind === Kind.Object;
      print(isObject ? "{" : "[");
      for (let child = node.first; child !== null; child = child.next) {
        if (isObject) {
          showString(child.name, child.nameLength);
          print(":");
        }
        show(child);
        if (child.next !== null) print(",");
      }
      print(isObject ? "}" : "]");
    }
  }
}
function sum(node: ptr<Node>): i64 {
  let total = node.number;
  for (let child = node.first; child !== null; child = child.next) total += sum(child);
  return total;
}
function run(text: ptr<u8>): void {
  const parser: Parser = init({ text });
  const root = parser.parse();
  if (root === null || parser.peek() !== 0) {
    print("fault at ");
    printU64(parser.at);
    newline();
    return;
  }
  show(root);
  print("\nnodes ");
  printU64(parser.used);
  print(" depth ");
  printU64(parser.deepest);
  print(" sum ");
  printI64(sum(root));
  newline();
}
export function main(): i32 {
  run(
    '{ "name" : "vitrine",\n "sizes": [1, -20, 300], "nested": {"empty": {}, "list": [[], [true, false, null]]},\t"text": "a\\"b\\\\cé\\n" }',
  );
  run('{"a":1, }');
  run("[1, 2, 3 4]");
  run("nul1");
  run("[1,]");
  run("-x");
  return 0;
}
