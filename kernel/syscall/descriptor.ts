/** Descriptors as arguments of system calls. */
import { fileOf } from "../fs/descriptors.ts";
import { dropFile, O_PATH, type OpenFile } from "../fs/file.ts";
import type { Call } from "./call.ts";

/** The open file that an argument names, with a reference; null, which is EBADF, also for one that only stands for a path. */
export function fileIn(call: ptr<Call>, argument: usize): ptr<OpenFile> | null {
  const file = anyFileIn(call, argument);
  if (file === null || (file.flags & O_PATH) === 0) return file;
  dropFile(file);
  return null;
}
export function anyFileIn(call: ptr<Call>, argument: usize): ptr<OpenFile> | null {
  return fileOf(u64(truncate<u32>(call.args[argument])));
}
