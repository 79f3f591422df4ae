/** Names of a program's functions, for backtraces: none yet. */
export function printSymbol(_rip: u64): void {}
