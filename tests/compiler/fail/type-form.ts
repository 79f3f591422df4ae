// Types have a width and a place for each bit.
export function a(x: number): void {} // error: VT1018
export function b(x: string): void {} // error: VT1018
export function c(x: any): void {} // error: VT1018
export function d(x: u8 | u16): void {} // error: VT1018
export function e(x: { y: u8 }): void {} // error: VT1018
export function g(x: u8 | null): void {} // error: VT1018
