/**
 * Which frames a virtio network device lets through to its guest (virtio 1.2 §5.1.6.5.1, §5.1.6.5.2): by the destination's
 * address, a table of addresses, and modes. A table that is too long lets all addresses of its kind through.
 */
import type { State } from "../device.ts";
import type { Chain } from "./device.ts";

/** Modes, by number of their command. */
export const RECEIVE_MODE = {
  promiscuous: 0,
  allMulticast: 1,
  allUnicast: 2,
  noMulticast: 3,
  noUnicast: 4,
  noBroadcast: 5,
} as const;
const MODES = Object.keys(RECEIVE_MODE).length;

/** Addresses of one kind that are kept. */
export const MOST_ADDRESSES = 1024;
const BROADCAST = 0xffffffffffff;

/** The six bytes at `at` as a number, the first one highest. */
const addressAt = (bytes: Uint8Array, at: number): number => {
  let value = 0;
  for (let i = 0; i < 6; i++) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
};

/** Addresses of one kind; undefined stands for all of them. */
type Table = ReadonlySet<number> | undefined;

export class ReceiveFilter {
  /** There is no filter: the driver has not asked for one. */
  everything = true;
  #address = 0;
  readonly #modes: boolean[] = [];
  #unicast: Table;
  #multicast: Table;

  /** No modes, empty tables, and this address. */
  reset(mac: Uint8Array): void {
    this.everything = true;
    this.#modes.length = 0;
    for (let i = 0; i < MODES; i++) this.#modes.push(false);
    this.#unicast = new Set();
    this.#multicast = new Set();
    this.setAddress(mac);
  }
  setAddress(mac: Uint8Array): void {
    this.#address = addressAt(mac, 0);
  }
  /** False if there is no such mode. */
  setMode(mode: number, on: boolean): boolean {
    if (mode >= MODES) return false;
    this.#modes[mode] = on;
    return true;
  }
  /** Reads both tables from a command's data, which begins at `offset`. False, and no change, if they are cut short. */
  setTable(chain: Chain, offset: number): boolean {
    const unicast = readTable(chain, offset);
    if (unicast === undefined) return false;
    const multicast = readTable(chain, unicast.end);
    if (multicast === undefined) return false;
    this.#unicast = unicast.table;
    this.#multicast = multicast.table;
    return true;
  }
  /** `frame` has an Ethernet header. */
  accepts(frame: Uint8Array): boolean {
    const modes = this.#modes;
    if (this.everything || modes[RECEIVE_MODE.promiscuous]) return true;
    const to = addressAt(frame, 0);
    if (to === BROADCAST) return !modes[RECEIVE_MODE.noBroadcast];
    if ((frame[0]! & 1) === 1) {
      if (modes[RECEIVE_MODE.noMulticast]) return false;
      return modes[RECEIVE_MODE.allMulticast] || (this.#multicast?.has(to) ?? true);
    }
    if (modes[RECEIVE_MODE.noUnicast]) return false;
    return modes[RECEIVE_MODE.allUnicast] || to === this.#address || (this.#unicast?.has(to) ?? true);
  }
  state(): State {
    return {
      everything: this.everything,
      address: this.#address,
      modes: [...this.#modes],
      unicast: this.#unicast === undefined ? null : [...this.#unicast],
      multicast: this.#multicast === undefined ? null : [...this.#multicast],
    };
  }
}

/** A number of entries, then as many addresses. Undefined if the chain ends before them. */
function readTable(
  chain: Chain,
  offset: number,
): { readonly table: Table; readonly end: number } | undefined {
  const head = chain.read(offset, 4);
  if (head.length < 4) return undefined;
  const entries = new DataView(head.buffer, head.byteOffset, 4).getUint32(0, true);
  const end = offset + 4 + entries * 6;
  if (end > chain.readable) return undefined;
  if (entries > MOST_ADDRESSES) return { table: undefined, end };
  const bytes = chain.read(offset + 4, entries * 6);
  const table = new Set<number>();
  for (let at = 0; at < bytes.length; at += 6) table.add(addressAt(bytes, at));
  return { table, end };
}
