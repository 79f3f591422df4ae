/**
 * Which allocator malloc is, and how it is set up: by the command line. `policy=dense` changes the areas' sizes, `allocator=` puts another one in
 * their place, `debug=all` or `debug=size:N-M` sends objects to the debug area, `verify` looks at what the mempool's objects leave.
 */
import { hasOption, optionIs, optionNumber, optionText } from "../boot/command-line.ts";
import { newline, print } from "../console/print.ts";
import { initMalloc, Policy } from "./malloc.ts";
import { initObjectCaches } from "./object-cache.ts";
import { initShortage } from "./shortage.ts";
import { initQuarantine } from "./verified.ts";

/** Objects that verified caches keep back, unless `verify=` says another number. */
const QUARANTINE = 64;

/** Physical memory is up. */
export function initAllocators(): void {
  initShortage();
  const verify = hasOption("verify");
  initQuarantine(optionIs("verify", "") ? QUARANTINE : optionNumber("verify", QUARANTINE));
  initMalloc(optionIs("policy", "dense") ? Policy.Dense : Policy.Seed, verify);
  initObjectCaches(verify);
}
