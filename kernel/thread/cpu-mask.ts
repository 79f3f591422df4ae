/** A set of processors, changed by several of them at once: bit n is processor n. */

export class CpuMask extends Struct {
  bits: u32;

  add(cpu: u32): void {
    if (!this.has(cpu)) atomicOr(addressOf(this.bits), 1 << cpu);
  }
  remove(cpu: u32): void {
    if (this.has(cpu)) atomicAnd(addressOf(this.bits), ~(1 << cpu));
  }
  has(cpu: u32): bool {
    return ((this.all() >> cpu) & 1) !== 0;
  }
  all(): u32 {
    return atomicLoadRelaxed(addressOf(this.bits));
  }
}
