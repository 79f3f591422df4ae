// Imports are relative paths with their extensions.
import { a } from "./support/duplicate"; // error: VT5002
import { b } from "package"; // error: VT5002
import { c } from "node:fs"; // error: VT5002
export function f(): void {}
