/** What every program finds: /dev, /proc, /sys and /tmp; the signal of pipes that nobody reads; and that its files are written at the end. */
import { makeDevfs } from "../fs/devfs.ts";
import type { FileSystem } from "../fs/node.ts";
import { setOnBroken } from "../fs/pipe.ts";
import { finishAll } from "../fs/sync.ts";
import { makeSysfs } from "../fs/sysfs.ts";
import { setFinish } from "./end.ts";
import { makeProcfs } from "./proc-tree.ts";
import { currentProgram, PROCESS_ID, type SignalInformation } from "./process.ts";
import { makeDirectories, mountAt } from "./root.ts";
import { SI_USER, SIGPIPE } from "./signal-numbers.ts";
import { sendToThread } from "./signals.ts";

function raiseBroken(): void {
  const information: SignalInformation = init({
    signal: i32(SIGPIPE),
    code: SI_USER,
    first: u64(PROCESS_ID),
  });
  sendToThread(currentProgram(), addressOf(information));
}
function mountUsual(fileSystem: ptr<FileSystem> | null, path: ptr<u8>): bool {
  // Where the host's root is mounted and lacks the directory there is none.
  if (fileSystem !== null) mountAt(fileSystem, path);
  return fileSystem !== null;
}
/** Behind the launch's mounts. False: there is no memory. */
export function mountUsualFiles(): bool {
  setOnBroken(raiseBroken);
  setFinish(finishAll);
  makeDirectories("/tmp", true);
  return (
    mountUsual(makeDevfs(), "/dev") && mountUsual(makeProcfs(), "/proc") && mountUsual(makeSysfs(), "/sys")
  );
}
