/*
 * Reading the file that a command is about, or standard input. Whatever cannot be read is one clear line with its name, and
 * a file without end (/dev/zero) is refused where another would fill the memory.
 */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { UserError } from "./errors.ts";

/** The most bytes that a program or an ELF file may have. */
const INPUT_LIMIT = 1 << 30;
/** Bytes that are asked for at a time, where the size is not known before. */
const CHUNK = 1 << 20;

/** How messages call an input. */
export const inputName = (path: string): string => (path === "-" ? "standard input" : path);

/**
 * The bytes of a file, or of standard input for "-". Throws UserError for a directory and for more than `limit` bytes,
 * and Node's system error for what cannot be opened or read.
 */
export function readInput(path: string, limit = INPUT_LIMIT): Uint8Array {
  const fd = path === "-" ? 0 : openSync(path, "r");
  try {
    const stat = fstatSync(fd);
    if (stat.isDirectory()) throw new UserError(`${inputName(path)}: it is a directory`);
    const tooLarge = new UserError(`${inputName(path)}: more than ${limit} bytes`);
    if (stat.size > limit) throw tooLarge;
    const parts: Uint8Array[] = [];
    for (let total = 0; ; ) {
      const part = new Uint8Array(total === 0 && stat.size > 0 ? stat.size + 1 : CHUNK);
      const size = readSync(fd, part);
      if (size === 0) return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      total += size;
      if (total > limit) throw tooLarge;
      parts.push(part.subarray(0, size));
    }
  } catch (error) {
    // Errors of a descriptor do not say whose it is.
    if (error instanceof Error && "syscall" in error && !("path" in error)) {
      Object.assign(error, { path: inputName(path) });
    }
    throw error;
  } finally {
    if (path !== "-") closeSync(fd);
  }
}
