/** Contents of a share's regular files, in messages as large as the server and the transport's pieces allow, and of symbolic links. */
import { PAGE_SIZE } from "../../memory/address.ts";
import { panicWith } from "../../panic.ts";
import { EIO, ENOMEM, EPROTO } from "../errno.ts";
import { isWritable, type OpenFile } from "../file.ts";
import { type Node, S_IFDIR, S_IFMT, S_IFREG } from "../node.ts";
import { directoryOperations, pagedOperations } from "../node-file.ts";
import {
  addData,
  beginCall,
  beginRead,
  beginWrite,
  type Call,
  endCall,
  NO_FID,
  send,
  sendData,
} from "./client.ts";
import { TFSYNC, TREAD, TREADLINK, TWRITE } from "./messages.ts";
import { clientOf, fidsOf, openFid } from "./ninep-node.ts";

const O_RDONLY: u32 = 0;
const O_RDWR: u32 = 2;
/** Bytes of a link's target at most, as Linux has it. */
const LONGEST_TARGET: usize = 4096;

/** An identifier that can be read from; one for writing will do. */
function fidToRead(node: ptr<Node>, fid: ptr<u32>): i64 {
  const fids = fidsOf(node);
  fids.lock.lock();
  let status: i64 = 0;
  if (fids.writeFid === NO_FID && fids.readFid === NO_FID)
    status = openFid(node, O_RDONLY, addressOf(fids.readFid));
  fid.value = fids.readFid !== NO_FID ? fids.readFid : fids.writeFid;
  fids.lock.unlock();
  return status;
}
function fidToWrite(node: ptr<Node>, fid: ptr<u32>): i64 {
  const fids = fidsOf(node);
  fids.lock.lock();
  let status: i64 = 0;
  if (fids.writeFid === NO_FID) status = openFid(node, O_RDWR, addressOf(fids.writeFid));
  fid.value = fids.writeFid;
  fids.lock.unlock();
  return status;
}
function beginTransfer(node: ptr<Node>, type: u8, fid: u32, position: u64): ptr<Call> | null {
  const call = beginCall(clientOf(node), type, 0, 0);
  if (call === null) return null;
  call.request.put32(fid);
  call.request.put64(position);
  return call;
}
/** Whoever may not write is told when the file is opened, not when its pages are written back. */
export function open(node: ptr<Node>, file: ptr<OpenFile>): i64 {
  const type = node.attributes.mode & S_IFMT;
  if (type === S_IFDIR) {
    file.operations = addressOf(directoryOperations);
    return 0;
  }
  if (type !== S_IFREG) return -EIO;
  let fid: u32 = 0;
  const status = isWritable(file) ? fidToWrite(node, addressOf(fid)) : fidToRead(node, addressOf(fid));
  if (status === 0) file.operations = addressOf(pagedOperations);
  return status;
}

/** Of the transport's pieces; the rest are for the messages. */
const MOST_PAGES: u32 = 24;
/** One message's worth, into pieces of memory of a page each; gives the bytes that came. */
function readSome(node: ptr<Node>, position: u64, to: ptr<ptr<u8>>, count: usize, skip: usize): i64 {
  let fid: u32 = 0;
  const status = fidToRead(node, addressOf(fid));
  if (status !== 0) return status;
  const call = beginTransfer(node, TREAD, fid, position);
  if (call === null) return -ENOMEM;
  // The count comes before the memory that it counts, which must come behind the request.
  let bytes = count * PAGE_SIZE - skip;
  const most = usize(MOST_PAGES) * PAGE_SIZE - skip;
  if (bytes > most) bytes = most;
  const offered = usize(call.client.most) - 24;
  if (bytes > offered) bytes = offered;
  call.request.put32(u32(bytes));
  beginRead(call);
  for (let done: usize = 0; done < bytes; ) {
    const at = skip + done;
    const page = to[at / PAGE_SIZE];
    const within = at % PAGE_SIZE;
    const step = PAGE_SIZE - within < bytes - done ? PAGE_SIZE - within : bytes - done;
    if (addData(call, page.offset(within), step, true) !== step)
      panicWith("no room for a page in a message", "page", at / PAGE_SIZE, "bytes", step);
    done += step;
  }
  const moved = sendData(call, true);
  endCall(call);
  return moved;
}
/** Fills whole pages, with zeros behind the file's end; at most one message. */
export function readPages(node: ptr<Node>, index: u64, to: ptr<ptr<u8>>, count: usize): i64 {
  const start = index * PAGE_SIZE;
  const wanted = count < usize(MOST_PAGES) ? count : usize(MOST_PAGES);
  let done: usize = 0;
  for (;;) {
    const page = done / PAGE_SIZE;
    const moved = readSome(node, start + done, to.offset(page), wanted - page, done % PAGE_SIZE);
    if (moved < 0) return done < PAGE_SIZE ? moved : i64(done / PAGE_SIZE);
    done += usize(moved);
    if (done === wanted * PAGE_SIZE) return i64(wanted);
    // A server may give less than it has; only nothing at all is the end.
    if (moved === 0) break;
  }
  for (let at = done; at < wanted * PAGE_SIZE; ) {
    const within = at % PAGE_SIZE;
    memset(to[at / PAGE_SIZE].offset(within), 0, PAGE_SIZE - within);
    at += PAGE_SIZE - within;
  }
  return i64(wanted);
}
export function readPage(node: ptr<Node>, index: u64, to: ptr<u8>): i64 {
  const page: array<ptr<u8>, 1> = [to];
  const status = readPages(node, index, addressOf(page[0]), 1);
  return status < 0 ? status : 0;
}
export function writePage(node: ptr<Node>, index: u64, from: ptr<u8>, bytes: usize): i64 {
  let fid: u32 = 0;
  const status = fidToWrite(node, addressOf(fid));
  if (status !== 0) return status;
  fidsOf(node).written = true;
  for (let done: usize = 0; done < bytes; ) {
    const call = beginTransfer(node, TWRITE, fid, index * PAGE_SIZE + done);
    if (call === null) return -ENOMEM;
    call.request.put32(u32(bytes - done));
    beginWrite(call);
    addData(call, from.offset(done), bytes - done, false);
    const moved = sendData(call, false);
    endCall(call);
    if (moved < 0) return moved;
    if (moved === 0) return -EIO;
    done += usize(moved);
  }
  return 0;
}
/** What has been written through us is on the server's disk. */
export function sync(node: ptr<Node>): i64 {
  const fid = fidsOf(node).writeFid;
  if (fid === NO_FID) return 0;
  const call = beginCall(clientOf(node), TFSYNC, 0, 0);
  if (call === null) return -ENOMEM;
  call.request.put32(fid);
  call.request.put32(0);
  const status = send(call);
  endCall(call);
  return status;
}
export function readLink(node: ptr<Node>, to: ptr<u8>, room: usize): i64 {
  const call = beginCall(clientOf(node), TREADLINK, 0, LONGEST_TARGET);
  if (call === null) return -ENOMEM;
  const fids = fidsOf(node);
  fids.lock.lock();
  call.request.put32(fids.fid);
  let status = send(call);
  fids.lock.unlock();
  if (status === 0) {
    const length = call.answer.get16();
    const text = call.answer.take(u32(length));
    if (text === null) status = -EPROTO;
    else {
      const bytes = usize(length) < room ? usize(length) : room;
      memcpy(to, text, bytes);
      status = i64(bytes);
    }
  }
  endCall(call);
  return status;
}
