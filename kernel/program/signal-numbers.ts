/** Signals, their bits, and what happens where a program has said nothing of them (signal(7)). */
export const SIGILL: u32 = 4;
export const SIGTRAP: u32 = 5;
export const SIGABRT: u32 = 6;
export const SIGBUS: u32 = 7;
export const SIGFPE: u32 = 8;
export const SIGKILL: u32 = 9;
export const SIGSEGV: u32 = 11;
export const SIGPIPE: u32 = 13;
export const SIGALRM: u32 = 14;
export const SIGCHLD: u32 = 17;
export const SIGCONT: u32 = 18;
export const SIGSTOP: u32 = 19;
export const SIGTSTP: u32 = 20;
export const SIGTTIN: u32 = 21;
export const SIGTTOU: u32 = 22;
export const SIGURG: u32 = 23;
export const SIGWINCH: u32 = 28;
/** From here on they are queued. */
export const FIRST_REAL_TIME: u32 = 32;
export const LAST_SIGNAL: u32 = 64;

/** si_code: sent by kill, by tgkill, by the kernel. */
export const SI_USER: i32 = 0;
export const SI_TKILL: i32 = -6;
export const SI_KERNEL: i32 = 128;

export function bitOf(signal: u32): u64 {
  return u64(1) << u64(signal - 1);
}
/** Nobody can block, catch or ignore these. */
export const UNSTOPPABLE: u64 = (1 << 8) | (1 << 18);
/** Without a handler nothing happens. Stopping is not here, so that what would stop or go on is among them. */
const IGNORED: u64 =
  (1 << 16) | (1 << 17) | (1 << 18) | (1 << 19) | (1 << 20) | (1 << 21) | (1 << 22) | (1 << 27);
/** What says that the program is broken: its end is told with registers. */
const BROKEN: u64 =
  (1 << 2) |
  (1 << 3) |
  (1 << 4) |
  (1 << 5) |
  (1 << 6) |
  (1 << 7) |
  (1 << 10) |
  (1 << 23) |
  (1 << 24) |
  (1 << 30);

export function isIgnoredByDefault(signal: u32): bool {
  return (IGNORED & bitOf(signal)) !== 0;
}
export function dumpsByDefault(signal: u32): bool {
  return (BROKEN & bitOf(signal)) !== 0;
}
const names: array<ptr<u8>, 32> = [
  "signal 0",
  "SIGHUP",
  "SIGINT",
  "SIGQUIT",
  "SIGILL",
  "SIGTRAP",
  "SIGABRT",
  "SIGBUS",
  "SIGFPE",
  "SIGKILL",
  "SIGUSR1",
  "SIGSEGV",
  "SIGUSR2",
  "SIGPIPE",
  "SIGALRM",
  "SIGTERM",
  "SIGSTKFLT",
  "SIGCHLD",
  "SIGCONT",
  "SIGSTOP",
  "SIGTSTP",
  "SIGTTIN",
  "SIGTTOU",
  "SIGURG",
  "SIGXCPU",
  "SIGXFSZ",
  "SIGVTALRM",
  "SIGPROF",
  "SIGWINCH",
  "SIGIO",
  "SIGPWR",
  "SIGSYS",
];
export function nameOfSignal(signal: u32): ptr<u8> {
  return signal < 32 ? names[signal] : "a real-time signal";
}
