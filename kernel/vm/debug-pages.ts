/** The debug area's pages (memory/debug-area.ts), which knows page tables only so far. */
import { initDebugArea, type Mapper } from "../memory/debug-area.ts";
import { DATA } from "./entry.ts";
import { mapPage, translate, unmapPages } from "./map.ts";

const mapper: Mapper = { map: mapData, unmap: unmapPages, translate };

function mapData(linear: usize, physical: usize): bool {
  return mapPage(linear, physical, DATA);
}
/** Virtual memory is up. */
export function initDebugPages(): void {
  initDebugArea(addressOf(mapper));
}
