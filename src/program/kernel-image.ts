/** The unikernel's images, which a build of the package makes: dist/kernel.elf and those beside it. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { HostError } from "../host/errors.ts";

/** Throws HostError where the package has not been built. */
export function kernelImage(name: string): Uint8Array {
  // Bundled, this file is in dist/ or a folder of it; else in src/program/.
  const path = ["./", "../", "../../dist/"]
    .map((place) => fileURLToPath(new URL(`${place}${name}`, import.meta.url)))
    .find((place) => existsSync(place));
  if (path === undefined) throw new HostError(`${name} is missing: build the package with npm run build`);
  return readFileSync(path);
}
