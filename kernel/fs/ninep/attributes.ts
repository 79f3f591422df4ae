/** Attributes of files and of a whole file system, as 9P2000.L tells and sets them. */
import { ENOMEM, EPROTO } from "../errno.ts";
import {
  type Attributes,
  type Room,
  SET_ACCESSED,
  SET_GROUP,
  SET_MODE,
  SET_MODIFIED,
  SET_OWNER,
  SET_SIZE,
} from "../node.ts";
import { beginCall, type Client, endCall, send } from "./client.ts";
import { type Message, TGETATTR, TSETATTR, TSTATFS } from "./messages.ts";

/** All but the time of birth, generation and data version. */
const BASIC: u64 = 0x7ff;
/** Tsetattr's bits. */
const MODE: u32 = 1;
const OWNER: u32 = 2;
const GROUP: u32 = 4;
const SIZE: u32 = 8;
const ACCESSED: u32 = 0x10;
const MODIFIED: u32 = 0x20;
const ACCESSED_GIVEN: u32 = 0x80;
const MODIFIED_GIVEN: u32 = 0x100;
const SECOND: u64 = 1_000_000_000;

function getTime(message: ptr<Message>): i64 {
  const seconds = message.get64();
  return truncate<i64>(seconds * SECOND + message.get64());
}
/** Seconds before 1970 are negative, nanoseconds never. */
function putTime(message: ptr<Message>, time: i64): void {
  const second = i64(SECOND);
  let seconds = time / second;
  let rest = time % second;
  if (rest < 0) {
    rest += second;
    seconds -= 1;
  }
  message.put64(truncate<u64>(seconds));
  message.put64(u64(rest));
}
/** `attributes` are as they were if it fails. */
export function getAttributes(client: ptr<Client>, fid: u32, attributes: ptr<Attributes>): i64 {
  const call = beginCall(client, TGETATTR, 0, 0);
  if (call === null) return -ENOMEM;
  call.request.put32(fid);
  call.request.put64(BASIC);
  let status = send(call);
  const answer = addressOf(call.answer);
  if (status === 0) {
    answer.get64();
    answer.getQid();
    const read: Attributes = zeroed();
    read.mode = answer.get32();
    read.owner = answer.get32();
    read.group = answer.get32();
    read.links = truncate<u32>(answer.get64());
    read.device = answer.get64();
    read.size = answer.get64();
    read.blockSize = answer.get64();
    read.blocks = answer.get64();
    read.accessed = getTime(answer);
    read.modified = getTime(answer);
    read.changed = getTime(answer);
    if (answer.bad) status = -EPROTO;
    else attributes.value = read;
  }
  endCall(call);
  return status;
}
/** `changes`: SET_ bits. */
export function putAttributes(client: ptr<Client>, fid: u32, wanted: ptr<Attributes>, changes: u32): i64 {
  const call = beginCall(client, TSETATTR, 0, 0);
  if (call === null) return -ENOMEM;
  let valid: u32 = 0;
  if ((changes & SET_MODE) !== 0) valid |= MODE;
  if ((changes & SET_OWNER) !== 0) valid |= OWNER;
  if ((changes & SET_GROUP) !== 0) valid |= GROUP;
  if ((changes & SET_SIZE) !== 0) valid |= SIZE;
  if ((changes & SET_ACCESSED) !== 0) valid |= ACCESSED | ACCESSED_GIVEN;
  if ((changes & SET_MODIFIED) !== 0) valid |= MODIFIED | MODIFIED_GIVEN;
  const request = addressOf(call.request);
  request.put32(fid);
  request.put32(valid);
  request.put32(wanted.mode & 0o7777);
  request.put32(wanted.owner);
  request.put32(wanted.group);
  request.put64(wanted.size);
  putTime(request, wanted.accessed);
  putTime(request, wanted.modified);
  const status = send(call);
  endCall(call);
  return status;
}
export function getRoom(client: ptr<Client>, fid: u32, room: ptr<Room>): i64 {
  const call = beginCall(client, TSTATFS, 0, 0);
  if (call === null) return -ENOMEM;
  call.request.put32(fid);
  let status = send(call);
  const answer = addressOf(call.answer);
  if (status === 0) {
    room.type = u64(answer.get32());
    room.blockSize = u64(answer.get32());
    room.blocks = answer.get64();
    room.free = answer.get64();
    answer.get64();
    room.files = answer.get64();
    room.freeFiles = answer.get64();
    if (answer.bad) status = -EPROTO;
  }
  endCall(call);
  return status;
}
