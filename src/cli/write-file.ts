/* Output files that are whole or not there: written under another name in the same folder, then renamed. */
import { closeSync, openSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";

const isFile = (path: string): boolean => {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined || stat.isFile();
};

/** Throws Node's system error, and then leaves nothing behind. What is no regular file (/dev/null) is written to as it is. */
export function writeWhole(path: string, content: Uint8Array | string, mode = 0o666): void {
  if (!isFile(path)) {
    writeFileSync(path, content);
    return;
  }
  const temporary = `${path}.${process.pid}.part`;
  const fd = openSync(temporary, "wx", mode);
  try {
    try {
      writeFileSync(fd, content);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}
