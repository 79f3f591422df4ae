// Members of structures are fields and methods.
class Point extends Struct {
  x: i32;
  constructor() { // error: VT1014
    super();
  }
  get y(): i32 { // error: VT1014
    return this.x;
  }
  static { // error: VT1014
  }
  #secret: i32; // error: VT1014
  z?: i32; // error: VT1014
  accessor w: i32; // error: VT1014
}
abstract class Shape extends Struct { // error: VT1014
  x: i32;
}
export function f(p: Point): i32 {
  return p.x;
}
