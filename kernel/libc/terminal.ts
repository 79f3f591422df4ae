/** Terminals (POSIX <termios.h>): ioctl(2) in other words. A struct termios of C is the kernel's, but for the speeds behind it. */
import { failWith, resultOf } from "./errno.ts";
import { systemCall } from "./system.ts";

const EINVAL: i32 = 22;
const ENOTTY: i32 = 25;
/** Speeds are in four words of control flags (CBAUD). */
const SPEED: u32 = 0o10017;

class Settings extends Struct {
  input: u32;
  output: u32;
  control: u32;
  local: u32;
  line: u8;
  keys: array<u8, 32>;
  inputSpeed: u32;
  outputSpeed: u32;
}
static_assert(sizeof<Settings>() === 60);

function request(file: i32, number: u64, argument: u64): i32 {
  return i32(resultOf(systemCall(16, truncate<u64>(i64(file)), number, argument)));
}
/** @export */
export function tcflush(file: i32, queue: i32): i32 {
  return request(file, 0x540b, u64(u32(queue)));
}
/** @export */
export function tcflow(file: i32, action: i32): i32 {
  return request(file, 0x540a, u64(u32(action)));
}
/** @export */
export function tcdrain(file: i32): i32 {
  return request(file, 0x5409, 1);
}
/** @export */
export function tcsendbreak(file: i32, _duration: i32): i32 {
  return request(file, 0x5409, 0);
}
/** @export */
export function tcgetpgrp(file: i32): i32 {
  let group: i32 = 0;
  return request(file, 0x540f, address(addressOf(group))) < 0 ? -1 : group;
}
/** @export */
export function tcsetpgrp(file: i32, group: i32): i32 {
  const own: i32 = group;
  return request(file, 0x5410, address(addressOf(own)));
}
/** @export */
export function cfgetospeed(settings: ptr<Settings>): u32 {
  return settings.control & SPEED;
}
/** @export */
export function cfgetispeed(settings: ptr<Settings>): u32 {
  return settings.control & SPEED;
}
/** @export */
export function cfsetospeed(settings: ptr<Settings>, speed: u32): i32 {
  if ((speed & ~SPEED) !== 0) return failWith(EINVAL);
  settings.control = (settings.control & ~SPEED) | speed;
  settings.outputSpeed = speed;
  return 0;
}
/** @export */
export function cfsetispeed(settings: ptr<Settings>, speed: u32): i32 {
  if (speed === 0) return 0;
  settings.inputSpeed = speed;
  return cfsetospeed(settings, speed);
}
/** @export */
export function cfmakeraw(settings: ptr<Settings>): void {
  settings.input &= ~u32(0o2753);
  settings.output &= ~u32(1);
  settings.local &= ~u32(0o100113);
  settings.control = (settings.control & ~u32(0o460)) | 0o60;
  settings.keys[6] = 1;
  settings.keys[5] = 0;
}
/** The only terminals are the standard streams, and they have one name. @export */
export function ttyname_r(file: i32, to: ptr<u8>, room: usize): i32 {
  const settings: Settings = zeroed();
  if (systemCall(16, truncate<u64>(i64(file)), 0x5401, address(addressOf(settings))) < 0) return ENOTTY;
  if (room < 13) return 34;
  memcpy(to, "/dev/console", 13);
  return 0;
}
const name: array<u8, 16> = zeroed();
/** @export */
export function ttyname(file: i32): ptr<u8> | null {
  const error = ttyname_r(file, addressOf(name[0]), 16);
  if (error === 0) return addressOf(name[0]);
  failWith(error);
  return null;
}
/** @export */
export function ctermid(to: ptr<u8>): ptr<u8> {
  const place = address(to) === 0 ? addressOf(name[0]) : to;
  memcpy(place, "/dev/tty", 9);
  return place;
}
