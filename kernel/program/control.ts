/** Signals from outside: each byte of the console's third port is one's number. Ctrl-C on the host's terminal comes this way. */
import { consoleHas, consoleRead } from "../drivers/console.ts";
import { spawn } from "../thread/spawn.ts";
import type { SignalInformation } from "./process.ts";
import { SI_KERNEL } from "./signal-numbers.ts";
import { isSignal, sendToProcess } from "./signals.ts";

const CONTROL: u32 = 2;
const ROOM: usize = 16;

function listen(_argument: ptr<unknown>): void {
  const bytes: array<u8, typeof ROOM> = zeroed();
  for (;;) {
    const count = consoleRead(CONTROL, addressOf(bytes[0]), ROOM, false);
    if (count <= 0) return;
    for (let i: usize = 0; i < usize(count); i++) {
      const signal = bytes[i];
      if (!isSignal(u64(signal))) continue;
      const information: SignalInformation = init({ signal: i32(signal), code: SI_KERNEL });
      sendToProcess(addressOf(information));
    }
  }
}
/** Where there is no such port, or no memory, nobody is heard. */
export function listenForSignals(): void {
  if (consoleHas(CONTROL)) spawn("control", listen, null, null);
}
