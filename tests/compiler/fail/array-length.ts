// Lengths are constants from 1 on.
let count: u32 = 3;
export function a(x: ptr<array<u8, 0>>): void {} // error: VT4008
export function b(x: ptr<array<u8, typeof count>>): void {} // error: VT4008
export function c(x: ptr<array<u8, u8>>): void {} // error: VT4008
