/**
 * A client of a 9P2000.L server: requests with their tags, file identifiers, the size that messages may have. Any number of threads ask at
 * once; what a request means is nodes.ts's. A call is made, filled, sent, read and freed:
 *
 *     const call = beginCall(client, TCLUNK, 0, 0);      null: no memory
 *     call.request.put32(fid);
 *     const status = send(call);                         0, or the negative of an error; then call.answer can be read
 *     endCall(call);
 */
import type { Pieces } from "../../drivers/dma.ts";
import { exchange, type Share } from "../../drivers/share.ts";
import type { Request } from "../../drivers/virtio-queue.ts";
import { free, malloc } from "../../memory/malloc.ts";
import type { Semaphore } from "../../thread/semaphore.ts";
import { EIO, ENOMEM, EPROTO } from "../errno.ts";
import { HEADER, type Message, RLERROR, TCLUNK, TVERSION } from "./messages.ts";

/** The largest message that we ask for: a header, and data of half a MiB. */
const MOST_MESSAGE: u32 = 0x8_0000 + 24;
const NO_TAG: u16 = 0xffff;
export const NO_FID: u32 = 0xffff_ffff;
/** Requests at once: bits of `tags`. */
const TAGS: u64 = 64;
/** Room for a request beside its texts, and for an answer: servers want to see some. */
const REQUEST_ROOM: u32 = 256;
const ANSWER_ROOM: u32 = 512;
/** What comes before the data of a read's answer: header and count. An error is exactly as long. */
const DATA_HEADER: u32 = HEADER + 4;
const VERSION = "9P2000.L";
const VERSION_LENGTH: usize = 8;

export class Client extends Struct {
  share: ptr<Share>;
  /** Bytes that a message may have. */
  most: u32;
  free: Semaphore;
  /** Those in use. */
  tags: u64;
  lastFid: u32;
}
export class Call extends Struct {
  client: ptr<Client>;
  tag: u16;
  type: u8;
  request: Message;
  answer: Message;
  /** Data that go or come beside the messages, in pieces; see `addData`. */
  pieces: Pieces;
  dataBytes: u32;
  transport: Request;
}

function takeTag(client: ptr<Client>): u16 {
  client.free.acquire(1);
  for (;;) {
    const used = atomicLoad(addressOf(client.tags));
    const tag = ctz(~used);
    if (atomicCompareExchange(addressOf(client.tags), used, used | (u64(1) << tag)) === used) return u16(tag);
  }
}
function giveTag(client: ptr<Client>, tag: u16): void {
  atomicAnd(addressOf(client.tags), ~(u64(1) << u64(tag)));
  client.free.release(1);
}
/** A file identifier that nobody else has. They are not used twice: there are four thousand million. */
export function newFid(client: ptr<Client>): u32 {
  return atomicAdd(addressOf(client.lastFid), 1) + 1;
}

/** `texts`: bytes of texts in the request; `answered`: of the answer, beyond ANSWER_ROOM. May sleep until others are done. null: no memory. */
export function beginCall(client: ptr<Client>, type: u8, texts: usize, answered: usize): ptr<Call> | null {
  const requestRoom = REQUEST_ROOM + u32(texts);
  const answerRoom = ANSWER_ROOM + u32(answered);
  const memory = malloc(sizeof<Call>() + usize(requestRoom) + usize(answerRoom));
  if (memory === null) return null;
  memset(memory, 0, sizeof<Call>());
  const call = cast<Call>(memory);
  call.client = client;
  call.type = type;
  call.tag = type === TVERSION ? NO_TAG : takeTag(client);
  const bytes = pointer<u8>(address(memory) + sizeof<Call>());
  call.request = init({ bytes, length: requestRoom });
  call.answer = init({ bytes: bytes.offset(u64(requestRoom)), length: answerRoom });
  call.request.put32(0);
  call.request.put8(type);
  call.request.put16(call.tag);
  return call;
}
export function endCall(call: ptr<Call>): void {
  if (call.tag !== NO_TAG) giveTag(call.client, call.tag);
  free(call);
}
/** The server's word on it: 0, or the negative of an error. */
function judge(call: ptr<Call>, bytes: u32): i64 {
  const answer = addressOf(call.answer);
  if (bytes < HEADER) return -EIO;
  const size = answer.get32();
  const type = answer.get8();
  const tag = answer.get16();
  if (size < HEADER || size > bytes || tag !== call.tag) return -EPROTO;
  if (type === RLERROR) {
    const error = answer.get32();
    return error === 0 || error > 4095 ? -EPROTO : -i64(error);
  }
  if (type !== call.type + 1) return -EPROTO;
  if (size < answer.length) answer.length = size;
  return 0;
}
function sizeRequest(call: ptr<Call>, data: u32): void {
  const size = call.request.at + data;
  for (let i: u32 = 0; i < 4; i++) call.request.bytes[i] = truncate<u8>(size >> (8 * i));
}
/** Sends the request and sleeps until its answer is there. */
export function send(call: ptr<Call>): i64 {
  if (call.request.bad) return -ENOMEM;
  sizeRequest(call, 0);
  const pieces = addressOf(call.pieces);
  pieces.addReadable(call.request.bytes, usize(call.request.at));
  pieces.addWritable(call.answer.bytes, usize(call.answer.length));
  return judge(call, exchange(call.client.share, pieces, addressOf(call.transport)));
}

