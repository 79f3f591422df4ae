/*
 * Differences that are meant or cannot be helped, each with its reason. A condition names the call, both outcomes (program/main.c says how they are written), and
 * what the arguments look like, as narrowly as the reason goes. And the calls that are not generated.
 */
import type { Reference } from "./options.ts";

/** System calls that are served, and that the program does not make. */
export const LEFT_OUT: Readonly<Record<string, string>> = {
  exit: "ends the program",
  exit_group: "ends the program",
  rt_sigreturn: "goes on elsewhere",
  fork: "doubles the program where there are processes",
  vfork: "doubles the program where there are processes",
  mount: "changes the host",
  umount2: "changes the host",
  sync: "writes back all of the host",
};

interface Known {
  readonly call: RegExp;
  readonly here: RegExp;
  readonly there: RegExp;
  readonly args?: RegExp;
  /** Where Linux says so; both if it is not here. */
  readonly against?: Reference;
  readonly reason: string;
}
const NEWER = "Linux has changed it since 6.1";

const KNOWN: readonly Known[] = [
  // What the kernel does not have, as docs/syscalls.md says.
  {
    call: /[lf]?(get|remove)xattr/,
    here: /e61/,
    there: /0|e1|e22|e34|e95/,
    reason: "no file has extended attributes; on tmpfs it has an access control list, and user's since 6.6",
  },
  {
    call: /[lf]?setxattr/,
    here: /e95/,
    there: /0|e1|e17|e22|e28|e61/,
    reason:
      "no file can have extended attributes; on tmpfs it can have user's since 6.6, and access control lists",
  },
  {
    call: /bind/,
    here: /e95|e22/,
    there: /0|e2|e20|e98|e22/,
    reason: "sockets have no names",
  },
  {
    call: /(sendto|recvfrom)/,
    here: /.*/,
    there: /e22(:\w+)?|e95/,
    args: /^\w+\(\w+, -?\w+( "[^"]*")?, -?\w+, \w*[13579bdf], /,
    reason: "there is no data out of band",
  },
  {
    call: /(sendmsg|recvmsg)/,
    here: /.*/,
    there: /e22(:\w+)?|e95/,
    args: /^\w+\(\w+, -?\w+( "[^"]*")?, \w*[13579bdf]\)/,
    reason: "there is no data out of band",
  },
  {
    call: /copy_file_range/,
    here: /\w+(:\w+)?/,
    there: /e18/,
    reason: "files are copied from one file system to another",
  },
  {
    call: /renameat2/,
    here: /e22/,
    there: /0|e\d+/,
    args: /, [56]\)$/,
    reason: "there is no RENAME_WHITEOUT",
  },
  { call: /renameat2/, here: /e22/, there: /0|e\d+/, args: /, 2\)$/, reason: "there is no RENAME_EXCHANGE" },
  {
    call: /clock_nanosleep/,
    here: /0/,
    there: /e4/,
    args: /^clock_nanosleep\((0x\w+0000000)?2, /,
    reason: "processor time goes by real time",
  },
  {
    call: /fcntl/,
    here: /0/,
    there: /e22/,
    args: /, 4, (-1|0x4[0-9a-f]{3})\)/,
    reason: "every file takes O_DIRECT",
  },
  {
    call: /sched_getaffinity/,
    here: /done/,
    there: /e14/,
    reason: "the set of processors is eight bytes long, and Linux's longer",
  },
  {
    call: /mlock2?/,
    here: /0/,
    there: /e12/,
    args: /^mlock2?\(0x1000010(0[3-9a]|0d)/,
    reason: "a page of a file behind its end, or one that cannot be touched, is not looked for",
  },
  // Which of several wrong arguments is told of.
  {
    call: /renameat2?|linkat|symlinkat|rename|link|symlink/,
    here: /e36/,
    there: /e2|e9|e20|e40/,
    args: /"(xxxx|\.\/\.\/)/,
    reason: "a name that is too long is told of before the other name is looked at",
  },
  {
    call: /mmap/,
    here: /e22/,
    there: /e17/,
    reason: "the kind of a mapping is looked at before what is mapped there",
  },
  {
    call: /mremap/,
    here: /e14|e22/,
    there: /e14|e22/,
    reason: "what is mapped at the old address is looked at first, or the new address",
  },
  {
    call: /futex/,
    here: /e11|e14|0.*/,
    there: /0|e14/,
    reason: "a futex's memory is looked at if it is needed, and only then",
  },
  {
    call: /getdents(64)?/,
    here: /e14/,
    there: /done/,
    reason: "entries before one that cannot be written are not told of",
  },
  {
    call: /writev|sendmsg/,
    here: /\w+/,
    there: /\w+/,
    args: /^\w+\((0x\w+000000)?(11|14|15|0xb|b|e|f), /,
    reason:
      "a pipe or socket is written page by page: how much comes before a part that cannot be read differs",
  },
  {
    call: /rt_(tg)?sigqueueinfo/,
    here: /e14/,
    there: /e1|e3|e22/,
    reason: "Linux reads the first 48 of 128 bytes, and the others later",
  },
  {
    call: /waitid/,
    here: /e14:\w+/,
    there: /e14/,
    reason: "a word at the end of memory is written in part before the fault",
  },
  // What depends on Linux's version.
  {
    call: /[lf]?(set|get|remove)xattr/,
    here: /e7|e14|e22|e34/,
    there: /e2|e9|e14|e20|e36|e40/,
    against: "linux",
    reason: `the file is looked for last: ${NEWER}`,
  },
  {
    call: /l?stat|newfstatat/,
    here: /0:\w+/,
    there: /0:\w+/,
    args: /"\/[/.]*\\0/,
    against: "linux",
    reason: "the root directory is an initramfs there",
  },
  {
    call: /pwritev2?|preadv2?|readv|writev/,
    here: /e9/,
    there: /e14|e22/,
    against: "linux",
    reason: `how a file is open is looked at before the parts are read: ${NEWER}`,
  },
  {
    call: /p?writev2?|p?readv2?|recvmsg|sendmsg/,
    here: /e14/,
    there: /e22/,
    against: "native",
    reason: `the parts are looked at one by one: ${NEWER}`,
  },
  {
    call: /write/,
    here: /e22/,
    there: /8/,
    args: /^write\((0x\w+0000)?(16|10), /,
    against: "linux",
    reason: `an event counter takes eight bytes and no more: ${NEWER}`,
  },
  {
    call: /epoll_p?wait2?/,
    here: /e9/,
    there: /e14|e22/,
    against: "linux",
    reason: `the descriptor is looked at first: ${NEWER}`,
  },
  {
    call: /ioctl/,
    here: /e25/,
    there: /e14|e22/,
    args: /^ioctl\((0x\w+000000)?(17|11), /,
    against: "native",
    reason: `epolls have requests: ${NEWER}`,
  },
  {
    call: /fallocate/,
    here: /e22/,
    there: /e95/,
    args: /^fallocate\(-?\w+, 99, /,
    against: "native",
    reason: `bits that do not go together are not supported: ${NEWER}`,
  },
  {
    call: /memfd_create/,
    here: /e22/,
    there: /\w+/,
    args: /, (8|9|16|17)\)$/,
    against: "native",
    reason: `there are MFD_EXEC and MFD_NOEXEC_SEAL: ${NEWER}`,
  },
  {
    call: /getsockname|getpeername/,
    here: /.*/,
    there: /(0|e14)(:\w+)?/,
    against: "native",
    reason: `the length is written before the name: ${NEWER}`,
  },
  {
    call: /sched_get_priority_(min|max)/,
    here: /e22/,
    there: /0/,
    args: /\(7\)/,
    against: "native",
    reason: `there is SCHED_EXT: ${NEWER}`,
  },
];

/** Why they differ; undefined: nobody knows. `here` is the unikernel's outcome. */
export function reasonFor(
  call: string,
  here: string,
  there: string,
  args: string,
  against: Reference,
): string | undefined {
  const isWhole = (pattern: RegExp, text: string): boolean =>
    new RegExp(`^(?:${pattern.source})$`).test(text);
  return KNOWN.find(
    (known) =>
      isWhole(known.call, call) &&
      isWhole(known.here, here) &&
      isWhole(known.there, there) &&
      (known.args === undefined || known.args.test(args)) &&
      (known.against === undefined || known.against === against),
  )?.reason;
}
