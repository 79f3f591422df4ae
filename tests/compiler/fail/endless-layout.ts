// A structure inside of itself has no end.
class Node extends Struct { // error: VT4007
  next: Node;
}
export function f(a: ptr<Node>): void {}
