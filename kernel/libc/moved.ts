/**
 * Variables of the libc's of which a program has a copy of its own (COPY relocations): the libc uses the program's from then on.
 */
import { environmentMoved } from "./environment.ts";
import { same } from "./text.ts";

type Moved = fn<(to: usize) => void>;
class Variable extends Struct {
  name: ptr<u8>;
  moved: Moved;
}
const MOST = 32;
const variables: array<Variable, typeof MOST> = zeroed();
let count: usize = 0;

/** `moved` is told where the program's copy is. */
export function watchVariable(name: ptr<u8>, moved: Moved): void {
  if (count === usize(MOST)) return;
  variables[count] = init({ name, moved });
  count++;
}
export function watchEnvironment(): void {
  watchVariable("environ", environmentMoved);
  watchVariable("__environ", environmentMoved);
  watchVariable("_environ", environmentMoved);
}
export function dataMoved(name: ptr<u8>, to: usize): void {
  for (let i: usize = 0; i < count; i++) if (same(variables[i].name, name)) variables[i].moved(to);
}
