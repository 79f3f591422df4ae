/**
 * What a read or write moves: bytes that lie in several parts of a program's or the kernel's memory, as readv(2) has them, and how far it
 * has come. What cannot be touched ends it.
 */
import { PAGE_SIZE } from "../memory/address.ts";
import { kernelMemory, type ProgramMemory, programMemory } from "./program-memory.ts";

/** struct iovec. */
export class Part extends Struct {
  start: usize;
  length: usize;
}

/** Up to the end of the first page, where more than that could not be moved; 0: there is no less to try. */
function shorter(start: usize, bytes: usize): usize {
  const first = PAGE_SIZE - (start & (PAGE_SIZE - 1));
  return first < bytes ? first : 0;
}

export class Transfer extends Struct {
  memory: ptr<ProgramMemory>;
  parts: ptr<Part>;
  /** In the first of the parts. */
  at: usize;
  /** Bytes that are to be moved still. */
  left: usize;
  /** Some memory could not be touched. */
  faulted: bool;

  /** Puts bytes where they are wanted; how many, fewer if memory cannot be touched or no more are wanted. */
  give(from: ptr<u8>, bytes: usize): usize {
    let done: usize = 0;
    while (done < bytes && this.left > 0) {
      let step = this.step(bytes - done);
      if (step === 0) continue;
      const to = this.parts.start + this.at;
      if (!this.memory.copyOut(to, from.offset(done), step)) {
        step = shorter(to, step);
        if (step === 0 || !this.memory.copyOut(to, from.offset(done), step)) {
          this.faulted = true;
          break;
        }
      }
      this.advance(step);
      done += step;
    }
    return done;
  }
  /** Takes the next bytes. */
  take(to: ptr<u8>, bytes: usize): usize {
    let done: usize = 0;
    while (done < bytes && this.left > 0) {
      let step = this.step(bytes - done);
      if (step === 0) continue;
      const from = this.parts.start + this.at;
      if (!this.memory.copyIn(to.offset(done), from, step)) {
        step = shorter(from, step);
        if (step === 0 || !this.memory.copyIn(to.offset(done), from, step)) {
          this.faulted = true;
          break;
        }
      }
      this.advance(step);
      done += step;
    }
    return done;
  }
  /** How much of the first part can be moved at once; 0: it is done, and the next one is the first. */
  private step(wanted: usize): usize {
    let step = this.parts.length - this.at;
    if (step === 0) {
      this.parts = this.parts.offset(1);
      this.at = 0;
      return 0;
    }
    if (step > wanted) step = wanted;
    return step > this.left ? this.left : step;
  }
  private advance(step: usize): void {
    this.at += step;
    this.left -= step;
  }
}

/** `part` must outlive the transfer. */
function set(
  transfer: ptr<Transfer>,
  memory: ptr<ProgramMemory>,
  part: ptr<Part>,
  start: usize,
  length: usize,
): void {
  part.start = start;
  part.length = length;
  transfer.memory = memory;
  transfer.parts = part;
  transfer.at = 0;
  transfer.left = length;
  transfer.faulted = false;
}
/** One part of the kernel's memory. */
export function kernelTransfer(
  transfer: ptr<Transfer>,
  part: ptr<Part>,
  bytes: ptr<unknown>,
  length: usize,
): void {
  set(transfer, addressOf(kernelMemory), part, address(bytes), length);
}
/** One part of a program's. */
export function programTransfer(transfer: ptr<Transfer>, part: ptr<Part>, start: usize, length: usize): void {
  set(transfer, addressOf(programMemory), part, start, length);
}
/** Several parts of a program's, `total` bytes together. */
export function partsTransfer(transfer: ptr<Transfer>, parts: ptr<Part>, total: usize): void {
  transfer.memory = addressOf(programMemory);
  transfer.parts = parts;
  transfer.at = 0;
  transfer.left = total;
  transfer.faulted = false;
}
