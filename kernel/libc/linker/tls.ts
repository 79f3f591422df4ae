/**
 * Thread-local storage: every module's variables lie at a fixed distance below the thread pointer (x86-64's variant II), also those of objects that are loaded later:
 * each thread has room for them, which costs nothing until it is touched. So all four models of access come to the same addresses.
 *
 *     │ room for later modules │ … │ module 2 │ module 1 │ block of the thread
 *                                                        FS
 */
import { systemCall, systemCall6 } from "../system.ts";
import { BLOCK_BYTES, type ThreadBlock } from "../thread-block.ts";
import { type Loaded, objects } from "./object.ts";

const PAGE: usize = 4096;
const MOST_MODULES = 256;
/** For variables of objects that are loaded while the program runs. */
const LATER_BYTES: u64 = 0x4_0000;

class Modules extends Struct {
  /** By module: distance below the thread pointer. */
  offsets: array<u64, typeof MOST_MODULES>;
  count: u64;
  bytes: u64;
  /** Of every thread; set when the program's own modules are known. */
  room: u64;
  alignment: u64;
}
const modules: Modules = init({ alignment: 64 });

/** A module's place. False: there is no room. */
export function placeModule(object: ptr<Loaded>): bool {
  if (object.tlsBytes === 0) return true;
  if (modules.count + 1 >= u64(MOST_MODULES) || object.tlsBytes > 0x1000_0000 || object.tlsAlignment > 4096)
    return false;
  const mask = object.tlsAlignment - 1;
  // The image's own offset within its alignment is kept: `tlsImage` is aligned as its variables are.
  const end = (modules.bytes + object.tlsBytes + mask) & ~mask;
  if (modules.room !== 0 && end > modules.room) return false;
  modules.bytes = end;
  modules.count++;
  if (object.tlsAlignment > modules.alignment) modules.alignment = object.tlsAlignment;
  object.tlsModule = modules.count;
  object.tlsOffset = end;
  modules.offsets[modules.count] = end;
  return true;
}
/** No more modules of the program's own come. */
export function closeModules(): void {
  modules.room = (modules.bytes + LATER_BYTES + PAGE - 1) & ~(PAGE - 1);
}
export function isPlaced(): bool {
  return modules.room !== 0;
}
/** A module's variables of a thread become what they are at first. */
export function fillModule(object: ptr<Loaded>, threadPointer: usize): void {
  if (object.tlsModule === 0) return;
  const at = pointer<u8>(threadPointer - object.tlsOffset);
  memcpy(at, pointer<u8>(object.tlsImage), object.tlsFileBytes);
  memset(at.offset(object.tlsFileBytes), 0, object.tlsBytes - object.tlsFileBytes);
}
/** Bytes that a thread needs for its variables and block, whole pages. */
export function localBytes(): usize {
  return (modules.room + BLOCK_BYTES + PAGE - 1) & ~(PAGE - 1);
}
/** A thread's block in `localBytes()` zeros at a page: its address. */
export function makeLocals(memory: usize): ptr<ThreadBlock> {
  const threadPointer = memory + modules.room;
  const block = pointer<ThreadBlock>(threadPointer);
  block.self = threadPointer;
  block.selfAgain = threadPointer;
  for (let at = objects.first; at !== null; at = at.next) fillModule(at, threadPointer);
  return block;
}
/** For the first thread; 0: no memory. */
export function mapLocals(): usize {
  const at = systemCall6(9, 0, localBytes(), 3, 0x22, 0xffff_ffff_ffff_ffff, 0);
  return at < 0 && at >= -4095 ? 0 : truncate<usize>(at);
}
export function setThreadPointer(block: ptr<ThreadBlock>): void {
  systemCall(158, 0x1002, address(block), 0);
}

export class Index extends Struct {
  module: u64;
  at: u64;
}
/**
 * The address of a variable, of a module's number and its place there. It changes RAX alone, so that it serves descriptors too. @export
 */
export function __tls_get_addr(index: ptr<Index>): usize {
  return asm<usize>`mov ${asm.result}, fs:[0]` - modules.offsets[index.module] + index.at;
}
/** A descriptor's function: its second word is the variable's distance from the thread pointer. RAX: the descriptor. @naked */
export function descriptor(): void {
  asm`mov rax, [rax + 8]; ret`;
}
