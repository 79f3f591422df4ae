/** Nobody at the far end: what is written is lost, nothing ever comes. One object for each device. */
import type { CharacterBackend, NetworkBackend } from "./backends.ts";

const NOTHING = new Uint8Array(0);

export class NullCharacter implements CharacterBackend {
  onReady: (() => void) | undefined;

  write(_bytes: Uint8Array): void {}
  read(_most: number): Uint8Array {
    return NOTHING;
  }
}

/** A cable with nothing plugged in. */
export class NullNetwork implements NetworkBackend {
  receive: ((frame: Uint8Array) => void) | undefined;

  send(_frame: Uint8Array): void {}
}
