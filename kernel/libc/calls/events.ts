/** Calls that wait for files, and make files to wait for (POSIX <poll.h>, <sys/select.h>; epoll(7), eventfd(2), timerfd_create(2)). Made of ../system.ts: arguments are as C hands them over, of "..." as well. */
import { asSystemCall } from "../system.ts";

/** @export @naked */
export function select(): void {
  asm`mov eax, 23; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_create(): void {
  asm`mov eax, 213; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_wait(): void {
  asm`mov eax, 232; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_ctl(): void {
  asm`mov eax, 233; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_pwait(): void {
  asm`mov eax, 281; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timerfd_create(): void {
  asm`mov eax, 283; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timerfd_settime(): void {
  asm`mov eax, 286; jmp ${asSystemCall}`;
}
/** @export @naked */
export function timerfd_gettime(): void {
  asm`mov eax, 287; jmp ${asSystemCall}`;
}
/** @export @naked */
export function eventfd(): void {
  asm`mov eax, 290; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_create1(): void {
  asm`mov eax, 291; jmp ${asSystemCall}`;
}
/** @export @naked */
export function poll(): void {
  asm`mov eax, 7; jmp ${asSystemCall}`;
}
/** @export @naked */
export function pselect(): void {
  asm`mov eax, 270; jmp ${asSystemCall}`;
}
/** @export @naked */
export function ppoll(): void {
  asm`mov eax, 271; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __poll(): void {
  asm`mov eax, 7; jmp ${asSystemCall}`;
}
/** @export @naked */
export function __poll_chk(): void {
  asm`mov eax, 7; jmp ${asSystemCall}`;
}
/** @export @naked */
export function signalfd(): void {
  asm`mov r10d, edx; mov edx, 8; mov ecx, r10d; mov eax, 289; jmp ${asSystemCall}`;
}
/** @export @naked */
export function epoll_pwait2(): void {
  asm`mov eax, 441; jmp ${asSystemCall}`;
}
/** @export @naked */
export function semget(): void {
  asm`mov eax, 64; jmp ${asSystemCall}`;
}
/** @export @naked */
export function semop(): void {
  asm`mov eax, 65; jmp ${asSystemCall}`;
}
/** @export @naked */
export function semctl(): void {
  asm`mov eax, 66; jmp ${asSystemCall}`;
}
/** @export @naked */
export function msgget(): void {
  asm`mov eax, 68; jmp ${asSystemCall}`;
}
/** @export @naked */
export function msgsnd(): void {
  asm`mov eax, 69; jmp ${asSystemCall}`;
}
/** @export @naked */
export function msgrcv(): void {
  asm`mov eax, 70; jmp ${asSystemCall}`;
}
/** @export @naked */
export function msgctl(): void {
  asm`mov eax, 71; jmp ${asSystemCall}`;
}
