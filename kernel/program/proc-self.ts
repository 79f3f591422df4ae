/** What /proc tells of the program itself (proc(5)), in Linux's formats. */

import { cpuCount } from "../arch/cpu.ts";
import { umask } from "../fs/context.ts";
import type { Text } from "../fs/text.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { launchText } from "./launch.ts";
import type { Loaded } from "./load.ts";
import { type ProgramMemory, programMemory } from "./memory/program-memory.ts";
import { type Described, visitMappings } from "./memory/report.ts";
import { residentTotal } from "./memory/resident.ts";
import { queuedSignals, queueLimit } from "./pending.ts";
import { PARENT_ID, PROCESS_ID, process } from "./process.ts";
import { copyIn } from "./user.ts";

const KIB: u64 = 1024;
const PROT_READ: u32 = 1;
const PROT_WRITE: u32 = 2;
const PROT_EXEC: u32 = 4;

/** What was loaded; null: nothing yet. */
let loaded: ptr<Loaded> | null = null;
/** The first thread's stack pointer when it began. */
let stackTop: usize = 0;
/** Tells what runs, before it does. `program` stays. */
export function showProgram(program: ptr<Loaded>, top: usize): void {
  loaded = program;
  stackTop = top;
}
export function shownProgram(): ptr<Loaded> | null {
  return loaded;
}

// ----------------------------------------------------------------------------------------------------- maps

function putRights(text: ptr<Text>, described: ptr<Described>): void {
  text.putByte((described.protection & PROT_READ) !== 0 ? char("r") : char("-"));
  text.putByte((described.protection & PROT_WRITE) !== 0 ? char("w") : char("-"));
  text.putByte((described.protection & PROT_EXEC) !== 0 ? char("x") : char("-"));
  text.putByte(described.shared ? char("s") : char("p"));
}
/** One line; the path begins at column 74. */
function putMapping(described: ptr<Described>, argument: ptr<unknown>): bool {
  const text = cast<Text>(argument);
  const start = text.length;
  const node = described.node;
  text.putHex(described.start, 8);
  text.putByte(char("-"));
  text.putHex(described.end, 8);
  text.putByte(char(" "));
  putRights(text, described);
  text.putByte(char(" "));
  text.putHex(described.position, 8);
  text.put(" 00:");
  text.putHex(node === null ? 0 : node.fileSystem.device, 2);
  text.putByte(char(" "));
  text.putU64(node === null ? 0 : node.number);
  if (described.text[0] !== 0) {
    do text.putByte(char(" "));
    while (text.length - start < 73 && !text.failed);
    text.put(described.text);
    if (described.deleted) text.put(" (deleted)");
  } else text.putByte(char(" "));
  text.putByte(char("\n"));
  return !text.failed;
}
export function showMaps(text: ptr<Text>): void {
  const memory = programMemory();
  if (memory !== null && !visitMappings(memory, 0, putMapping, text)) text.failed = true;
}
/** With what each takes, as /proc/self/smaps; only sizes are known. */
function putSizes(described: ptr<Described>, argument: ptr<unknown>): bool {
  const text = cast<Text>(argument);
  putMapping(described, argument);
  text.putKib("Size:           ", (described.end - described.start) / KIB, 8);
  text.put("KernelPageSize:        4 kB\nMMUPageSize:           4 kB\n");
  text.putKib("Rss:            ", described.residentPages * (PAGE_SIZE / KIB), 8);
  text.putKib("Pss:            ", described.residentPages * (PAGE_SIZE / KIB), 8);
  return !text.failed;
}
export function showSmaps(text: ptr<Text>): void {
  const memory = programMemory();
  if (memory !== null && !visitMappings(memory, 0, putSizes, text)) text.failed = true;
}

// ---------------------------------------------------------------------------------------------- what was given

/** Each with its zero. */
export function showArguments(text: ptr<Text>): void {
  const program = loaded;
  if (program === null) return;
  const count = program.args.count();
  for (let i: usize = 0; i < count; i++) {
    text.put(program.args.at(i));
    text.putByte(0);
  }
}
export function showEnvironment(text: ptr<Text>): void {
  for (let i: usize = 0; ; i++) {
    const variable = launchText("env=", i);
    if (variable === null) return;
    text.put(variable);
    text.putByte(0);
  }
}
/** The auxiliary vector, where it lies on the program's stack: behind the addresses of arguments and environment, and the zero of each. */
export function showAuxiliary(text: ptr<Text>): void {
  let at = stackTop;
  let word: u64 = 0;
  if (at === 0 || !copyIn(addressOf(word), at, 8)) return;
  at += (word + 2) * 8;
  do {
    if (!copyIn(addressOf(word), at, 8)) return;
    at += 8;
  } while (word !== 0);
  const pair: array<u64, 2> = [1, 0];
  while (pair[0] !== 0 && !text.failed) {
    if (!copyIn(addressOf(pair), at, 16)) return;
    text.putBytes(cast<u8>(addressOf(pair)), 16);
    at += 16;
  }
}
/** The last part of argv[0]'s path, at most 15 bytes. */
function putCommand(text: ptr<Text>): void {
  const path = launchText("program=", 0);
  if (path === null) {
    text.put("program");
    return;
  }
  let start: usize = 0;
  let end: usize = 0;
  for (; path[end] !== 0; end++) if (path[end] === char("/")) start = end + 1;
  const length = end - start;
  text.putBytes(path.offset(start), length > 15 ? 15 : length);
}
export function showCommand(text: ptr<Text>): void {
  putCommand(text);
  text.putByte(char("\n"));
}

