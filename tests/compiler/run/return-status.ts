// The result of main is the exit status.
// status: 42

export function main(): i32 {
  return 42;
}
