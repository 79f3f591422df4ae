/** Calls about sockets (POSIX <sys/socket.h>). Made of ../system.ts: arguments are as C hands them over, of "..." as well. */
import { asSystemCall } from "../system.ts";

/** @export @naked */
export function socket(): void {
  asm`mov eax, 41; jmp ${asSystemCall}`;
}
/** @export @naked */
export function connect(): void {
  asm`mov eax, 42; jmp ${asSystemCall}`;
}
/** @export @naked */
export function accept(): void {
  asm`mov eax, 43; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sendto(): void {
  asm`mov eax, 44; jmp ${asSystemCall}`;
}
/** @export @naked */
export function recvfrom(): void {
  asm`mov eax, 45; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sendmsg(): void {
  asm`mov eax, 46; jmp ${asSystemCall}`;
}
/** @export @naked */
export function recvmsg(): void {
  asm`mov eax, 47; jmp ${asSystemCall}`;
}
/** @export @naked */
export function shutdown(): void {
  asm`mov eax, 48; jmp ${asSystemCall}`;
}
/** @export @naked */
export function bind(): void {
  asm`mov eax, 49; jmp ${asSystemCall}`;
}
/** @export @naked */
export function listen(): void {
  asm`mov eax, 50; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getsockname(): void {
  asm`mov eax, 51; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getpeername(): void {
  asm`mov eax, 52; jmp ${asSystemCall}`;
}
/** @export @naked */
export function socketpair(): void {
  asm`mov eax, 53; jmp ${asSystemCall}`;
}
/** @export @naked */
export function setsockopt(): void {
  asm`mov eax, 54; jmp ${asSystemCall}`;
}
/** @export @naked */
export function getsockopt(): void {
  asm`mov eax, 55; jmp ${asSystemCall}`;
}
/** @export @naked */
export function accept4(): void {
  asm`mov eax, 288; jmp ${asSystemCall}`;
}
/** @export @naked */
export function send(): void {
  asm`xor r8d, r8d; xor r9d, r9d; mov eax, 44; jmp ${asSystemCall}`;
}
/** @export @naked */
export function recv(): void {
  asm`xor r8d, r8d; xor r9d, r9d; mov eax, 45; jmp ${asSystemCall}`;
}
/** @export @naked */
export function recvmmsg(): void {
  asm`mov eax, 299; jmp ${asSystemCall}`;
}
/** @export @naked */
export function sendmmsg(): void {
  asm`mov eax, 307; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __send(): void {
  asm`xor r8d, r8d; xor r9d, r9d; mov eax, 44; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __connect(): void {
  asm`mov eax, 42; jmp ${asSystemCall}`;
}
