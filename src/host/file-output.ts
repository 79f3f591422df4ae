/**
 * A file that takes what the guest writes to a serial line. Nothing ever comes from it. Bytes are handed to the operating
 * system at once, so that a crash loses none; they are not forced to the medium.
 */
import { closeSync, openSync, writeSync } from "node:fs";
import type { CharacterBackend } from "./backends.ts";
import { HostError, systemReason } from "./errors.ts";

const NOTHING = new Uint8Array(0);

export class FileOutput implements CharacterBackend {
  onReady: (() => void) | undefined;
  readonly #path: string;
  readonly #report: (error: HostError) => void;
  #fd: number | undefined;

  /**
   * Creates the file, or empties it. Throws HostError if it cannot. `report` hears of the first write that fails; what is
   * written from then on is lost.
   */
  constructor(path: string, report: (error: HostError) => void) {
    this.#path = path;
    this.#report = report;
    try {
      this.#fd = openSync(path, "w");
    } catch (error) {
      throw new HostError(`${path}: ${systemReason(error)}`);
    }
  }
  write(bytes: Uint8Array): void {
    if (this.#fd === undefined) return;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this.close();
      this.#report(new HostError(`${this.#path}: ${systemReason(error)}`));
    }
  }
  read(_most: number): Uint8Array {
    return NOTHING;
  }
  /** What is written later is lost. */
  close(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
