// A file that is not there.
import { x } from "./not-there.ts"; // error: VT5001
export function f(): void {}
