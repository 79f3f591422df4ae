/**
 * A second model of the two 8259As, by lists instead of bits: an order of inputs, walked from the highest. It knows operation
 * after a usual initialization, without polling. For comparison with src/devices/pic.ts.
 */

const eight = <T>(value: T): T[] => new Array<T>(8).fill(value);

export class NaiveChip {
  /** Highest priority first. */
  order = [0, 1, 2, 3, 4, 5, 6, 7];
  readonly high = eight(false);
  readonly level = eight(false);
  readonly latched = eight(false);
  masked = eight(false);
  readonly served = eight(false);
  specialMask = false;
  rotates = false;
  readonly autoEoi: boolean;
  readonly specialNested: boolean;
  /** Inputs with a slave. */
  readonly slaves: readonly number[];

  constructor(autoEoi: boolean, specialNested: boolean, slaves: readonly number[]) {
    this.autoEoi = autoEoi;
    this.specialNested = specialNested;
    this.slaves = slaves;
  }
  requests(input: number): boolean {
    return this.level[input] ? this.high[input]! : this.latched[input]!;
  }
  set(input: number, high: boolean): void {
    if (high && !this.high[input] && !this.level[input]) this.latched[input] = true;
    if (!high) this.latched[input] = false;
    this.high[input] = high;
  }
  winner(): number | undefined {
    for (const input of this.order) {
      const asks = this.requests(input) && !this.masked[input];
      const blocks = this.served[input] && !(this.specialMask && this.masked[input]);
      if (blocks) {
        return asks && this.specialNested && this.slaves.includes(input) ? input : undefined;
      }
      if (asks) return input;
    }
    return undefined;
  }
  /** 7 if nothing asks. */
  take(): number {
    const input = this.winner();
    if (input === undefined) return 7;
    this.latched[input] = false;
    if (!this.autoEoi) this.served[input] = true;
    else if (this.rotates) this.makeLowest(input);
    return input;
  }
  makeLowest(input: number): void {
    while (this.order[7] !== input) this.order.push(this.order.shift()!);
  }
  command(ocw2: number): void {
    const named = ocw2 & 7;
    const first = this.order.find((i) => this.served[i] && !(this.specialMask && this.masked[i]));
    switch (ocw2 & 0xe0) {
      case 0x00:
        this.rotates = false;
        break;
      case 0x80:
        this.rotates = true;
        break;
      case 0x20:
        if (first !== undefined) this.served[first] = false;
        break;
      case 0xa0:
        if (first === undefined) break;
        this.served[first] = false;
        this.makeLowest(first);
        break;
      case 0x60:
        this.served[named] = false;
        break;
      case 0xe0:
        this.served[named] = false;
        this.makeLowest(named);
        break;
      case 0xc0:
        this.makeLowest(named);
    }
  }
}

/** The two, with the slave at input 2, vectors from 0x20 and 0x28. */
export class NaivePics {
  readonly master: NaiveChip;
  readonly slave: NaiveChip;

  constructor(autoEoi: readonly [boolean, boolean], specialNested: boolean) {
    this.master = new NaiveChip(autoEoi[0], specialNested, [2]);
    this.slave = new NaiveChip(autoEoi[1], false, []);
  }
  /** Carries the slave's INT to the master. */
  settle(): void {
    this.master.set(2, this.slave.winner() !== undefined);
  }
  acknowledge(): number {
    const input = this.master.take();
    if (input !== 2) return 0x20 + input;
    const vector = 0x28 + this.slave.take();
    this.master.set(2, false);
    this.settle();
    return vector;
  }
}
