/**
 * What a regular expression becomes: a tree of nodes, and of that a program for the matcher. Both lie in memory that grows; numbers, not pointers, refer to their parts.
 */
import { free, realloc } from "../kernel-calls.ts";

export enum Kind {
  Empty,
  Byte,
  Any,
  Set,
  Group,
  Sequence,
  Either,
  Repeat,
  Assertion,
  Back,
}
/** What lies between two characters. */
export enum Place {
  LineStart,
  LineEnd,
  BufferStart,
  BufferEnd,
  Boundary,
  NoBoundary,
  WordStart,
  WordEnd,
}
export class Node extends Struct {
  kind: Kind;
  /** A byte, a set's, group's or place's number. */
  number: u32;
  left: u32;
  right: u32;
  least: i32;
  /** -1: any number. */
  most: i32;
}
/** Characters of a bracket: bytes of ASCII by bits, others by their numbers in runs. */
const MOST_RUNS = 16;
export class ByteSet extends Struct {
  bits: array<u64, 4>;
  isInverted: bool;
  runs: u32;
  first: array<u32, typeof MOST_RUNS>;
  last: array<u32, typeof MOST_RUNS>;

  add(byte: u32): void {
    this.bits[byte >> 6] |= u64(1) << u64(byte & 63);
  }
  addRun(first: u32, last: u32): void {
    for (let c = first; c <= last && c < 128; c++) this.add(c);
    if (last < 128 || this.runs === u32(MOST_RUNS)) return;
    this.first[this.runs] = first < 128 ? 128 : first;
    this.last[this.runs] = last;
    this.runs++;
  }
  has(character: u32): bool {
    let found = character < 256 && ((this.bits[character >> 6] >> u64(character & 63)) & 1) !== 0;
    for (let i: u32 = 0; i < this.runs && !found; i++)
      found = this.first[i] <= character && character <= this.last[i];
    return found !== this.isInverted;
  }
}
export enum Operation {
  Byte,
  Any,
  Set,
  /** Goes on at `to`, and if that leads nowhere at `other`. */
  Split,
  Jump,
  Save,
  Assertion,
  Back,
  Match,
}
export class Instruction extends Struct {
  operation: Operation;
  number: u32;
  to: u32;
  other: u32;
}
const MOST_INSTRUCTIONS: u32 = 100_000;

/** re_pattern_buffer's `buffer`. */
export class Program extends Struct {
  nodes: ptr<Node>;
  nodeCount: u32;
  nodeRoom: u32;
  sets: ptr<ByteSet>;
  setCount: u32;
  setRoom: u32;
  code: ptr<Instruction>;
  length: u32;
  room: u32;
  groups: u32;
  hasBack: bool;
  foldsCase: bool;
  asUtf8: bool;
  dotsNewline: bool;
  noNewlineInInverted: bool;
  failed: bool;

  node(kind: Kind, number: u32): u32 {
    if (this.nodeCount === this.nodeRoom) {
      const room = this.nodeRoom * 2 + 32;
      const now = realloc(this.nodes, usize(room) * sizeof<Node>());
      if (now === null) {
        this.failed = true;
        return 0;
      }
      this.nodes = cast<Node>(now);
      this.nodeRoom = room;
    }
    this.nodes[this.nodeCount] = init({ kind, number });
    this.nodeCount++;
    return this.nodeCount - 1;
  }
  pair(kind: Kind, left: u32, right: u32): u32 {
    const made = this.node(kind, 0);
    this.nodes[made].left = left;
    this.nodes[made].right = right;
    return made;
  }
  set(): u32 {
    if (this.setCount === this.setRoom) {
      const room = this.setRoom * 2 + 4;
      const now = realloc(this.sets, usize(room) * sizeof<ByteSet>());
      if (now === null) {
        this.failed = true;
        return 0;
      }
      this.sets = cast<ByteSet>(now);
      this.setRoom = room;
    }
    memset(this.sets.offset(this.setCount), 0, sizeof<ByteSet>());
    this.setCount++;
    return this.setCount - 1;
  }
  put(operation: Operation, number: u32): u32 {
    if (this.length >= MOST_INSTRUCTIONS) this.failed = true;
    if (this.length === this.room && !this.failed) {
      const room = this.room * 2 + 32;
      const now = realloc(this.code, usize(room) * sizeof<Instruction>());
      if (now === null) this.failed = true;
      else {
        this.code = cast<Instruction>(now);
        this.room = room;
      }
    }
    if (this.failed) return 0;
    this.code[this.length] = init({ operation, number });
    this.length++;
    return this.length - 1;
  }
  emit(node: u32): void {
    if (this.failed) return;
    const n: Node = this.nodes[node];
    switch (n.kind) {
      case Kind.Empty:
        return;
      case Kind.Byte:
        this.put(Operation.Byte, n.number);
        return;
      case Kind.Any:
        this.put(Operation.Any, 0);
        return;
      case Kind.Set:
        this.put(Operation.Set, n.number);
        return;
      case Kind.Assertion:
        this.put(Operation.Assertion, n.number);
        return;
      case Kind.Back:
        this.put(Operation.Back, n.number);
        return;
      case Kind.Group:
        this.put(Operation.Save, 2 * n.number);
        this.emit(n.left);
        this.put(Operation.Save, 2 * n.number + 1);
        return;
      case Kind.Sequence:
        this.emit(n.left);
        this.emit(n.right);
        return;
      case Kind.Either: {
        const split = this.put(Operation.Split, 0);
        this.emit(n.left);
        const jump = this.put(Operation.Jump, 0);
        if (this.failed) return;
        this.code[split].to = split + 1;
        this.code[split].other = this.length;
        this.emit(n.right);
        if (!this.failed) this.code[jump].to = this.length;
        return;
      }
      default:
        this.repeat(addressOf(n));
    }
  }
  repeat(n: ptr<Node>): void {
    for (let i: i32 = 0; i < n.least; i++) this.emit(n.left);
    if (n.most < 0) {
      const split = this.put(Operation.Split, 0);
      this.emit(n.left);
      const jump = this.put(Operation.Jump, 0);
      if (this.failed) return;
      this.code[jump].to = split;
      this.code[split].to = split + 1;
      this.code[split].other = this.length;
      return;
    }
    // Each further one may be left out, and all behind it with it.
    let chain: u32 = 0;
    for (let i = n.least; i < n.most && !this.failed; i++) {
      const split = this.put(Operation.Split, 0);
      if (this.failed) return;
      this.code[split].to = split + 1;
      this.code[split].other = chain;
      chain = split + 1;
      this.emit(n.left);
    }
    while (chain !== 0 && !this.failed) {
      const split = chain - 1;
      chain = this.code[split].other;
      this.code[split].other = this.length;
    }
  }
}
export function freeProgram(program: ptr<Program>): void {
  free(program.nodes);
  free(program.sets);
  free(program.code);
  free(program);
}
