/**
 * From a kernel's file to a plan for booting it: finds out which protocol the file follows, and has it planned.
 *
 * The order is QEMU's for -kernel, so that one file boots alike here and there: a Linux setup header, then a multiboot header,
 * then the PVH note. Multiboot 2 and plain ELF files, which QEMU does not know, come last, the one that names a protocol
 * first. So a kernel for multiboot and multiboot 2 boots by the former. Unlike QEMU, multiboot loads ELF64 files too.
 */
import { ElfError, isElf } from "./elf.ts";
import { BootError } from "./error.ts";
import { fileKind } from "./file-kind.ts";
import { isLinux, planLinux } from "./linux.ts";
import { multibootHeader, planMultiboot } from "./multiboot.ts";
import { planMultiboot2 } from "./multiboot2.ts";
import { findMultiboot2, multiboot2Header } from "./multiboot2-header.ts";
import { planPlainElf } from "./plain-elf.ts";
import { BOOT_PROTOCOLS, type BootPlan, type BootProtocol, type BootRequest } from "./plan.ts";
import { planPvh, pvhEntry } from "./pvh.ts";

/** Plans a boot if the file has what the protocol needs; undefined if not. */
const PROTOCOLS: Readonly<Record<BootProtocol, (request: BootRequest) => BootPlan | undefined>> = {
  linux: (request) => (isLinux(request.kernel) ? planLinux(request) : undefined),
  multiboot: (request) => {
    const header = multibootHeader(request.kernel);
    return header && planMultiboot(request, header);
  },
  pvh: (request) => {
    const entry = pvhEntry(request.kernel);
    return entry === undefined ? undefined : planPvh(request, entry);
  },
  multiboot2: (request) => {
    const at = findMultiboot2(request.kernel);
    return at === undefined ? undefined : planMultiboot2(request, multiboot2Header(request.kernel, at));
  },
  elf: (request) => (isElf(request.kernel) ? planPlainElf(request) : undefined),
};

const SIGN: Readonly<Record<BootProtocol, string>> = {
  linux: "a Linux setup header",
  multiboot: "a multiboot header",
  pvh: "a PVH note",
  multiboot2: "a multiboot 2 header",
  elf: "an ELF header",
};

/**
 * What has to be loaded and set for a boot. Looks at the request only, and takes memory in proportion to it. Throws BootError,
 * and nothing else, for whatever is wrong with the file or does not fit.
 */
export function planBoot(request: BootRequest): BootPlan {
  const tried = request.protocol === undefined ? BOOT_PROTOCOLS : [request.protocol];
  try {
    for (const protocol of tried) {
      const plan = PROTOCOLS[protocol](request);
      if (plan !== undefined) return plan;
    }
  } catch (e) {
    if (e instanceof ElfError) throw new BootError(e.message);
    throw e;
  }
  const signs = tried.map((protocol) => SIGN[protocol]).join(", ");
  throw new BootError(`not a kernel: it has none of ${signs}; the file is ${fileKind(request.kernel)}`);
}
