// Two programs that are linked have each name once.
// with: support/defines.ts
export function main(): i32 {
  return 0;
}
export function helper(): void {}
