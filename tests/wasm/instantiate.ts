/* Modules to exports, for the tests of this folder. */

// biome-ignore lint/suspicious/noExplicitAny: a test knows what it has built
export type Callable = (...args: any[]) => any;

export const instantiate = (
  bytes: Uint8Array<ArrayBuffer>,
  imports: WebAssembly.Imports = {},
): WebAssembly.Exports => new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;

/** The export, which must be a function. */
export function callable(exports: WebAssembly.Exports, name: string): Callable {
  const value = exports[name];
  if (typeof value !== "function") throw new Error(`the export ${name} is ${typeof value}`);
  return value as Callable;
}
