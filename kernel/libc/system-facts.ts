/** What a program asks of its system: limits, names, users (POSIX sysconf, gethostname, getpwuid), and its end with a line (assert, err(3)). */
import { failAssertion } from "./abort.ts";
import { failWith } from "./errno.ts";
import { programName } from "./linker/problem.ts";
import { auxiliaryValue } from "./linker/start.ts";
import { systemCall } from "./system.ts";
import { find, lengthOf } from "./text.ts";

type Text = ptr<u8>;
const EINVAL: i32 = 22;
const PAGE: i64 = 4096;

/** @export */
export let program_invocation_name: Text = "";
/** @export */
export let program_invocation_short_name: Text = "";
/** @export */
export let __progname: Text = "";
/** @export */
export let __progname_full: Text = "";
/** Whether there has never been a second thread: never said, so that programs use their locks. @export */
export let __libc_single_threaded: u8 = 0;
/** What setjmp's and stack protectors' code of before uses. @export */
export let __stack_chk_guard: u64 = 0;

export function shortName(): Text {
  let name = programName;
  for (let slash = find(name, char("/")); slash !== null; slash = find(name, char("/")))
    name = slash.offset(1);
  return name;
}
export function setProgramNames(): void {
  program_invocation_name = programName;
  program_invocation_short_name = shortName();
  __progname = shortName();
  __progname_full = programName;
}
/** @export */
export function getprogname(): Text {
  return shortName();
}
/** @export */
export function getauxval(type: u64): u64 {
  return auxiliaryValue(type);
}
/** @export */
export function __getauxval(type: u64): u64 {
  return auxiliaryValue(type);
}
/** @export */
export function getpagesize(): i32 {
  return i32(PAGE);
}
function processors(): i64 {
  const mask: array<u64, 16> = zeroed();
  let count: i64 = 0;
  systemCall(204, 0, 128, address(addressOf(mask[0])));
  for (let i: usize = 0; i < 16; i++) count += i64(popcount(mask[i]));
  return count === 0 ? 1 : count;
}
/** Of struct sysinfo: all memory in bytes at 32, free at 40, the unit at 104. */
function pages(word: usize): i64 {
  const information: array<u64, 14> = zeroed();
  systemCall(99, address(addressOf(information[0])), 0, 0);
  const unit = information[13] & 0xffff_ffff;
  return i64((information[word] * (unit === 0 ? 1 : unit)) / 4096);
}
/** @export */
export function sysconf(name: i32): i64 {
  switch (name) {
    case 0:
      return 2_097_152;
    case 1:
      return 127_235;
    case 2:
      return 100;
    case 3:
      return 65_536;
    case 4:
      return 1024;
    case 5:
      return 16;
    case 30:
      return PAGE;
    case 60:
      return 1024;
    case 75:
      return 1024;
    case 83:
    case 84:
      return processors();
    case 85:
      return pages(4);
    case 86:
      return pages(5);
    case 29:
    case 67:
    case 68:
      return 200_809;
    case 69:
    case 70:
      return 1024;
    case 190:
      return 64;
    case 72:
    case 71:
      return 256;
    default:
      return i64(failWith(EINVAL));
  }
}
/** @export */
export function get_nprocs(): i32 {
  return i32(processors());
}
/** @export */
export function get_nprocs_conf(): i32 {
  return i32(processors());
}
/** @export */
export function pathconf(_path: Text, name: i32): i64 {
  if (name === 3) return 255;
  if (name === 4) return 4096;
  return name === 0 ? 127 : name === 5 ? PAGE : -1;
}
/** @export */
export function isatty(file: i32): i32 {
  const settings: array<u64, 8> = zeroed();
  const status = systemCall(16, truncate<u64>(i64(file)), 0x5401, address(addressOf(settings[0])));
  if (status >= 0) return 1;
  failWith(i32(0 - status));
  return 0;
}
/** @export */
export function tcgetattr(file: i32, settings: usize): i32 {
  const status = systemCall(16, truncate<u64>(i64(file)), 0x5401, settings);
  return status < 0 ? failWith(i32(0 - status)) : 0;
}
/** @export */
export function tcsetattr(file: i32, action: i32, settings: usize): i32 {
  const status = systemCall(16, truncate<u64>(i64(file)), 0x5402 + truncate<u64>(i64(action)), settings);
  return status < 0 ? failWith(i32(0 - status)) : 0;
}
/** @export */
export function gethostname(to: Text, room: usize): i32 {
  const names: array<u8, 390> = zeroed();
  systemCall(63, address(addressOf(names[0])), 0, 0);
  for (let i: usize = 0; i < room; i++) {
    to[i] = names[65 + i];
    if (to[i] === 0) return 0;
  }
  return failWith(36);
}
/** There is no shell, and nobody to wait for. @export */
export function system(command: Text): i32 {
  return address(command) === 0 ? 0 : failWith(38);
}
/** @export */
export function execvp(_file: Text, _args: usize): i32 {
  return failWith(38);
}
/** @export */
export function execv(_file: Text, _args: usize): i32 {
  return failWith(38);
}
/** @export */
export function gnu_get_libc_version(): Text {
  return "2.36";
}
/** @export */
export function getloadavg(averages: ptr<f64>, count: i32): i32 {
  for (let i: i32 = 0; i < count && i < 3; i++) averages[i] = 0;
  return count < 3 ? count : 3;
}
/** @export */
export function __assert_fail(what: Text, file: Text, line: u32, name: Text): never {
  failAssertion(shortName(), what, file, line, name);
}
/** @export */
export function __assert(what: Text, file: Text, line: u32): never {
  failAssertion(shortName(), what, file, line, pointer<u8>(0));
}
/** The value of a string of the system's configuration: the way to its commands, and nothing else. @export */
export function confstr(name: i32, to: Text, room: usize): usize {
  if (name !== 0 && name !== 2 && name !== 3) {
    failWith(EINVAL);
    return 0;
  }
  const told: Text = name === 2 ? "glibc 2.36" : name === 3 ? "NPTL 2.36" : "/bin:/usr/bin";
  const bytes = lengthOf(told) + 1;
  if (room > 0) {
    const fits = bytes < room ? bytes : room;
    memcpy(to, told, fits);
    to[fits - 1] = 0;
  }
  return bytes;
}
