/** Reads what the loader has left, by the protocol that `kmain` was told. */
import { panicWith } from "../panic.ts";
import { MULTIBOOT_MAGIC, readMultiboot } from "./multiboot.ts";
import { MULTIBOOT2_MAGIC, readMultiboot2 } from "./multiboot2.ts";
import { PVH_MAGIC, readPvh } from "./pvh.ts";

export function readLoader(info: ptr<unknown>, protocol: u32): void {
  if (protocol === PVH_MAGIC) readPvh(info);
  else if (protocol === MULTIBOOT_MAGIC) readMultiboot(info);
  else if (protocol === MULTIBOOT2_MAGIC) readMultiboot2(info);
  else panicWith("booted by an unknown protocol", "magic", u64(protocol), null, 0);
}
