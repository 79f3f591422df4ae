/**
 * Extended attributes (xattr(7)), which no file has, and none can get: the arguments are looked at as Linux does it, then the file, and then it is said that there
 * are none.
 */
import { E2BIG, EBADF, EFAULT, EINVAL, ENODATA, EOPNOTSUPP, ERANGE } from "../fs/errno.ts";
import { dropFile } from "../fs/file.ts";
import { startsWith } from "../lib/text.ts";
import { copyIn, copyText } from "../program/user.ts";
import type { Call } from "./call.ts";
import { fileIn } from "./descriptor.ts";
import { AT_SYMLINK_NOFOLLOW, HERE, leave, type Place } from "./paths.ts";
import { reachByFlags } from "./stat.ts";

const NAME_ROOM: usize = 256;
/** A value's most bytes (XATTR_SIZE_MAX). */
const VALUE_MOST: u64 = 65536;
const XATTR_CREATE: u32 = 1;
const XATTR_REPLACE: u32 = 2;

/** An attribute's name: 0 for one of a kind that there is, -EOPNOTSUPP for another, -EFAULT or -ERANGE for none. */
function checkName(from: usize): i64 {
  const name: array<u8, typeof NAME_ROOM> = zeroed();
  const text = addressOf(name[0]);
  const length = copyText(text, from, NAME_ROOM);
  if (length === -EFAULT) return length;
  if (length <= 0) return -ERANGE;
  const known =
    startsWith(text, "user.") ||
    startsWith(text, "trusted.") ||
    startsWith(text, "security.") ||
    startsWith(text, "system.");
  return known ? 0 : -EOPNOTSUPP;
}
/** Whether all of a value can be read. */
function checkValue(from: usize, bytes: u64): i64 {
  const piece: array<u8, 256> = zeroed();
  if (bytes > VALUE_MOST) return -E2BIG;
  for (let done: u64 = 0; done < bytes; done += 256) {
    const step = bytes - done < 256 ? bytes - done : 256;
    if (!copyIn(addressOf(piece[0]), from + done, step)) return -EFAULT;
  }
  return 0;
}
/** Looks at a file by its name, and gives the status where there is one. */
function ofPath(call: ptr<Call>, flags: u32, status: i64): i64 {
  const place: Place = zeroed();
  const reached = reachByFlags(HERE, call.args[0], flags, addressOf(place));
  if (reached < 0) return reached;
  leave(addressOf(place));
  return status;
}
function ofDescriptor(call: ptr<Call>, status: i64): i64 {
  const file = fileIn(call, 0);
  if (file === null) return -EBADF;
  dropFile(file);
  return status;
}
/** Whether it is said before a file is looked for. */
function isWrong(status: i64): bool {
  return status < 0 && status !== -EOPNOTSUPP && status !== -ENODATA;
}
/** What getting or removing one comes to once there is a file. */
function without(call: ptr<Call>): i64 {
  const named = checkName(call.args[1]);
  return named < 0 ? named : -ENODATA;
}
export function sysGetxattr(call: ptr<Call>): i64 {
  const status = without(call);
  return isWrong(status) ? status : ofPath(call, 0, status);
}
export function sysLgetxattr(call: ptr<Call>): i64 {
  const status = without(call);
  return isWrong(status) ? status : ofPath(call, AT_SYMLINK_NOFOLLOW, status);
}
export function sysFgetxattr(call: ptr<Call>): i64 {
  const status = without(call);
  return isWrong(status) ? status : ofDescriptor(call, status);
}
export function sysRemovexattr(call: ptr<Call>): i64 {
  return sysGetxattr(call);
}
export function sysLremovexattr(call: ptr<Call>): i64 {
  return sysLgetxattr(call);
}
export function sysFremovexattr(call: ptr<Call>): i64 {
  return sysFgetxattr(call);
}
export function sysListxattr(call: ptr<Call>): i64 {
  return ofPath(call, 0, 0);
}
export function sysLlistxattr(call: ptr<Call>): i64 {
  return ofPath(call, AT_SYMLINK_NOFOLLOW, 0);
}
export function sysFlistxattr(call: ptr<Call>): i64 {
  return ofDescriptor(call, 0);
}
/** What setting one is refused for before there is a file; -EOPNOTSUPP: for nothing. */
function refusal(call: ptr<Call>): i64 {
  if ((truncate<u32>(call.args[4]) & ~(XATTR_CREATE | XATTR_REPLACE)) !== 0) return -EINVAL;
  const named = checkName(call.args[1]);
  if (isWrong(named)) return named;
  const valued = checkValue(call.args[2], call.args[3]);
  return valued < 0 ? valued : -EOPNOTSUPP;
}
export function sysSetxattr(call: ptr<Call>): i64 {
  const status = refusal(call);
  return isWrong(status) ? status : ofPath(call, 0, status);
}
export function sysLsetxattr(call: ptr<Call>): i64 {
  const status = refusal(call);
  return isWrong(status) ? status : ofPath(call, AT_SYMLINK_NOFOLLOW, status);
}
export function sysFsetxattr(call: ptr<Call>): i64 {
  const status = refusal(call);
  return isWrong(status) ? status : ofDescriptor(call, status);
}
