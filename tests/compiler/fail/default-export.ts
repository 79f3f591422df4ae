// Everything has its name.
import thing from "./support/duplicate.ts"; // error: VT5004
export default function f(): void {} // error: VT5004
