/** Names that `equ` gives, checked before the first pass: none may be defined by itself, be it through others. */
import { AssemblerError } from "./error.ts";

export interface Equ {
  /** Names in its expression, local ones qualified. */
  readonly uses: readonly string[];
  readonly line: number;
  readonly column: number;
}

/** Throws AssemblerError at a name that is defined by itself. Labels end the search: passes find their values. */
export function checkEqus(equs: ReadonlyMap<string, Equ>): void {
  const done = new Set<string>();
  const open = new Set<string>();
  for (const start of equs.keys()) {
    const path = [{ name: start, next: 0 }];
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const { name, next } = step;
      open.add(name);
      const equ = equs.get(name);
      const use = done.has(name) ? undefined : equ?.uses[next];
      if (equ === undefined || use === undefined) {
        done.add(name);
        open.delete(name);
        path.pop();
        continue;
      }
      if (open.has(use)) throw new AssemblerError(`"${name}" is defined by itself`, equ.line, equ.column);
      step.next++;
      path.push({ name: use, next: 0 });
    }
  }
}
