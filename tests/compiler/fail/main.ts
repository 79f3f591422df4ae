// The start-up code takes a status.
export function main(argc: u32): void {} // error: VT4019
