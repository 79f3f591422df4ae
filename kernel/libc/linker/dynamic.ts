/** PT_DYNAMIC into a `Loaded`: where its tables are. Tables outside of the object's memory are refused. */
import {
  DF_SYMBOLIC,
  DT_GNU_HASH,
  DT_VERDEF,
  DT_VERDEFNUM,
  DT_VERNEED,
  DT_VERNEEDNUM,
  DT_VERSYM,
  type Dynamic,
  type ElfSymbol,
  PT_DYNAMIC,
  PT_GNU_RELRO,
  PT_TLS,
  type Rela,
  Tag,
} from "../../lib/elf.ts";
import { isWithin, type Loaded, nameIn } from "./object.ts";
import { wrong } from "./problem.ts";

const MOST_ENTRIES: usize = 512;

function segments(object: ptr<Loaded>): usize {
  let dynamicBytes: usize = 0;
  for (let i: usize = 0; i < object.headerCount; i++) {
    const header = addressOf(object.headers[i]);
    if (header.type === PT_DYNAMIC) {
      object.dynamic = pointer<Dynamic>(object.base + header.linear);
      dynamicBytes = header.memorySize;
    } else if (header.type === PT_TLS) {
      object.tlsImage = object.base + header.linear;
      object.tlsFileBytes = header.fileSize;
      object.tlsBytes = header.memorySize;
      object.tlsAlignment = header.alignment === 0 ? 1 : header.alignment;
    } else if (header.type === PT_GNU_RELRO) {
      object.relroStart = object.base + header.linear;
      object.relroBytes = header.memorySize;
    }
  }
  return dynamicBytes;
}
function takeEntry(object: ptr<Loaded>, tag: u64, word: u64): void {
  const at = object.base + word;
  if (tag === u64(Tag.StringTable)) object.strings = pointer<u8>(at);
  else if (tag === u64(Tag.StringSize)) object.stringBytes = word;
  else if (tag === u64(Tag.SymbolTable)) object.symbols = pointer<ElfSymbol>(at);
  else if (tag === u64(Tag.Hash)) object.hash = pointer<u32>(at);
  else if (tag === DT_GNU_HASH) object.gnuHash = pointer<u32>(at);
  else if (tag === DT_VERSYM) object.versions = pointer<u16>(at);
  else if (tag === DT_VERNEED) object.needs = at;
  else if (tag === DT_VERNEEDNUM) object.needCount = word;
  else if (tag === DT_VERDEF) object.definitions = at;
  else if (tag === DT_VERDEFNUM) object.definitionCount = word;
  else if (tag === u64(Tag.Rela)) object.rela = pointer<Rela>(at);
  else if (tag === u64(Tag.RelaSize)) object.relaBytes = word;
  else if (tag === u64(Tag.JumpRel)) object.jumps = pointer<Rela>(at);
  else if (tag === u64(Tag.PltRelSize)) object.jumpBytes = word;
  else if (tag === u64(Tag.Relr)) object.relr = pointer<u64>(at);
  else if (tag === u64(Tag.RelrSize)) object.relrBytes = word;
  else if (tag === u64(Tag.Init)) object.init = at;
  else if (tag === u64(Tag.Fini)) object.fini = at;
  else if (tag === u64(Tag.PreinitArray)) object.preinitArray = pointer<usize>(at);
  else if (tag === u64(Tag.PreinitArraySize)) object.preinitBytes = word;
  else if (tag === u64(Tag.InitArray)) object.initArray = pointer<usize>(at);
  else if (tag === u64(Tag.InitArraySize)) object.initBytes = word;
  else if (tag === u64(Tag.FiniArray)) object.finiArray = pointer<usize>(at);
  else if (tag === u64(Tag.FiniArraySize)) object.finiBytes = word;
  else if (tag === u64(Tag.Symbolic)) object.isSymbolic = true;
  else if (tag === u64(Tag.Flags) && (word & DF_SYMBOLIC) !== 0) object.isSymbolic = true;
}
function areTablesWithin(object: ptr<Loaded>): bool {
  return (
    isWithin(object, address(object.strings), object.stringBytes) &&
    isWithin(object, address(object.symbols), 24) &&
    (object.relaBytes === 0 || isWithin(object, address(object.rela), object.relaBytes)) &&
    (object.jumpBytes === 0 || isWithin(object, address(object.jumps), object.jumpBytes)) &&
    (object.relrBytes === 0 || isWithin(object, address(object.relr), object.relrBytes)) &&
    (object.initBytes === 0 || isWithin(object, address(object.initArray), object.initBytes)) &&
    (object.finiBytes === 0 || isWithin(object, address(object.finiArray), object.finiBytes)) &&
    (object.tlsFileBytes === 0 || isWithin(object, object.tlsImage, object.tlsFileBytes)) &&
    object.tlsFileBytes <= object.tlsBytes &&
    popcount(object.tlsAlignment | (object.tlsBytes === 0 ? 1 : 0)) === 1 &&
    (object.gnuHash === null || isWithin(object, address(object.gnuHash), 16)) &&
    (object.hash === null || isWithin(object, address(object.hash), 8)) &&
    (object.versions === null || isWithin(object, address(object.versions), 2)) &&
    (object.needCount === 0 || isWithin(object, object.needs, 16)) &&
    (object.definitionCount === 0 || isWithin(object, object.definitions, 20)) &&
    (object.relroBytes === 0 || isWithin(object, object.relroStart, object.relroBytes))
  );
}
/** False: `problem`. */
export function readDynamic(object: ptr<Loaded>): bool {
  const bytes = segments(object);
  const dynamic = object.dynamic;
  if (dynamic === null || !isWithin(object, address(dynamic), bytes))
    return wrong(object.name, "object file has no dynamic section");
  const count = bytes / sizeof<Dynamic>();
  for (let i: usize = 0; i < count && i < MOST_ENTRIES && dynamic[i].tag !== 0; i++)
    takeEntry(object, dynamic[i].tag, dynamic[i].word);
  if (!areTablesWithin(object)) return wrong(object.name, "its dynamic section is damaged");
  for (let i: usize = 0; i < count && i < MOST_ENTRIES && dynamic[i].tag !== 0; i++) {
    const tag = dynamic[i].tag;
    if (tag === u64(Tag.Soname)) object.soname = nameIn(object, dynamic[i].word);
    else if (tag === u64(Tag.RunPath)) object.runPath = nameIn(object, dynamic[i].word);
    else if (tag === u64(Tag.Rpath) && object.runPath === null)
      object.runPath = nameIn(object, dynamic[i].word);
  }
  return true;
}
