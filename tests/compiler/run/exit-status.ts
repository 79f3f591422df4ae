// The low eight bits of a status.
// status: 253

export function main(): i32 {
  return 0x1ff - 2;
}
