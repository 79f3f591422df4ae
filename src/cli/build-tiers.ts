/* How V8 treats a build: it is over in seconds, and most of what it runs never repays optimising. */
import { setFlagsFromString } from "node:v8";

/** Bytes of bytecode that a function runs before V8 optimises it; its own default is a fifteenth. With that half of a build's processor time went there. */
const BEFORE_OPTIMISING = 1_000_000;
/** Versions of V8 that have the flag: Node 20 to 24. */
const isKnownV8 = /^1[123]\./.test(process.versions.v8);

/** For this process and all its threads. */
export function optimiseLate(): void {
  if (isKnownV8) setFlagsFromString(`--interrupt-budget=${BEFORE_OPTIMISING}`);
}
