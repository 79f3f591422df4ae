/** Where the high precision event timer is (IA-PC HPET 1.0a §3.2.4). Nothing uses it: processors have timers of their own. */
import { findTable, signature } from "./acpi.ts";
import type { GenericAddress } from "./fadt.ts";

/** @packed */
class HpetTable extends Struct {
  block: at<36, u32>;
  base: at<40, GenericAddress>;
}
/** Physical; 0: there is none. */
export let hpetAddress: usize = 0;

export function readHpet(): void {
  const table = findTable(signature("HPET"));
  if (table !== null) hpetAddress = cast<HpetTable>(table).base.address;
}
