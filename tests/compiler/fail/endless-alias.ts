// Only structures can point to themselves.
type List = ptr<List> | null; // error: VT4020
type Step = fn<(next: Step) => void>; // error: VT4020
type Maybe<T> = ptr<T> | null;
export function f(list: List): void {}
export function g(step: Step): void {}
export function h(fine: Maybe<Maybe<u8>>): void {}
