// Null is compared with.
class Node extends Struct {
  next: ptr<Node> | null;
}
export function f(p: ptr<Node> | null): ptr<Node> | null {
  const q = p?.next; // error: VT1009
  return p ?? null; // error: VT1009
}
