// Requests to and replies from native/oracle.c, as bytes.

import { spawnSync } from "node:child_process";

export interface Request {
  readonly operation: string;
  /** x87 control word; SSE ignores it. */
  readonly control: number;
  /** x87 ignores it. */
  readonly mxcsr: number;
  readonly a: bigint;
  readonly b: bigint;
  readonly c: bigint;
}

export interface Reply {
  /** x87: st(0); SSE: the low or only element of xmm0. */
  readonly st0: bigint;
  /** x87: st(1); SSE: rax. */
  readonly st1: bigint;
  /** x87 stores: 128 bits, 0xaa bytes where nothing was written. */
  readonly memory: bigint;
  readonly status: number;
  readonly trapped: boolean;
  readonly mxcsr: number;
}

const REQUEST_BYTES = 56;
const REPLY_BYTES = 56;

function put(view: DataView, offset: number, value: bigint): void {
  view.setBigUint64(offset, BigInt.asUintN(64, value), true);
  view.setBigUint64(offset + 8, value >> 64n, true);
}

function take(view: DataView, offset: number): bigint {
  return (view.getBigUint64(offset + 8, true) << 64n) | view.getBigUint64(offset, true);
}

export function encodeRequests(requests: readonly Request[], names: readonly string[]): Buffer {
  const bytes = Buffer.alloc(requests.length * REQUEST_BYTES);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const numbers = new Map(names.map((name, number) => [name, number]));
  requests.forEach((request, i) => {
    const at = i * REQUEST_BYTES;
    const number = numbers.get(request.operation);
    if (number === undefined) throw new Error(`the oracle does not know ${request.operation}`);
    view.setUint16(at, number, true);
    view.setUint16(at + 2, request.control, true);
    view.setUint32(at + 4, request.mxcsr, true);
    put(view, at + 8, request.a);
    put(view, at + 24, request.b);
    put(view, at + 40, request.c);
  });
  return bytes;
}

export function decodeReplies(bytes: Buffer): Reply[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const replies: Reply[] = [];
  for (let at = 0; at < bytes.byteLength; at += REPLY_BYTES) {
    replies.push({
      st0: take(view, at),
      st1: take(view, at + 16),
      memory: take(view, at + 32),
      status: view.getUint16(at + 48, true),
      trapped: view.getUint16(at + 50, true) !== 0,
      mxcsr: view.getUint32(at + 52, true),
    });
  }
  return replies;
}

/** A built oracle. */
export class Silicon {
  readonly names: readonly string[];
  private readonly path: string;

  constructor(path: string) {
    this.path = path;
    this.names = this.run(["--list"], "").toString().trim().split("\n");
  }

  ask(requests: readonly Request[]): Reply[] {
    return decodeReplies(this.askForBytes(requests));
  }

  askForBytes(requests: readonly Request[]): Buffer {
    return this.run([], encodeRequests(requests, this.names));
  }

  private run(args: string[], input: string | Buffer): Buffer {
    const result = spawnSync(this.path, args, { input, maxBuffer: 1 << 30 });
    if (result.error) throw result.error;
    if (result.status !== 0) throw new Error(`${this.path} ended with ${result.status}: ${result.stderr}`);
    return result.stdout;
  }
}
