/** System calls of a program's memory: mmap(2) and its kin. What they do is in program/memory. */
import { MAX_SIZE } from "../fs/contents.ts";
import { EACCES, EBADF, EFAULT, EINVAL, ENODEV, ENOMEM, EOVERFLOW } from "../fs/errno.ts";
import { dropFile, isReadable, isWritable, type OpenFile } from "../fs/file.ts";
import { S_IFCHR, S_IFMT } from "../fs/node.ts";
import { pagedOperations } from "../fs/node-file.ts";
import { PAGE_SHIFT, PAGE_SIZE } from "../memory/address.ts";
import { adviseMemory } from "../program/memory/advise.ts";
import { moveHeapEnd } from "../program/memory/heap.ts";
import { lockAll, lockPages, unlockAll, unlockPages } from "../program/memory/lock-pages.ts";
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_HUGETLB,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_TYPE,
  mapMemory,
  unmapMemory,
  type Wanted,
} from "../program/memory/map.ts";
import { PROT_WRITE } from "../program/memory/mapping.ts";
import { type ProgramMemory, pagesUp, programMemory } from "../program/memory/program-memory.ts";
import { protectMemory } from "../program/memory/protect.ts";
import { remapMemory } from "../program/memory/remap.ts";
import { whichAreResident } from "../program/memory/resident.ts";
import { writeBack } from "../program/memory/write-back.ts";
import { copyOut } from "../program/user.ts";
import { PROGRAMS_END } from "../vm/space.ts";
import type { Call } from "./call.ts";
import { fileIn } from "./descriptor.ts";

/** /dev/zero (makedev(3)): what is mapped of it is zeros. */
const ZERO_DEVICE: u64 = (1 << 8) | 5;

/** The calling program's. */
function own(): ptr<ProgramMemory> {
  const memory = programMemory();
  return memory === null ? unreachable() : memory;
}
/** Whether a file can be mapped as is wanted; sets its part of `wanted`. Linux's checks, in its order. */
function useFile(wanted: ptr<Wanted>, file: ptr<OpenFile>): i64 {
  const type = wanted.flags & MAP_TYPE;
  const isShared = type === MAP_SHARED || type === MAP_SHARED_VALIDATE;
  if (isShared && (wanted.protection & u64(PROT_WRITE)) !== 0 && !isWritable(file)) return -EACCES;
  if (!isReadable(file)) return -EACCES;
  const attributes = addressOf(file.node.attributes);
  const isZero = (attributes.mode & S_IFMT) === S_IFCHR && attributes.device === ZERO_DEVICE;
  if (isZero) {
    wanted.position = 0;
    if (type === MAP_SHARED_VALIDATE) wanted.flags = (wanted.flags & ~MAP_TYPE) | MAP_SHARED;
    return 0;
  }
  if (file.operations !== addressOf(pagedOperations)) return -ENODEV;
  wanted.node = file.node;
  wanted.name = file.name;
  wanted.mayWrite = isWritable(file);
  return 0;
}
export function sysMmap(call: ptr<Call>): i64 {
  const wanted: Wanted = init({
    address: call.args[0],
    bytes: call.args[1],
    protection: call.args[2],
    flags: call.args[3],
    position: call.args[5],
  });
  if ((wanted.position & (PAGE_SIZE - 1)) !== 0) return -EINVAL;
  if ((wanted.flags & MAP_ANONYMOUS) !== 0) {
    // There are no such pages set aside.
    if ((wanted.flags & MAP_HUGETLB) !== 0) return wanted.bytes === 0 ? -EINVAL : -ENOMEM;
    wanted.position = 0;
    return mapMemory(own(), addressOf(wanted));
  }
  const file = fileIn(call, 4);
  if (file === null) return -EBADF;
  let status: i64 = (wanted.flags & MAP_HUGETLB) !== 0 ? -EINVAL : 0;
  const size = pagesUp(wanted.bytes);
  const type = wanted.flags & MAP_TYPE;
  if (status === 0 && wanted.bytes === 0) status = -EINVAL;
  if (status === 0 && (size === 0 || size > PROGRAMS_END)) status = -ENOMEM;
  const isPlaced = (wanted.flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) !== 0;
  if (status === 0 && isPlaced && wanted.address > PROGRAMS_END - size) status = -ENOMEM;
  const isPaged = file.operations === addressOf(pagedOperations);
  const isBeyond = wanted.position > MAX_SIZE || size > MAX_SIZE - wanted.position;
  if (status === 0 && isPaged && isBeyond) status = -EOVERFLOW;
  if (status === 0 && (type < MAP_SHARED || type > MAP_SHARED_VALIDATE)) status = -EINVAL;
  if (status === 0) status = useFile(addressOf(wanted), file);
  if (status === 0) status = mapMemory(own(), addressOf(wanted));
  dropFile(file);
  return status;
}
export function sysMunmap(call: ptr<Call>): i64 {
  return unmapMemory(own(), call.args[0], call.args[1]);
}
export function sysMprotect(call: ptr<Call>): i64 {
  return protectMemory(own(), call.args[0], call.args[1], call.args[2]);
}
export function sysMremap(call: ptr<Call>): i64 {
  return remapMemory(own(), call.args[0], call.args[1], call.args[2], call.args[3], call.args[4]);
}
export function sysBrk(call: ptr<Call>): i64 {
  return i64(moveHeapEnd(own(), call.args[0]));
}
export function sysMadvise(call: ptr<Call>): i64 {
  return adviseMemory(own(), call.args[0], call.args[1], u64(truncate<u32>(call.args[2])));
}
export function sysMsync(call: ptr<Call>): i64 {
  return writeBack(own(), call.args[0], call.args[1], u64(truncate<u32>(call.args[2])));
}
const PIECE = 256;
export function sysMincore(call: ptr<Call>): i64 {
  const start = call.args[0];
  if ((start & (PAGE_SIZE - 1)) !== 0) return -EINVAL;
  if (start > PROGRAMS_END || call.args[1] > PROGRAMS_END - start) return -ENOMEM;
  const pages = pagesUp(call.args[1]) >> PAGE_SHIFT;
  if (call.args[2] > PROGRAMS_END || pages > PROGRAMS_END - call.args[2]) return -EFAULT;
  const piece: array<u8, typeof PIECE> = zeroed();
  for (let done: usize = 0; done < pages; ) {
    const count = pages - done < PIECE ? pages - done : PIECE;
    const mapped = whichAreResident(own(), start + (done << PAGE_SHIFT), count, addressOf(piece[0]));
    if (!copyOut(call.args[2] + done, addressOf(piece[0]), mapped)) return -EFAULT;
    if (mapped < count) return -ENOMEM;
    done += count;
  }
  return 0;
}
export function sysMlock(call: ptr<Call>): i64 {
  return lockPages(own(), call.args[0], call.args[1], 0);
}
export function sysMlock2(call: ptr<Call>): i64 {
  return lockPages(own(), call.args[0], call.args[1], u64(truncate<u32>(call.args[2])));
}
export function sysMunlock(call: ptr<Call>): i64 {
  return unlockPages(own(), call.args[0], call.args[1]);
}
export function sysMlockall(call: ptr<Call>): i64 {
  return lockAll(own(), u64(truncate<u32>(call.args[0])));
}
export function sysMunlockall(_call: ptr<Call>): i64 {
  return unlockAll(own());
}
