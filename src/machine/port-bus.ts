/** The 65,536 I/O ports: who answers at which, with wide accesses split for narrow devices. It charges no time. */
import type { AccessSize, PortSpace, RegisterHandler } from "../devices/bus.ts";

interface PortRange {
  readonly first: number;
  readonly end: number;
  readonly handler: RegisterHandler;
}
const PORTS = 0x10000;

export class PortBus implements PortSpace {
  readonly #ranges: PortRange[] = [];
  #last: PortRange | undefined;

  add(first: number, count: number, handler: RegisterHandler): void {
    const end = first + count;
    if (!(first >= 0 && count > 0 && end <= PORTS))
      throw new RangeError(`there are no ports ${first}–${end - 1}`);
    if (this.#ranges.some((r) => first < r.end && r.first < end)) {
      throw new RangeError(`ports 0x${first.toString(16)}–0x${(end - 1).toString(16)} are taken`);
    }
    this.#ranges.push({ first, end, handler });
  }
  remove(first: number): void {
    const at = this.#ranges.findIndex((r) => r.first === first);
    if (at >= 0) this.#ranges.splice(at, 1);
    this.#last = undefined;
  }
  #find(port: number): PortRange | undefined {
    const last = this.#last;
    if (last !== undefined && port >= last.first && port < last.end) return last;
    this.#last = this.#ranges.find((r) => port >= r.first && port < r.end);
    return this.#last;
  }

  /** Port input of 1, 2 or 4 bytes, unsigned. */
  read(port: number, size: AccessSize): number {
    let value = 0;
    for (let done = 0; done < size; ) {
      const at = (port + done) & (PORTS - 1);
      const range = this.#find(at);
      const piece = pieceOf(range, at, size - done);
      const part = range === undefined ? 2 ** (piece * 8) - 1 : range.handler.read(at - range.first, piece);
      value += part * 2 ** (done * 8);
      done += piece;
    }
    return value;
  }
  write(port: number, size: AccessSize, value: number): void {
    for (let done = 0; done < size; ) {
      const at = (port + done) & (PORTS - 1);
      const range = this.#find(at);
      const piece = pieceOf(range, at, size - done);
      const part = Math.floor(value / 2 ** (done * 8)) % 2 ** (piece * 8);
      range?.handler.write(at - range.first, piece, part);
      done += piece;
    }
  }
}

/** Bytes that `range` takes at once of `left` at `port`: a power of two, no wider than it says, within its ports. */
function pieceOf(range: PortRange | undefined, port: number, left: number): AccessSize {
  const most = Math.min(
    left,
    range === undefined ? 1 : Math.min(range.handler.widest ?? 1, range.end - port),
  );
  return most >= 4 ? 4 : most >= 2 ? 2 : 1;
}
