// More live values than registers.
// expect: 59710
import { newline, printU64 } from "../../../kernel/lib/linux.ts";

function mix(s: u64): u64 {
  const v0 = (s + 0) * (s + 0) + s + 0;
  const v1 = (s + 1) * (s + 1) + s + 1;
  const v2 = (s + 2) * (s + 2) + s + 2;
  const v3 = (s + 3) * (s + 3) + s + 3;
  const v4 = (s + 4) * (s + 4) + s + 4;
  const v5 = (s + 5) * (s + 5) + s + 5;
  const v6 = (s + 6) * (s + 6) + s + 6;
  const v7 = (s + 7) * (s + 7) + s + 7;
  const v8 = (s + 8) * (s + 8) + s + 8;
  const v9 = (s + 9) * (s + 9) + s + 9;
  const v10 = (s + 10) * (s + 10) + s + 10;
  const v11 = (s + 11) * (s + 11) + s + 11;
  const v12 = (s + 12) * (s + 12) + s + 12;
  const v13 = (s + 13) * (s + 13) + s + 13;
  const v14 = (s + 14) * (s + 14) + s + 14;
  const v15 = (s + 15) * (s + 15) + s + 15;
  const v16 = (s + 16) * (s + 16) + s + 16;
  const v17 = (s + 17) * (s + 17) + s + 17;
  const v18 = (s + 18) * (s + 18) + s + 18;
  const v19 = (s + 19) * (s + 19) + s + 19;
  return (
    v0 * 1 +
    v1 * 2 +
    v2 * 3 +
    v3 * 4 +
    v4 * 5 +
    v5 * 6 +
    v6 * 7 +
    v7 * 8 +
    v8 * 9 +
    v9 * 10 +
    v10 * 11 +
    v11 * 12 +
    v12 * 13 +
    v13 * 14 +
    v14 * 15 +
    v15 * 16 +
    v16 * 17 +
    v17 * 18 +
    v18 * 19 +
    v19 * 20
  );
}
export function main(): i32 {
  printU64(mix(3));
  newline();
  return 0;
}
