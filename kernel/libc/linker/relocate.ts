/** Relocations: System V ABI, AMD64 supplement, table 4.9; RELR of the gABI; "ELF Handling For Thread-Local Storage" and its descriptors. */

import {
  type Rela,
  Relocation,
  STB_WEAK,
  STT_FUNC,
  STT_GNU_IFUNC,
  STT_NOTYPE,
  STT_TLS,
  STV_DEFAULT,
} from "../../lib/elf.ts";
import { dataMoved } from "../moved.ts";
import { systemCall } from "../system.ts";
import { missingFunction } from "./missing.ts";
import { isWithin, type Loaded, nameIn } from "./object.ts";
import { wrong, wrongSymbol } from "./problem.ts";
import { type Found, findFor } from "./symbols.ts";
import { descriptor } from "./tls.ts";

const PAGE: usize = 4096;

/** The address that a definition has; functions that choose (IFUNC) are asked. */
export function addressOfFound(found: ptr<Found>): usize {
  const object = found.object;
  const at = (object === null ? 0 : object.base) + found.symbol.at;
  if ((found.symbol.info & 15) === STT_GNU_IFUNC) return functionAt<() => usize>(at)();
  return at;
}
/** A reference's definition. False: there is none; `problem` says so unless it may be missing. */
class Reference extends Struct {
  found: Found;
  isMissing: bool;
  at: usize;
}
function isTls(type: Relocation): bool {
  return (
    type === Relocation.DtpMod64 ||
    type === Relocation.DtpOff64 ||
    type === Relocation.TpOff64 ||
    type === Relocation.TpOff32 ||
    type === Relocation.TlsDesc
  );
}
/** Whether what is missing may be called all the same, to say so then. */
function mayBeCalled(object: ptr<Loaded>, rela: ptr<Rela>): bool {
  const kind = object.symbols[rela.symbol].info & 15;
  if (rela.type === Relocation.JumpSlot) return true;
  return (
    (kind === STT_FUNC || kind === STT_NOTYPE) &&
    (rela.type === Relocation.GlobDat || rela.type === Relocation.Word64)
  );
}
function refer(object: ptr<Loaded>, rela: ptr<Rela>, reference: ptr<Reference>): bool {
  const symbol = addressOf(object.symbols[rela.symbol]);
  reference.at = 0;
  reference.isMissing = false;
  if (rela.symbol === 0) return true;
  if (!isWithin(object, address(symbol), 24)) return wrong(object.name, "a relocation names no symbol");
  const isLocal = symbol.info >> 4 === 0 || ((symbol.other & 3) !== STV_DEFAULT && symbol.section !== 0);
  if (isLocal) {
    reference.found.object = object;
    reference.found.symbol = symbol;
  } else if (
    !findFor(object, rela.symbol, rela.type === Relocation.Copy ? object : null, addressOf(reference.found))
  ) {
    const name = nameIn(object, u64(symbol.name));
    reference.isMissing = true;
    if (symbol.info >> 4 === STB_WEAK) return true;
    if (!mayBeCalled(object, rela)) return wrongSymbol(object.name, "undefined symbol: ", name);
    reference.at = missingFunction(name);
    return true;
  }
  if (!isTls(rela.type) && rela.type !== Relocation.Copy)
    reference.at = addressOfFound(addressOf(reference.found));
  return true;
}
/** Where a thread-local variable lies, from the thread pointer. */
function tlsDistance(object: ptr<Loaded>, reference: ptr<Reference>, rela: ptr<Rela>): u64 {
  if (rela.symbol === 0) return truncate<u64>(rela.addend) - object.tlsOffset;
  const definer = reference.found.object;
  if (definer === null || reference.isMissing) return 0;
  return reference.found.symbol.at + truncate<u64>(rela.addend) - definer.tlsOffset;
}
function moduleOf(object: ptr<Loaded>, reference: ptr<Reference>, rela: ptr<Rela>): u64 {
  if (rela.symbol === 0) return object.tlsModule;
  const definer = reference.found.object;
  return definer === null || reference.isMissing ? 0 : definer.tlsModule;
}
/** A program's own copy of a variable takes the place of the library's. */
function copyVariable(object: ptr<Loaded>, rela: ptr<Rela>, found: ptr<Found>, to: usize): bool {
  const own = addressOf(object.symbols[rela.symbol]);
  const definer = found.object;
  const from = (definer === null ? 0 : definer.base) + found.symbol.at;
  const bytes = found.symbol.size < own.size ? found.symbol.size : own.size;
  if (!isWithin(object, to, bytes)) return wrong(object.name, "a relocation lies outside of it");
  memcpy(pointer<u8>(to), pointer<u8>(from), bytes);
  if (definer === null) dataMoved(nameIn(object, u64(own.name)), to);
  return true;
}
function fits32(value: u64): bool {
  return value >> 32 === 0;
}
function fits32Signed(value: u64): bool {
  return value + 0x8000_0000 < u64(1) << 32;
}
function apply(object: ptr<Loaded>, rela: ptr<Rela>): bool {
  const to = object.base + rela.place;
  const reference: Reference = zeroed();
  if (rela.type === Relocation.None) return true;
  if (!isWithin(object, to, 8) && !isWithin(object, to, 4))
    return wrong(object.name, "a relocation lies outside of it");
  const word = pointer<u64>(to);
  const half = pointer<u32>(to);
  const addend = truncate<u64>(rela.addend);
  if (rela.type === Relocation.Relative) {
    word.value = object.base + addend;
    return true;
  }
  if (rela.type === Relocation.Irelative) {
    word.value = functionAt<() => usize>(object.base + addend)();
    return true;
  }
  if (!refer(object, rela, addressOf(reference))) return false;
  const at = reference.at + addend;
  switch (rela.type) {
    case Relocation.Word64:
      word.value = at;
      return true;
    case Relocation.GlobDat:
    case Relocation.JumpSlot:
      word.value = reference.at;
      return true;
    case Relocation.Pc64:
      word.value = at - to;
      return true;
    case Relocation.Pc32:
    case Relocation.Plt32:
      half.value = truncate<u32>(at - to);
      return (
        fits32Signed(at - to) ||
        wrongSymbol(object.name, "out of a relocation's range: ", nameOfSymbol(object, rela))
      );
    case Relocation.Word32:
      half.value = truncate<u32>(at);
      return (
        fits32(at) || wrongSymbol(object.name, "out of a relocation's range: ", nameOfSymbol(object, rela))
      );
    case Relocation.Word32S:
      half.value = truncate<u32>(at);
      return (
        fits32Signed(at) ||
        wrongSymbol(object.name, "out of a relocation's range: ", nameOfSymbol(object, rela))
      );
    case Relocation.Size64:
      word.value = reference.found.symbol.size + addend;
      return true;
    case Relocation.Size32:
      half.value = truncate<u32>(reference.found.symbol.size + addend);
      return true;
    case Relocation.Copy:
      return reference.isMissing || copyVariable(object, rela, addressOf(reference.found), to);
    case Relocation.DtpMod64:
      word.value = moduleOf(object, addressOf(reference), rela);
      return true;
    case Relocation.DtpOff64:
      word.value = (rela.symbol === 0 || reference.isMissing ? 0 : reference.found.symbol.at) + addend;
      return true;
    case Relocation.TpOff64:
      word.value = tlsDistance(object, addressOf(reference), rela);
      return true;
    case Relocation.TpOff32:
      half.value = truncate<u32>(tlsDistance(object, addressOf(reference), rela));
      return true;
    case Relocation.TlsDesc:
      word.value = address(descriptor);
      word[1] = tlsDistance(object, addressOf(reference), rela);
      return true;
    default:
      return wrong(object.name, "it has relocations of an unknown type");
  }
}
function nameOfSymbol(object: ptr<Loaded>, rela: ptr<Rela>): ptr<u8> {
  return nameIn(object, u64(object.symbols[rela.symbol].name));
}
/** Whether a relocation calls the program's code: those come when all others have been done. */
function isLate(object: ptr<Loaded>, rela: ptr<Rela>): bool {
  if (rela.type === Relocation.Irelative || rela.type === Relocation.Copy) return true;
  const symbol = addressOf(object.symbols[rela.symbol]);
  return (
    rela.symbol !== 0 &&
    isWithin(object, address(symbol), 24) &&
    symbol.section !== 0 &&
    (symbol.info & 15) === STT_GNU_IFUNC
  );
}
function applyTable(object: ptr<Loaded>, table: ptr<Rela>, bytes: u64, late: bool): bool {
  const count = bytes / sizeof<Rela>();
  for (let i: usize = 0; i < count; i++) {
    const rela = addressOf(table[i]);
    if (isLate(object, rela) === late && !apply(object, rela)) return false;
  }
  return true;
}
/** A word that is even is an address; one that is odd has a bit for each of the 63 words behind the last. */
function applyRelr(object: ptr<Loaded>): bool {
  const count = object.relrBytes / 8;
  let next: usize = 0;
  for (let i: usize = 0; i < count; i++) {
    const entry = object.relr[i];
    if ((entry & 1) === 0) {
      next = object.base + entry;
      if (!isWithin(object, next, 8)) return wrong(object.name, "a relocation lies outside of it");
      pointer<u64>(next).value += object.base;
      next += 8;
      continue;
    }
    if (!isWithin(object, next, 63 * 8) && !isWithin(object, next, (63 - clz(entry)) * 8))
      return wrong(object.name, "a relocation lies outside of it");
    let at = next;
    for (let bits = entry >> 1; bits !== 0; bits >>= 1) {
      if ((bits & 1) !== 0) pointer<u64>(at).value += object.base;
      at += 8;
    }
    next += 63 * 8;
  }
  return true;
}
function protectAgain(object: ptr<Loaded>): void {
  const start = object.relroStart & ~(PAGE - 1);
  const end = (object.relroStart + object.relroBytes) & ~(PAGE - 1);
  if (end > start) systemCall(10, start, end - start, 1);
}
/** False: `problem`. What it needs has been relocated. */
export function relocate(object: ptr<Loaded>): bool {
  if (object.isRelocated) return true;
  object.isRelocated = true;
  if (
    !applyRelr(object) ||
    !applyTable(object, object.rela, object.relaBytes, false) ||
    !applyTable(object, object.jumps, object.jumpBytes, false) ||
    !applyTable(object, object.rela, object.relaBytes, true) ||
    !applyTable(object, object.jumps, object.jumpBytes, true)
  )
    return false;
  protectAgain(object);
  return true;
}
/** Whether symbols may be thread-local is for dlsym to know. */
export function isThreadLocal(found: ptr<Found>): bool {
  return (found.symbol.info & 15) === STT_TLS;
}
