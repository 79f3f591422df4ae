// A program has a beginning: the start-up code calls main.
// error of the whole: VT6003
export function notMain(): i32 {
  return 0;
}
