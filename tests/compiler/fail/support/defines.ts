// Has the name that another one has.
export function helper(): void {} // error: VT6002
