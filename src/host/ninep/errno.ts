/** Linux's error numbers for what Node's file system calls throw: 9P2000.L answers with them. */
import { errorCode } from "../errors.ts";

export const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  EIO: 5,
  EBADF: 9,
  EACCES: 13,
  EBUSY: 16,
  EEXIST: 17,
  EXDEV: 18,
  ENOTDIR: 20,
  EISDIR: 21,
  EINVAL: 22,
  ENFILE: 23,
  EMFILE: 24,
  EFBIG: 27,
  ENOSPC: 28,
  EROFS: 30,
  EMLINK: 31,
  ENAMETOOLONG: 36,
  ENOTEMPTY: 39,
  ELOOP: 40,
  EPROTO: 71,
  EOPNOTSUPP: 95,
  EDQUOT: 122,
} as const;
export type ErrorName = keyof typeof ERRNO;

/** An answer that is an error. */
export class NinepError extends Error {
  readonly errno: number;
  constructor(name: ErrorName) {
    super(name);
    this.errno = ERRNO[name];
  }
}

const isName = (code: string | undefined): code is ErrorName => code !== undefined && code in ERRNO;

/** The number to answer with; EIO for what Linux has no number for here. Undefined: it is no error of the system's. */
export function errnoOf(error: unknown): number | undefined {
  if (error instanceof NinepError) return error.errno;
  const code = errorCode(error);
  if (code === undefined) return undefined;
  return isName(code) ? ERRNO[code] : ERRNO.EIO;
}
