// Nothing runs later by itself.
export async function f(): void {} // error: VT1013
export function* g(): void {} // error: VT1013