// --------------------------------------------------------------------------------------------------- numbers

function bytesOf(memory: ptr<ProgramMemory> | null): u64 {
  return memory === null ? 0 : memory.bytes;
}
function residentPages(memory: ptr<ProgramMemory> | null): u64 {
  return memory === null ? 0 : residentTotal(memory);
}
function putFields(text: ptr<Text>, count: u64, value: ptr<u8>): void {
  for (let i: u64 = 0; i < count; i++) {
    text.putByte(char(" "));
    text.put(value);
  }
}
/** Fields 1 to 52. */
export function showStat(text: ptr<Text>): void {
  const memory = programMemory();
  text.putU64(u64(PROCESS_ID));
  text.put(" (");
  putCommand(text);
  text.put(") R ");
  text.putU64(u64(PARENT_ID));
  text.put(" 2 2 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 ");
  text.putU64(u64(process.threadCount));
  text.put(" 0 1 ");
  text.putU64(bytesOf(memory));
  text.putByte(char(" "));
  text.putU64(residentPages(memory));
  text.put(" 18446744073709551615");
  putFields(text, 2, "0");
  text.putByte(char(" "));
  text.putU64(memory === null ? 0 : memory.stack);
  putFields(text, 9, "0");
  text.put(" 17");
  putFields(text, 14, "0");
  text.putByte(char("\n"));
}
/** In pages: all, resident, shared, text, library, data, dirty. */
export function showStatm(text: ptr<Text>): void {
  const memory = programMemory();
  text.putU64(bytesOf(memory) / PAGE_SIZE);
  text.putByte(char(" "));
  text.putU64(residentPages(memory));
  text.put(" 0 0 0 ");
  text.putU64(bytesOf(memory) / PAGE_SIZE);
  text.put(" 0\n");
}
function putMask(text: ptr<Text>, name: ptr<u8>, mask: u64): void {
  text.put(name);
  text.putHex(mask, 16);
  text.putByte(char("\n"));
}
function putOwner(text: ptr<Text>, name: ptr<u8>, owner: u64): void {
  text.put(name);
  for (let i: u32 = 0; i < 4; i++) {
    text.putByte(char("\t"));
    text.putU64(owner);
  }
  text.putByte(char("\n"));
}
export function showStatus(text: ptr<Text>): void {
  const memory = programMemory();
  text.put("Name:\t");
  putCommand(text);
  text.put("\nUmask:\t");
  text.putNumber(u64(umask()), 8, 4, char("0"));
  text.put("\nState:\tR (running)\nTgid:\t2\nNgid:\t0\nPid:\t2\nPPid:\t1\nTracerPid:\t0\n");
  putOwner(text, "Uid:", u64(process.owner));
  putOwner(text, "Gid:", u64(process.group));
  text.put("FDSize:\t");
  text.putU64(64);
  text.put("\nGroups:\t \n");
  text.putKib("VmPeak:\t", bytesOf(memory) / KIB, 8);
  text.putKib("VmSize:\t", bytesOf(memory) / KIB, 8);
  text.putKib("VmLck:\t", 0, 8);
  text.putKib("VmHWM:\t", residentPages(memory) * (PAGE_SIZE / KIB), 8);
  text.putKib("VmRSS:\t", residentPages(memory) * (PAGE_SIZE / KIB), 8);
  text.putKib("VmSwap:\t", 0, 8);
  text.put("Threads:\t");
  text.putU64(u64(process.threadCount));
  text.put("\nSigQ:\t");
  text.putU64(queuedSignals());
  text.putByte(char("/"));
  text.putU64(queueLimit());
  text.putByte(char("\n"));
  putMask(text, "ShdPnd:\t", process.pending.signals);
  putMask(text, "CapInh:\t", 0);
  putMask(text, "CapPrm:\t", 0x1ff_ffff_ffff);
  putMask(text, "CapEff:\t", 0x1ff_ffff_ffff);
  putMask(text, "CapBnd:\t", 0x1ff_ffff_ffff);
  text.put("NoNewPrivs:\t0\nSeccomp:\t0\nCpus_allowed:\t");
  text.putNumber((u64(1) << u64(cpuCount)) - 1, 16, 1, char("0"));
  text.put("\nCpus_allowed_list:\t0");
  if (cpuCount > 1) {
    text.putByte(char("-"));
    text.putU64(u64(cpuCount - 1));
  }
  text.put("\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t0\nnonvoluntary_ctxt_switches:\t0\n");
}
export function showCgroup(text: ptr<Text>): void {
  text.put("0::/\n");
}
