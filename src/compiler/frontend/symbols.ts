/**
 * Names in objects. What the entry exports, what has @export and what is declared keeps its name; the rest is `file.name`,
 * `file.Class.method`, with type arguments after "$". Only letters, digits, "_", "." and "$" come out, so that every assembler and debugger takes them.
 */

/** `ptr<Node>, 3` as `ptr$Node$3`. */
export const mangle = (text: string): string =>
  text
    .replace(/[<,(]\s*/g, "$")
    .replace(/ => /g, "$")
    .replace(/[^\w.$]/g, "");

/** For each file the shortest end of its path that no other has, without ".ts", with "." for "/". */
export function filePrefixes(names: readonly string[]): ReadonlyMap<string, string> {
  const prefixes = new Map<string, string>();
  const paths = names.map((name) => name.replace(/\.ts$/, "").split("/"));
  paths.forEach((parts, i) => {
    let count = 1;
    const tail = (p: readonly string[]): string => p.slice(-count).join(".");
    while (count < parts.length && paths.some((other, j) => j !== i && tail(other) === tail(parts))) count++;
    prefixes.set(names[i]!, tail(parts).replace(/[^\w.$]/g, "_"));
  });
  return prefixes;
}

/** Makes a name unique by a number behind it, in the order of asking. */
export class Names {
  readonly #taken = new Map<string, number>();

  unique(name: string): string {
    const count = this.#taken.get(name) ?? 0;
    this.#taken.set(name, count + 1);
    return count === 0 ? name : this.unique(`${name}.${count + 1}`);
  }
}
