/** Local APICs and an I/O APIC on a bus, with processors that write down what they are told. For tests. */
import { ApicBus } from "../../src/devices/apic-bus.ts";
import { IoApic } from "../../src/devices/io-apic.ts";
import { type ApicProcessor, LocalApic } from "../../src/devices/local-apic.ts";
import { FakeClock } from "./fake-clock.ts";

export class RecordingProcessor implements ApicProcessor {
  readonly log: string[] = [];
  offset = 0;

  nmi(): void {
    this.log.push("nmi");
  }
  init(): void {
    this.log.push("init");
  }
  startup(vector: number): void {
    this.log.push(`startup ${vector}`);
  }
  attention(): void {
    this.log.push("attention");
  }
  timestampOffset(): number {
    return this.offset;
  }
}

export interface Apics {
  readonly clock: FakeClock;
  readonly bus: ApicBus;
  readonly io: IoApic;
  readonly locals: readonly LocalApic[];
  readonly processors: readonly RecordingProcessor[];
}

/** Local APICs of those ids, as after reset; bus clock of 1 GHz under cycles of 3 GHz unless told otherwise. */
export function apics(ids: readonly number[], busHertz?: number): Apics {
  const clock = new FakeClock();
  const bus = new ApicBus();
  const io = new IoApic({ bus });
  const processors = ids.map(() => new RecordingProcessor());
  const locals = ids.map(
    (id, i) =>
      new LocalApic({
        id,
        clock,
        bus,
        processor: processors[i]!,
        ...(busHertz === undefined ? {} : { busHertz }),
      }),
  );
  return { clock, bus, io, locals, processors };
}

/** A register of the page by its offset. */
export const get = (apic: LocalApic, offset: number): number => apic.read(offset, 4);
export const put = (apic: LocalApic, offset: number, value: number): void => apic.write(offset, 4, value);

/** Software enable, with spurious vector 0xff. */
export const enable = (apic: LocalApic): void => put(apic, 0xf0, 0x1ff);
export const toX2apic = (apic: LocalApic): boolean => apic.writeMsr(0x1b, 0xfee00c00n);

/** Writes a redirection entry's halves, the high one first. */
export function redirect(io: IoApic, input: number, low: number, high = 0): void {
  io.write(0, 4, 0x11 + input * 2);
  io.write(0x10, 4, high);
  io.write(0, 4, 0x10 + input * 2);
  io.write(0x10, 4, low);
}
/** The low half of a redirection entry. */
export function entry(io: IoApic, input: number): number {
  io.write(0, 4, 0x10 + input * 2);
  return io.read(0x10, 4);
}
