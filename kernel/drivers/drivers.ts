/** All drivers, begun once, by a thread: a table of contents. */
import { initDisks } from "./block.ts";
import { initConsole } from "./console.ts";
import { initEntropy } from "./entropy.ts";
import { initPci } from "./pci.ts";
import { initShares } from "./share.ts";

let begun: bool = false;

/** A second call does nothing. */
export function initDrivers(): void {
  if (begun) return;
  begun = true;
  initPci(); //     what there is
  initConsole(); // text in and out
  initEntropy();
  initDisks();
  initShares(); //  directories of the host
}
