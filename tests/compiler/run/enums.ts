// Enum members are constants of their base; flags combine.
// expect: 2 6 5
// expect: closed
// expect: open closed
// expect: 3
import { newline, print, printU64 } from "../../../kernel/lib/linux.ts";

enum State {
  Open,
  Closed,
  Locked,
}
/** @base u8 */
enum Rights {
  Read = 1,
  Write = 2,
  Run = Write << 1,
}
class File extends Struct {
  state: State;
  rights: Rights;
}
static_assert(sizeof<File>() === 8);
function name(s: State): ptr<u8> {
  switch (s) {
    case State.Open:
      return "open";
    case State.Closed:
      return "closed";
    default:
      return "locked";
  }
}
export function main(): i32 {
  const f: File = { state: State.Closed, rights: Rights.Read | Rights.Run };
  printU64(u64(State.Locked));
  print(" ");
  printU64(u64(Rights.Write | Rights.Run));
  print(" ");
  printU64(u64(f.rights));
  newline();
  print(name(f.state));
  newline();
  for (let i: u32 = 0; i < 2; i++) {
    if (i > 0) print(" ");
    print(name(i as State));
  }
  newline();
  f.rights = (f.rights & ~Rights.Run) | Rights.Write;
  printU64(u64(f.rights));
  newline();
  return f.state > State.Open ? 0 : 1;
}
