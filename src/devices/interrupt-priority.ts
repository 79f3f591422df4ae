/**
 * Which interrupt a processor takes next: IRR, ISR, TMR, TPR and PPR of a local APIC (SDM vol. 3A §10.8). Classes are bits 7–4
 * of vectors and priorities.
 */
import type { State } from "./device.ts";
import { VectorSet } from "./vector-set.ts";

export class InterruptPriority {
  readonly irr = new VectorSet();
  readonly isr = new VectorSet();
  readonly tmr = new VectorSet();
  readonly #attention: () => void;
  #tpr = 0;
  /** Of the above: kept up to date by `#update`, since `pending` is asked much more often than anything changes. */
  #ppr = 0;
  #pending: number | undefined;

  /** `attention` is called when `pending` begins to name another vector. */
  constructor(attention: () => void) {
    this.#attention = attention;
  }
  reset(): void {
    this.irr.clear();
    this.isr.clear();
    this.tmr.clear();
    this.#tpr = 0;
    this.#update();
  }
  state(): State {
    return {
      irr: [...this.irr.words],
      isr: [...this.isr.words],
      tmr: [...this.tmr.words],
      tpr: this.#tpr,
    };
  }

  /** 0–255. */
  get taskPriority(): number {
    return this.#tpr;
  }
  set taskPriority(value: number) {
    this.#tpr = value;
    this.#update();
  }
  get processorPriority(): number {
    return this.#ppr;
  }
  /** The highest request, if its class is above the PPR's. */
  get pending(): number | undefined {
    return this.#pending;
  }

  request(vector: number, level: boolean): void {
    this.irr.add(vector);
    if (level) this.tmr.add(vector);
    else this.tmr.delete(vector);
    this.#update();
  }
  /** A request comes into service. False if it is none, or nothing may be taken. */
  take(vector: number): boolean {
    if (this.#pending === undefined || !this.irr.has(vector)) return false;
    this.irr.delete(vector);
    this.isr.add(vector);
    this.#update();
    return true;
  }
  /** Ends the highest in service; gives its vector, or −1 if there was none. */
  end(): number {
    const vector = this.isr.highest;
    if (vector < 0) return -1;
    this.isr.delete(vector);
    this.#update();
    return vector;
  }

  #update(): void {
    const served = this.isr.highest;
    this.#ppr = this.#tpr >> 4 >= served >> 4 ? this.#tpr : served & 0xf0;
    const highest = this.irr.highest;
    const before = this.#pending;
    this.#pending = highest >> 4 > this.#ppr >> 4 ? highest : undefined;
    if (this.#pending !== undefined && this.#pending !== before) this.#attention();
  }
}
