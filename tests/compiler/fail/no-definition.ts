// A function has a body, or says that it is elsewhere.
export function f(): void; // error: VT5005
