/**
 * A boot plan in the making: what every protocol does alike. Images take their own addresses first; then come modules and the
 * small structures, wherever the placement has room.
 */
import { BootError } from "./error.ts";
import { extent, type Image } from "./image.ts";
import { hex, Placement, type Where } from "./placement.ts";
import type { BootModule, BootPlan, BootProtocol, BootRequest } from "./plan.ts";
import { type Environment, GDT_SIZE, gdtBytes, type ProcessorState } from "./processor-state.ts";
import { zeroTerminated } from "./structure.ts";

const PAGE = 4096;
/** For protocols that name no limit of their own. */
const COMMAND_LINE_LIMIT = 0xffff;

/** A module that has its place. */
export interface PlacedModule {
  readonly start: number;
  readonly size: number;
  readonly commandLine: string;
}

export class Loading {
  readonly request: BootRequest;
  readonly placement: Placement;
  readonly #writes: { address: number; bytes: Uint8Array }[] = [];
  readonly #zero: { address: number; size: number }[] = [];

  constructor(request: BootRequest) {
    this.request = request;
    this.placement = new Placement(request.memoryMap);
  }

  /** Puts an image where it belongs. Throws BootError where there is no free RAM, or beyond `below`. */
  image(image: Image, below = 2 ** 32): void {
    for (const { what, address, bytes, size } of image.parts) {
      if (address + size > below) {
        throw new BootError(
          `${what} (${size} bytes at ${hex(address)}) lies above 4 GiB, which the boot protocol does not allow`,
        );
      }
      this.placement.claim(what, address, size);
      if (bytes.length > 0) this.#writes.push({ address, bytes });
      if (size > bytes.length)
        this.#zero.push({ address: address + bytes.length, size: size - bytes.length });
    }
  }
  /** Whether all of an image would lie in free RAM. */
  fits(image: Image): boolean {
    return image.parts.every((p) => this.placement.isFree(p.address, p.size));
  }
  /** Bytes that have their place already. */
  at(address: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.#writes.push({ address, bytes });
  }
  /** A structure in the lowest free place. Gives its address. */
  structure(what: string, bytes: Uint8Array, where: Where = {}): number {
    const address = this.placement.lowest(what, bytes.length, where);
    this.at(address, bytes);
    return address;
  }
  /** A zero-terminated string. */
  text(what: string, text: string): number {
    return this.structure(what, zeroTerminated(text), { align: 1 });
  }
  /** `size` zeroed bytes in the lowest free place: a stack. */
  zeroed(what: string, size: number): number {
    const address = this.placement.lowest(what, size);
    this.#zero.push({ address, size });
    return address;
  }
  /** The GDT of a processor state. */
  gdt(mode: 32 | 64, codeSelector: number): Environment {
    const gdt = this.placement.lowest("the GDT", GDT_SIZE);
    const environment = { mode, codeSelector, gdt };
    this.at(gdt, gdtBytes(environment));
    return environment;
  }

  /** The initrd and the modules, each on its own pages, above the kernel if there is room. */
  modules(kernel: Image): PlacedModule[] {
    const { initrd, modules = [] } = this.request;
    const first: BootModule[] = initrd === undefined ? [] : [{ bytes: initrd, commandLine: "" }];
    const from = extent(kernel).end;
    return [...first, ...modules].map(({ bytes, commandLine }, i) => {
      const what = initrd !== undefined && i === 0 ? "the initrd" : `module ${i + 1}`;
      checkText(`the command line of ${what}`, commandLine, COMMAND_LINE_LIMIT);
      const above = { align: PAGE, from };
      const fits = this.placement.findLowest(bytes.length, above) !== undefined;
      const start = this.structure(what, bytes, fits ? above : { align: PAGE });
      return { start, size: bytes.length, commandLine };
    });
  }

  /** The command line in UTF-8 with its zero. Throws BootError if it has more than `limit` bytes before that. */
  commandLine(limit = COMMAND_LINE_LIMIT): Uint8Array {
    return checkText("the command line", this.request.commandLine, limit);
  }

  plan(protocol: BootProtocol, processor: ProcessorState, symbols: BootPlan["symbols"] = () => []): BootPlan {
    return { protocol, writes: this.#writes, zero: this.#zero, processor, entry: processor.rip, symbols };
  }
}

function checkText(what: string, text: string, limit: number): Uint8Array {
  const bytes = zeroTerminated(text);
  if (bytes.length - 1 > limit) {
    throw new BootError(`${what} has ${bytes.length - 1} bytes, the kernel takes at most ${limit}`);
  }
  if (bytes.indexOf(0) < bytes.length - 1) throw new BootError(`${what} contains a zero byte`);
  return bytes;
}
