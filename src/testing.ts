/* `import { boot } from "vitrine/testing"`: the scripted harness. docs/testing-harness.md describes it with examples. */
import { usePrebuilt } from "./engine/chunks.ts";
import { loadPrebuilt } from "./prebuilt.ts";

export { type DiskMount, type Mount, PlaceError } from "./program/places.ts";
export { type BootOptions, boot, type KernelOptions, type ProgramOptions } from "./testing/boot.ts";
export { Guest } from "./testing/guest.ts";

// As the library's index does.
usePrebuilt(loadPrebuilt);
