/** From a name and version to what it means: hash tables of objects (GNU's and the gABI's), symbol versions, and the order of looking. */

import {
  type ElfSymbol,
  SHN_UNDEF,
  STB_LOCAL,
  STT_NOTYPE,
  STT_TLS,
  type VersionDefinition,
  type VersionDefinitionAux,
  type VersionNeed,
  type VersionNeedAux,
} from "../../lib/elf.ts";
import { same } from "../text.ts";
import { isWithin, type Loaded, nameIn, objects } from "./object.ts";
import { findOwn, hashOf } from "./own.ts";

/** What a reference means. `object` is null for the libc's own. */
export class Found extends Struct {
  object: ptr<Loaded> | null;
  symbol: ptr<ElfSymbol>;
}
const HIDDEN: u16 = 0x8000;
const MOST_STEPS: u32 = 65536;

/** The gABI's hash. */
function oldHash(name: ptr<u8>): u32 {
  let hash: u32 = 0;
  for (let i: usize = 0; name[i] !== 0; i++) {
    hash = (hash << 4) + u32(name[i]);
    const high = hash & 0xf000_0000;
    hash ^= high >> 24;
    hash &= ~high;
  }
  return hash;
}
/** The version that a symbol of the object's is wanted in; null: any. */
export function versionWanted(object: ptr<Loaded>, index: u32): ptr<u8> | null {
  const versions = object.versions;
  if (versions === null || !isWithin(object, address(versions.offset(index)), 2)) return null;
  const wanted = versions[index] & ~HIDDEN;
  if (wanted <= 1) return null;
  let at = object.needs;
  for (let i: u64 = 0; i < object.needCount && isWithin(object, at, 16); i++) {
    const need = pointer<VersionNeed>(at);
    let aux = at + u64(need.aux);
    for (let j: u16 = 0; j < need.count && isWithin(object, aux, 16); j++) {
      const one = pointer<VersionNeedAux>(aux);
      if ((one.other & ~HIDDEN) === wanted) return nameIn(object, u64(one.name));
      aux += u64(one.next);
    }
    at += u64(need.next);
  }
  return definedVersion(object, wanted);
}
function definedVersion(object: ptr<Loaded>, index: u16): ptr<u8> | null {
  let at = object.definitions;
  for (let i: u64 = 0; i < object.definitionCount && isWithin(object, at, 20); i++) {
    const definition = pointer<VersionDefinition>(at);
    if (definition.index === index && isWithin(object, at + u64(definition.aux), 8))
      return nameIn(object, u64(pointer<VersionDefinitionAux>(at + u64(definition.aux)).name));
    at += u64(definition.next);
  }
  return null;
}
/** Whether a symbol of an object's has the version that is wanted. Without one the default is taken. */
function hasVersion(object: ptr<Loaded>, index: u32, version: ptr<u8> | null): bool {
  const versions = object.versions;
  if (versions === null || !isWithin(object, address(versions.offset(index)), 2)) return true;
  const own = versions[index];
  if (version === null) return (own & HIDDEN) === 0;
  if ((own & ~HIDDEN) <= 1) return true;
  // A program's copy of a variable has the version that the program wanted it in.
  const name = versionWanted(object, index);
  return name !== null && same(name, version);
}
function isIt(object: ptr<Loaded>, index: u32, name: ptr<u8>, version: ptr<u8> | null): bool {
  const symbol = addressOf(object.symbols[index]);
  if (!isWithin(object, address(symbol), sizeof<ElfSymbol>())) return false;
  if (symbol.section === SHN_UNDEF || symbol.info >> 4 === STB_LOCAL) return false;
  const type = symbol.info & 15;
  if (symbol.at === 0 && type !== STT_TLS && type !== STT_NOTYPE) return false;
  return same(nameIn(object, u64(symbol.name)), name) && hasVersion(object, index, version);
}
function inGnuHash(
  object: ptr<Loaded>,
  table: ptr<u32>,
  name: ptr<u8>,
  version: ptr<u8> | null,
  hash: u32,
): u32 {
  const buckets = table[0];
  const first = table[1];
  const words = table[2];
  const shift = table[3];
  if (buckets === 0 || words === 0) return 0;
  const bloom = cast<u64>(table.offset(4));
  const bucketAt = cast<u32>(bloom.offset(words));
  const chains = bucketAt.offset(buckets);
  if (!isWithin(object, address(bucketAt), usize(buckets) * 4)) return 0;
  const word = bloom[(hash / 64) % words];
  if (((word >> (hash % 64)) & (word >> ((hash >> (shift & 31)) % 64)) & 1) === 0) return 0;
  let index = bucketAt[hash % buckets];
  if (index < first) return 0;
  for (let steps: u32 = 0; steps < MOST_STEPS; steps++) {
    const chain = chains.offset(index - first);
    if (!isWithin(object, address(chain), 4)) return 0;
    if ((chain.value | 1) === (hash | 1) && isIt(object, index, name, version)) return index;
    if ((chain.value & 1) !== 0) return 0;
    index++;
  }
  return 0;
}
function inOldHash(object: ptr<Loaded>, table: ptr<u32>, name: ptr<u8>, version: ptr<u8> | null): u32 {
  const buckets = table[0];
  const chains = table.offset(2 + buckets);
  if (buckets === 0 || !isWithin(object, address(table), 8 + usize(buckets) * 4)) return 0;
  let index = table[2 + (oldHash(name) % buckets)];
  for (let steps: u32 = 0; index !== 0 && steps < MOST_STEPS; steps++) {
    if (isIt(object, index, name, version)) return index;
    if (!isWithin(object, address(chains.offset(index)), 4)) return 0;
    index = chains[index];
  }
  return 0;
}
/** One object's definition. */
export function findIn(
  object: ptr<Loaded>,
  name: ptr<u8>,
  version: ptr<u8> | null,
  hash: u32,
  found: ptr<Found>,
): bool {
  const index =
    object.gnuHash !== null
      ? inGnuHash(object, object.gnuHash, name, version, hash)
      : object.hash !== null
        ? inOldHash(object, object.hash, name, version)
        : 0;
  if (index === 0) return false;
  found.object = object;
  found.symbol = addressOf(object.symbols[index]);
  return true;
}
export function findInLibc(name: ptr<u8>, hash: u32, found: ptr<Found>): bool {
  const symbol = findOwn(name, hash);
  if (symbol === null) return false;
  found.object = null;
  found.symbol = symbol;
  return true;
}
let marks: u32 = 0;
/** The object and what it needs, each once; depth first, which is what programs see only if two of these define one name. */
function inNeeded(
  object: ptr<Loaded>,
  name: ptr<u8>,
  version: ptr<u8> | null,
  hash: u32,
  found: ptr<Found>,
): bool {
  if (object.mark === marks) return false;
  object.mark = marks;
  if (findIn(object, name, version, hash, found)) return true;
  for (let i: usize = 0; i < object.neededCount; i++) {
    const needed = object.needed[i];
    if (needed !== null && inNeeded(needed, name, version, hash, found)) return true;
  }
  return false;
}
export function findInTree(
  object: ptr<Loaded>,
  name: ptr<u8>,
  version: ptr<u8> | null,
  found: ptr<Found>,
): bool {
  marks++;
  return inNeeded(object, name, version, hashOf(name), found);
}
/** What everybody sees: programs and objects in the order of loading, then the libc. `after`: only those behind it; `but`: not this one. */
export function findGlobal(
  name: ptr<u8>,
  version: ptr<u8> | null,
  after: ptr<Loaded> | null,
  but: ptr<Loaded> | null,
  found: ptr<Found>,
): bool {
  const hash = hashOf(name);
  for (let at = after === null ? objects.first : after.next; at !== null; at = at.next)
    if (at.isGlobal && at !== but && findIn(at, name, version, hash, found)) return true;
  return findInLibc(name, hash, found);
}
/** A reference of an object's. False: nobody has it. */
export function findFor(object: ptr<Loaded>, index: u32, but: ptr<Loaded> | null, found: ptr<Found>): bool {
  const own = addressOf(object.symbols[index]);
  const name = nameIn(object, u64(own.name));
  const version = versionWanted(object, index);
  if (object.isSymbolic && findIn(object, name, version, hashOf(name), found)) return true;
  if (findGlobal(name, version, null, but, found) && found.object !== null) return true;
  // The libc stands last, behind what a dlopened object brings along.
  if (!object.isGlobal && findInTree(object, name, version, found)) return true;
  return findInLibc(name, hashOf(name), found);
}
