/**
 * What this system does not have, as far as programs ask before they do without: other processes, names of hosts and networks, a log. Each says so by its error.
 */
import { failWith } from "./errno.ts";

const ENOSYS: i32 = 38;
const ENOENT: i32 = 2;
/** getaddrinfo's: no such name. */
const EAI_NONAME: i32 = -2;

/** @export */
export function posix_spawn(): i32 {
  return ENOSYS;
}
/** @export */
export function posix_spawnp(): i32 {
  return ENOSYS;
}
/** @export */
export function posix_spawn_file_actions_init(): i32 {
  return 0;
}
/** @export */
export function posix_spawn_file_actions_destroy(): i32 {
  return 0;
}
/** @export */
export function posix_spawn_file_actions_addclose(): i32 {
  return 0;
}
/** @export */
export function posix_spawn_file_actions_adddup2(): i32 {
  return 0;
}
/** @export */
export function posix_spawn_file_actions_addopen(): i32 {
  return 0;
}
/** @export */
export function posix_spawnattr_init(): i32 {
  return 0;
}
/** @export */
export function posix_spawnattr_destroy(): i32 {
  return 0;
}
/** @export */
export function posix_spawnattr_setflags(): i32 {
  return 0;
}
/** @export */
export function posix_spawnattr_setsigmask(): i32 {
  return 0;
}
/** @export */
export function posix_spawnattr_setsigdefault(): i32 {
  return 0;
}
/** @export */
export function posix_spawnattr_setpgroup(): i32 {
  return 0;
}
/** @export */
export function execl(): i32 {
  return failWith(ENOSYS);
}
/** @export */
export function execlp(): i32 {
  return failWith(ENOSYS);
}
/** @export */
export function execle(): i32 {
  return failWith(ENOSYS);
}
/** @export */
export function execvpe(): i32 {
  return failWith(ENOSYS);
}
/** @export */
export function posix_openpt(): i32 {
  return failWith(ENOSYS);
}
/** @export */
export function grantpt(): i32 {
  return failWith(ENOSYS);
}
/** @export */
export function unlockpt(): i32 {
  return failWith(ENOSYS);
}
/** @export */
export function ptsname(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getmntent(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function setmntent(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function gethostbyname(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function gethostbyaddr(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function gethostent(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getservbyname(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getservbyport(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getprotobyname(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getprotobynumber(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getnetbyname(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getnetbyaddr(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getnetent(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getservent(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getprotoent(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getspnam(): usize {
  failWith(ENOENT);
  return 0;
}
/** @export */
export function getaddrinfo(): i32 {
  return EAI_NONAME;
}
/** @export */
export function getnameinfo(): i32 {
  return EAI_NONAME;
}
/** @export */
export function freeaddrinfo(): void {}
/** @export */
export function freeifaddrs(): void {}
/** @export */
export function sethostent(): void {}
/** @export */
export function endhostent(): void {}
/** @export */
export function setservent(): void {}
/** @export */
export function endservent(): void {}
/** @export */
export function setprotoent(): void {}
/** @export */
export function endprotoent(): void {}
/** @export */
export function setnetent(): void {}
/** @export */
export function endnetent(): void {}
/** @export */
export function endmntent(): void {}
/** @export */
export function openlog(): void {}
/** @export */
export function closelog(): void {}
/** @export */
export function syslog(): void {}
/** @export */
export function __syslog_chk(): void {}
/** @export */
export function vsyslog(): void {}
/** @export */
export function __vsyslog_chk(): void {}
/** @export */
export function mtrace(): void {}
/** @export */
export function muntrace(): void {}
/** @export */
export function getifaddrs(place: ptr<usize>): i32 {
  place.value = 0;
  return 0;
}
/** @export */
export function gai_strerror(_error: i32): ptr<u8> {
  return "Name or service not known";
}
/** @export */
export function if_nametoindex(_name: ptr<u8>): u32 {
  failWith(19);
  return 0;
}
/** @export */
export function if_indextoname(_index: u32, _name: ptr<u8>): usize {
  failWith(6);
  return 0;
}
let hostError: i32 = 1;
/** @export */
export function __h_errno_location(): ptr<i32> {
  return addressOf(hostError);
}
/** No frames are told. @export */
export function backtrace(_to: usize, _most: i32): i32 {
  return 0;
}
/** @export */
export function backtrace_symbols(_frames: usize, _count: i32): usize {
  return 0;
}
/** @export */
export function backtrace_symbols_fd(_frames: usize, _count: i32, _file: i32): void {}
/** Addresses of IPv6 that are known to all: none, and the machine itself. @export */
export let in6addr_any: array<u64, 2> = zeroed();
/** @export */
export let in6addr_loopback: array<u64, 2> = [0, 0x0100_0000_0000_0000];
