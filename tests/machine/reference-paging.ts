/*
 * Paging a second time, for comparison with src/machine/paging.ts: in bigints, straight from SDM vol. 3A §4.3–4.8, one list of levels for
 * each mode. It marks accessed and dirty bits in the memory it is given.
 */
export interface WalkState {
  readonly cr3: bigint;
  readonly cr4: bigint;
  readonly efer: bigint;
  readonly wp: boolean;
  readonly ac: boolean;
  readonly pdptes: readonly bigint[];
}
export interface WalkAccess {
  readonly write: boolean;
  readonly fetch: boolean;
  readonly user: boolean;
  readonly implicit: boolean;
}
export type WalkResult =
  | { readonly errorCode: number }
  | {
      readonly physical: bigint;
      readonly global: boolean;
      readonly pageSize: number;
      readonly dirty: boolean;
    };

/** A level: where its index begins in the address, how many bits it has, and whether a large page may end here. */
interface Level {
  readonly shift: bigint;
  readonly bits: bigint;
  readonly large: boolean;
  /** Bit 7 is reserved where no large page may be. */
  readonly strict: boolean;
}

const field = (v: bigint, lo: bigint, bits: bigint): bigint => (v >> lo) & ((1n << bits) - 1n);
const bit = (v: bigint, n: bigint): boolean => field(v, n, 1n) === 1n;
const PHYSICAL_BITS = 48n;

export function referenceWalk(
  memory: DataView,
  state: WalkState,
  linear: bigint,
  access: WalkAccess,
): WalkResult {
  const pse = bit(state.cr4, 4n);
  const pae = bit(state.cr4, 5n);
  const long = bit(state.efer, 10n);
  const nxe = bit(state.efer, 11n) && pae;
  const smep = bit(state.cr4, 20n);
  const base = (access.write ? 2 : 0) + (access.user ? 4 : 0) + (access.fetch && (nxe || smep) ? 16 : 0);
  const entryBytes = pae ? 8n : 4n;
  const read = (at: bigint): bigint => {
    if (at + entryBytes > BigInt(memory.byteLength)) {
      // RAM beyond the tables is zero, what is not RAM reads as ones.
      return at >= 0x100000n ? (1n << (entryBytes * 8n)) - 1n : 0n;
    }
    return pae ? memory.getBigUint64(Number(at), true) : BigInt(memory.getUint32(Number(at), true));
  };

  let levels: Level[];
  let table: bigint;
  if (!pae) {
    levels = [
      { shift: 22n, bits: 10n, large: pse, strict: false },
      { shift: 12n, bits: 10n, large: false, strict: false },
    ];
    table = field(state.cr3, 12n, 20n) << 12n;
  } else {
    levels = [
      { shift: 21n, bits: 9n, large: true, strict: false },
      { shift: 12n, bits: 9n, large: false, strict: false },
    ];
    if (long) {
      levels.unshift(
        { shift: 39n, bits: 9n, large: false, strict: true },
        { shift: 30n, bits: 9n, large: true, strict: false },
      );
      if (bit(state.cr4, 12n)) levels.unshift({ shift: 48n, bits: 9n, large: false, strict: true });
      table = field(state.cr3, 12n, 36n) << 12n;
    } else {
      const pdpte = state.pdptes[Number(field(linear, 30n, 2n))]!;
      if (!bit(pdpte, 0n)) return { errorCode: base };
      table = field(pdpte, 12n, 36n) << 12n;
    }
  }

  const path: { at: bigint; entry: bigint }[] = [];
  let writable = true;
  let user = true;
  let noExecute = false;
  for (const [i, level] of levels.entries()) {
    const at = table + field(linear, level.shift, level.bits) * entryBytes;
    const entry = read(at);
    if (!bit(entry, 0n)) return { errorCode: base };
    const last = i === levels.length - 1;
    const isLarge = !last && level.large && bit(entry, 7n);
    let reserved = false;
    if (pae) {
      // Bits from the physical width to 51 (in PAE to 62); 63 unless NX is on.
      const top = long ? 52n : 63n;
      reserved ||= field(entry, PHYSICAL_BITS, top - PHYSICAL_BITS) !== 0n;
      reserved ||= !nxe && bit(entry, 63n);
      reserved ||= isLarge && field(entry, 13n, level.shift - 13n) !== 0n;
      reserved ||= level.strict && bit(entry, 7n);
    } else reserved = isLarge && bit(entry, 21n);
    if (reserved) return { errorCode: base + 9 };
    path.push({ at, entry });
    writable &&= bit(entry, 1n);
    user &&= bit(entry, 2n);
    noExecute ||= nxe && bit(entry, 63n);
    if (!last && !isLarge) {
      table = field(entry, 12n, pae ? 36n : 20n) << 12n;
      continue;
    }
    let allowed = !(access.fetch && noExecute);
    if (access.user) allowed &&= user && (writable || !access.write);
    else {
      allowed &&= !access.write || writable || !state.wp;
      if (user && access.fetch) allowed &&= !smep;
      if (user && !access.fetch && bit(state.cr4, 21n)) allowed &&= state.ac && !access.implicit;
    }
    if (!allowed) return { errorCode: base + 1 };
    path.forEach(({ at: where, entry: old }, n) => {
      if (where >= BigInt(memory.byteLength)) return; // not RAM: lost
      const leaf = n === path.length - 1;
      memory.setUint8(Number(where), Number(old & 0xffn) | 0x20 | (leaf && access.write ? 0x40 : 0));
    });
    const size = isLarge ? level.shift : 12n;
    let frame = field(entry, size, (pae ? PHYSICAL_BITS : 32n) - size) << size;
    if (isLarge && !pae) frame |= field(entry, 13n, 8n) << 32n;
    return {
      physical: frame | field(linear, 0n, size),
      global: bit(entry, 8n) && bit(state.cr4, 7n),
      pageSize: Number(1n << size),
      dirty: access.write || bit(entry, 6n),
    };
  }
  throw new Error("a walk has a last level");
}
