// Sorting pointers to texts.
// expect: apple banana cherry plum
import { newline, print } from "../../../kernel/lib/linux.ts";

const words: array<ptr<u8>, 4> = ["plum", "banana", "apple", "cherry"];
function before(a: ptr<u8>, b: ptr<u8>): bool {
  let i: usize = 0;
  while (a[i] !== 0 && a[i] === b[i]) i++;
  return a[i] < b[i];
}
export function main(): i32 {
  for (let i: usize = 1; i < words.length; i++) {
    const w = words[i];
    let j = i;
    for (; j > 0 && before(w, words[j - 1]); j--) words[j] = words[j - 1];
    words[j] = w;
  }
  for (let i: usize = 0; i < words.length; i++) {
    if (i > 0) print(" ");
    print(words[i]);
  }
  newline();
  return 0;
}
