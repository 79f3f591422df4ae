/**
 * The scripted harness for the project's own tests: src/testing.ts of the source as it is, in the bundle with prebuilt handlers, where a
 * machine starts in a tenth of the time that it needs from source; with the unikernel of the source in place of dist/'s.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Harness from "../../src/testing.ts";
import { builtKernel, builtProgram } from "./built.ts";

const path = join(builtProgram(), "../../testing.js");
// as: it is built of that file
const harness = (await import(pathToFileURL(path).href)) as typeof Harness;

/** As users have it, but for the kernel that runs programs. */
export function boot(options: Harness.BootOptions): Harness.Guest {
  if (options.program === undefined) return harness.boot(options);
  return harness.boot({ kernel: builtKernel("main.ts"), ...options });
}