/** A request without anything in it but the type's header: Tread, whose data come into memory that `addData` names. */
export function beginRead(call: ptr<Call>): void {
  const pieces = addressOf(call.pieces);
  pieces.addReadable(call.request.bytes, usize(call.request.at));
  pieces.addWritable(call.answer.bytes, usize(DATA_HEADER));
}
/** Twrite, whose data come from there. */
export function beginWrite(call: ptr<Call>): void {
  call.pieces.addReadable(call.request.bytes, usize(call.request.at));
}
/** Memory for data; gives how much of it there is room for. The last piece is the answer's. */
export function addData(call: ptr<Call>, memory: ptr<u8>, bytes: usize, isRead: bool): usize {
  const pieces = addressOf(call.pieces);
  const left = usize(mostData(call.client) - call.dataBytes);
  const wanted = bytes < left ? bytes : left;
  const most = call.client.share.queue.mostPieces() - 2;
  const added = isRead
    ? pieces.addWritableUpTo(most, memory, wanted)
    : pieces.addReadableUpTo(most, memory, wanted);
  call.dataBytes += u32(added);
  return added;
}
/** Sends what has been begun. Gives the bytes that the server has moved, or the negative of an error. */
export function sendData(call: ptr<Call>, isRead: bool): i64 {
  const pieces = addressOf(call.pieces);
  if (isRead) {
    // Of the answer's memory the part behind the header is only there so that the server has room.
    pieces.addWritable(call.answer.bytes.offset(u64(DATA_HEADER)), usize(call.answer.length - DATA_HEADER));
    sizeRequest(call, 0);
  } else {
    pieces.addWritable(call.answer.bytes, usize(call.answer.length));
    sizeRequest(call, call.dataBytes);
  }
  const bytes = exchange(call.client.share, pieces, addressOf(call.transport));
  const status = judge(call, bytes);
  if (status !== 0) return status;
  const moved = call.answer.get32();
  return call.answer.bad || moved > call.dataBytes ? -EPROTO : i64(moved);
}
/** Bytes of data that one message can carry. */
export function mostData(client: ptr<Client>): u32 {
  return client.most - 24;
}

/** Agrees on the version; everything that was open before is gone. */
export function openClient(client: ptr<Client>, share: ptr<Share>): i64 {
  client.share = share;
  client.free.units = TAGS;
  const call = beginCall(client, TVERSION, 0, 0);
  if (call === null) return -ENOMEM;
  call.request.put32(MOST_MESSAGE);
  call.request.putText(VERSION, VERSION_LENGTH);
  let status = send(call);
  if (status === 0) {
    client.most = call.answer.get32();
    const length = call.answer.get16();
    const text = call.answer.take(u32(length));
    if (text === null || usize(length) !== VERSION_LENGTH || !sameBytes(text, VERSION, VERSION_LENGTH))
      status = -EPROTO;
    else if (client.most < 4096 || client.most > MOST_MESSAGE) status = -EPROTO;
  }
  endCall(call);
  return status;
}
function sameBytes(a: ptr<u8>, b: ptr<u8>, length: usize): bool {
  for (let i: usize = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}
/** The server forgets an identifier. What it says of it does not matter: it is gone in any case. */
export function clunk(client: ptr<Client>, fid: u32): void {
  if (fid === NO_FID) return;
  const call = beginCall(client, TCLUNK, 0, 0);
  // Without memory the identifier stays with the server, and does no harm.
  if (call === null) return;
  call.request.put32(fid);
  send(call);
  endCall(call);
}
