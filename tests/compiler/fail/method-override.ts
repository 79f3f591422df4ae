// Methods are not virtual.
class A extends Struct {
  x: u32;
  run(): void {}
}
class B extends A {
  run(): void {} // error: VT4009
}
export function f(b: ptr<B>): void {
  b.run();
}
