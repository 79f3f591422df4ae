// Huffman's codes: a tree from the two rarest again and again, canonical codes from its depths, a text to bits and back.
// expect: a 1 0
// expect: b 3 100
// expect: c 3 101
// expect: d 3 110
// expect: r 3 111
// expect: abracadabra: 11 letters, 23 bits, abracadabra
import { newline, print, printChar, printU64 } from "../../../kernel/lib/linux.ts";

const SYMBOLS = 128;
class Node extends Struct {
  weight: u32;
  order: u32;
  left: ptr<Node> | null;
  right: ptr<Node> | null;
  symbol: u8;
}
const nodes: array<Node, 256> = zeroed();
const depths: array<u8, typeof SYMBOLS> = zeroed();
const codes: array<u32, typeof SYMBOLS> = zeroed();

class Forest extends Struct {
  roots: array<ptr<Node>, typeof SYMBOLS>;
  count: usize;
  /** The lightest, the older of two. */
  take(): ptr<Node> {
    let best: usize = 0;
    for (let i: usize = 1; i < this.count; i++) {
      const a = this.roots[i];
      const b = this.roots[best];
      if (a.weight < b.weight || (a.weight === b.weight && a.order < b.order)) best = i;
    }
    const found = this.roots[best];
    this.roots[best] = this.roots[--this.count];
    return found;
  }
}
function measure(node: ptr<Node>, depth: u8): void {
  if (node.left === null || node.right === null) depths[node.symbol] = depth;
  else {
    measure(node.left, depth + 1);
    measure(node.right, depth + 1);
  }
}
/** By length, then by symbol (RFC 1951 §3.2.2). */
function number(): void {
  let code: u32 = 0;
  for (let depth: u8 = 1; depth < 32; depth++) {
    for (let s: usize = 0; s < SYMBOLS; s++) if (depths[s] === depth) codes[s] = code++;
    code <<= 1;
  }
}
class Bits extends Struct {
  bytes: array<u8, 16>;
  length: usize;
  put(bit: bool): void {
    if (bit) this.bytes[this.length >> 3] |= u8(1) << (this.length & 7);
    this.length++;
  }
  get(at: usize): u32 {
    return u32(this.bytes[at >> 3] >> (at & 7)) & 1;
  }
}
export function main(): i32 {
  const text = "abracadabra";
  const weights: array<u32, typeof SYMBOLS> = zeroed();
  let letters: u64 = 0;
  for (; text[letters] !== 0; letters++) weights[text[letters]]++;
  const forest: Forest = zeroed();
  let used: u32 = 0;
  for (let s: u8 = 0; s < SYMBOLS; s++) {
    if (weights[s] === 0) continue;
    nodes[used] = { weight: weights[s], order: used, left: null, right: null, symbol: s };
    forest.roots[forest.count++] = addressOf(nodes[used++]);
  }
  while (forest.count > 1) {
    const left = forest.take();
    const right = forest.take();
    nodes[used] = { weight: left.weight + right.weight, order: used, left, right, symbol: 0 };
    forest.roots[forest.count++] = addressOf(nodes[used++]);
  }
  measure(forest.take(), 0);
  number();
  for (let s: u8 = 0; s < SYMBOLS; s++) {
    if (depths[s] === 0) continue;
    printChar(s);
    print(" ");
    printU64(u64(depths[s]));
    print(" ");
    for (let bit = depths[s]; bit > 0; bit--) print(((codes[s] >> (bit - 1)) & 1) === 1 ? "1" : "0");
    newline();
  }
  const bits: Bits = zeroed();
  for (let i: usize = 0; text[i] !== 0; i++) {
    const s = text[i];
    for (let bit = depths[s]; bit > 0; bit--) bits.put(((codes[s] >> (bit - 1)) & 1) === 1);
  }
  print(text);
  print(": ");
  printU64(letters);
  print(" letters, ");
  printU64(bits.length);
  print(" bits, ");
  let code: u32 = 0;
  let depth: u8 = 0;
  for (let at: usize = 0; at < bits.length; at++) {
    code = (code << 1) | bits.get(at);
    depth++;
    for (let s: u8 = 0; s < SYMBOLS; s++) {
      if (depths[s] !== depth || codes[s] !== code) continue;
      printChar(s);
      code = 0;
      depth = 0;
      break;
    }
  }
  newline();
  return 0;
}
