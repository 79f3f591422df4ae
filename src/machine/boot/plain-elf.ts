/**
 * An ELF file that follows no boot protocol: loaded by the physical addresses of its segments and entered at e_entry, as a
 * program that owns the machine. ELF64: 64-bit mode, RAM and at least 4 GiB mapped to themselves. ELF32: protected mode
 * without paging. Flat segments at level 0, SSE on, a stack of 16 KiB, interrupts off, no IDT.
 *
 * It is told nothing: general registers other than rsp are 0 and point at nothing, so an initrd, modules or a command line
 * are refused. So are position-independent files: who would relocate them?
 */
import { ELF_TYPE, ElfFile } from "./elf.ts";
import { symbolsIn } from "./elf-symbols.ts";
import { BootError } from "./error.ts";
import { identityMap, identityMapBytes, identityMapSize } from "./identity-map.ts";
import { elfImage } from "./image.ts";
import { Loading } from "./loading.ts";
import type { BootPlan, BootRequest } from "./plan.ts";
import { forPrograms, longMode, protectedMode } from "./processor-state.ts";

const PAGE = 4096;
const STACK_SIZE = 0x4000;
/** As `vitrine exec` has it (flat.ts); data follows. */
const CODE_SELECTOR = 0x08;

function refuseParameters({ initrd, modules = [], commandLine }: BootRequest): void {
  const given =
    initrd !== undefined
      ? "an initrd"
      : modules.length > 0
        ? "modules"
        : commandLine !== ""
          ? "a command line"
          : "";
  if (given !== "") {
    throw new BootError(
      `the kernel is an ELF file of no boot protocol (multiboot, PVH), which cannot be given ${given}`,
    );
  }
}

/** Plans a boot of an ELF file at its entry. Throws BootError or ElfError. */
export function planPlainElf(request: BootRequest): BootPlan {
  const elf = new ElfFile(request.kernel);
  if (elf.type === ELF_TYPE.shared) {
    throw new BootError(
      "the ELF file is position-independent (ET_DYN); a kernel has to be linked at a fixed address",
    );
  }
  const image = elfImage(elf);
  refuseParameters(request);
  const loading = new Loading(request);
  loading.image(image, elf.wide ? Number.POSITIVE_INFINITY : undefined);
  const stack = loading.zeroed("the stack", STACK_SIZE);
  const start = { rip: image.entry, registers: { rsp: stack + STACK_SIZE } };
  const environment = loading.gdt(elf.wide ? 64 : 32, CODE_SELECTOR);
  const symbols = () => symbolsIn(request.kernel);
  if (!elf.wide) return loading.plan("elf", forPrograms(protectedMode(environment, start)), symbols);
  const gib = identityMapSize(loading.placement.ramEnd);
  const cr3 = loading.placement.lowest("the page tables", identityMapBytes(gib), { align: PAGE });
  loading.at(cr3, identityMap(cr3, gib));
  return loading.plan("elf", forPrograms(longMode(environment, cr3, start)), symbols);
}
