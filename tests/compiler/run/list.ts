// A linked list: structures, methods, pointers that may be null, generics.
// expect: 3
// expect: 6
import { print, printU64 } from "../../../kernel/lib/linux.ts";

class Node extends Struct {
  next: ptr<Node> | null;
  key: u64;

  length(): u64 {
    let n: u64 = 0;
    for (let node: ptr<Node> | null = addressOf(this); node !== null; node = node.next) n++;
    return n;
  }
}

class Flags extends Struct {
  present: bitfield<1>;
  level: bitfield<4>;
  at: at<8, u64>;
}
static_assert(sizeof<Flags>() === 16);

const COUNT = 3;
const nodes: array<Node, typeof COUNT> = zeroed();

function max<T extends number>(a: T, b: T): T {
  return a > b ? a : b;
}

function sum(list: ptr<Node> | null): u64 {
  let total: u64 = 0;
  let node = list;
  while (node !== null) {
    total += node.key;
    node = node.next;
  }
  return total;
}

export function main(argc: i32, argv: ptr<ptr<u8>>): i32 {
  for (let i: u32 = 0; i < COUNT; i++) {
    nodes[i].key = u64(i) + 1;
    nodes[i].next = i + 1 < COUNT ? addressOf(nodes[i + 1]) : null;
  }
  const head = addressOf(nodes[0]);
  printU64(head.length());
  print("\n");
  printU64(max(sum(head), sum(null)));
  print("\n");
  const p: Flags = init({ level: 3 });
  const apply: fn<(list: ptr<Node> | null) => u64> = sum;
  return apply(null) === 0 && p.level === 3 && argv[0] !== argv.offset(1).value ? 0 : argc;
}
