/** Users and groups by /etc/passwd and /etc/group (POSIX <pwd.h>, <grp.h>), read line by line; nothing else says who there is. */
import { strtoul } from "./integers.ts";
import type { File } from "./stdio/file.ts";
import { fclose, fopen } from "./stdio/open.ts";
import { fgets } from "./stdio/transfer.ts";
import { same } from "./text.ts";

type Text = ptr<u8>;
const ERANGE: i32 = 34;
const ROOM = 1024;
const MOST_MEMBERS = 32;

/** struct passwd. */
class User extends Struct {
  name: Text;
  password: Text;
  id: u32;
  group: u32;
  gecos: Text;
  home: Text;
  shell: Text;
}
static_assert(sizeof<User>() === 48);
/** struct group. */
class Group extends Struct {
  name: Text;
  password: Text;
  id: u32;
  members: ptr<Text | null>;
}
static_assert(sizeof<Group>() === 32);
class Database extends Struct {
  file: ptr<File> | null;
  line: array<u8, typeof ROOM>;
}
const users: Database = zeroed();
const groups: Database = zeroed();
const user: User = zeroed();
const group: Group = zeroed();
const members: array<Text | null, typeof MOST_MEMBERS> = zeroed();

/** What stands before the next `mark`; it becomes the text's end, and `place` what is behind. */
function cut(place: ptr<Text>, mark: u8): Text {
  const start = place.value;
  let i: usize = 0;
  while (start[i] !== 0 && start[i] !== mark) i++;
  place.value = start[i] === 0 ? start.offset(i) : start.offset(i + 1);
  start[i] = 0;
  return start;
}
function parseUser(line: Text, to: ptr<User>): void {
  const at: Text = line;
  const place = addressOf(at);
  to.name = cut(place, char(":"));
  to.password = cut(place, char(":"));
  to.id = truncate<u32>(strtoul(cut(place, char(":")), pointer<Text>(0), 10));
  to.group = truncate<u32>(strtoul(cut(place, char(":")), pointer<Text>(0), 10));
  to.gecos = cut(place, char(":"));
  to.home = cut(place, char(":"));
  to.shell = cut(place, 10);
}
function parseGroup(line: Text, to: ptr<Group>, list: ptr<Text | null>, room: usize): void {
  const at: Text = line;
  const place = addressOf(at);
  let count: usize = 0;
  to.name = cut(place, char(":"));
  to.password = cut(place, char(":"));
  to.id = truncate<u32>(strtoul(cut(place, char(":")), pointer<Text>(0), 10));
  const names: Text = cut(place, 10);
  while (names[0] !== 0 && count + 1 < room) {
    list[count] = cut(addressOf(names), char(","));
    count++;
  }
  list[count] = null;
  to.members = list;
}
function nextLine(from: ptr<Database>, path: Text, line: Text, room: usize): bool {
  if (from.file === null) from.file = fopen(path, "re");
  const file = from.file;
  return file !== null && fgets(line, room > 0x7fff_ffff ? 0x7fff_ffff : i32(room), file) !== null;
}
function close(database: ptr<Database>): void {
  const file = database.file;
  if (file !== null) fclose(file);
  database.file = null;
}
/** The first one that has the name, or if there is none the number. */
function findUser(name: Text | null, id: u32, to: ptr<User>, line: Text, room: usize): bool {
  const own: Database = zeroed();
  let found = false;
  while (!found && nextLine(addressOf(own), "/etc/passwd", line, room)) {
    parseUser(line, to);
    found = name === null ? to.id === id : same(to.name, name);
  }
  close(addressOf(own));
  return found;
}
function findGroup(
  name: Text | null,
  id: u32,
  to: ptr<Group>,
  line: Text,
  room: usize,
  list: ptr<Text | null>,
  most: usize,
): bool {
  const own: Database = zeroed();
  let found = false;
  while (!found && nextLine(addressOf(own), "/etc/group", line, room)) {
    parseGroup(line, to, list, most);
    found = name === null ? to.id === id : same(to.name, name);
  }
  close(addressOf(own));
  return found;
}
function orNoUser(found: bool): ptr<User> | null {
  return found ? addressOf(user) : null;
}
function orNoGroup(found: bool): ptr<Group> | null {
  return found ? addressOf(group) : null;
}
/** @export */
export function getpwnam(name: Text): ptr<User> | null {
  return orNoUser(findUser(name, 0, addressOf(user), addressOf(users.line[0]), ROOM));
}
/** @export */
export function getpwuid(id: u32): ptr<User> | null {
  return orNoUser(findUser(null, id, addressOf(user), addressOf(users.line[0]), ROOM));
}
/** @export */
export function getpwent(): ptr<User> | null {
  if (!nextLine(addressOf(users), "/etc/passwd", addressOf(users.line[0]), ROOM)) return null;
  parseUser(addressOf(users.line[0]), addressOf(user));
  return addressOf(user);
}
/** @export */
export function setpwent(): void {
  close(addressOf(users));
}
/** @export */
export function endpwent(): void {
  close(addressOf(users));
}
function giveUser(found: bool, to: ptr<User>, place: ptr<ptr<User> | null>): i32 {
  place.value = found ? to : null;
  return 0;
}
/** @export */
export function getpwnam_r(
  name: Text,
  to: ptr<User>,
  line: Text,
  room: usize,
  place: ptr<ptr<User> | null>,
): i32 {
  return giveUser(findUser(name, 0, to, line, room), to, place);
}
/** @export */
export function getpwuid_r(
  id: u32,
  to: ptr<User>,
  line: Text,
  room: usize,
  place: ptr<ptr<User> | null>,
): i32 {
  return giveUser(findUser(null, id, to, line, room), to, place);
}
/** @export */
export function getgrnam(name: Text): ptr<Group> | null {
  return orNoGroup(
    findGroup(
      name,
      0,
      addressOf(group),
      addressOf(groups.line[0]),
      ROOM,
      addressOf(members[0]),
      MOST_MEMBERS,
    ),
  );
}
/** @export */
export function getgrgid(id: u32): ptr<Group> | null {
  return orNoGroup(
    findGroup(
      null,
      id,
      addressOf(group),
      addressOf(groups.line[0]),
      ROOM,
      addressOf(members[0]),
      MOST_MEMBERS,
    ),
  );
}
/** @export */
export function getgrent(): ptr<Group> | null {
  if (!nextLine(addressOf(groups), "/etc/group", addressOf(groups.line[0]), ROOM)) return null;
  parseGroup(addressOf(groups.line[0]), addressOf(group), addressOf(members[0]), MOST_MEMBERS);
  return addressOf(group);
}
/** @export */
export function setgrent(): void {
  close(addressOf(groups));
}
/** @export */
export function endgrent(): void {
  close(addressOf(groups));
}
/** The list of members lies at the end of the caller's room. */
function findGroupIn(
  name: Text | null,
  id: u32,
  to: ptr<Group>,
  line: Text,
  room: usize,
  place: ptr<ptr<Group> | null>,
): i32 {
  const listBytes = 8 * usize(MOST_MEMBERS);
  place.value = null;
  if (room < listBytes + 64) return ERANGE;
  const list = cast<Text | null>(pointer<u8>((address(line) + room - listBytes) & ~usize(7)));
  if (findGroup(name, id, to, line, room - listBytes - 8, list, MOST_MEMBERS)) place.value = to;
  return 0;
}
/** @export */
export function getgrnam_r(
  name: Text,
  to: ptr<Group>,
  line: Text,
  room: usize,
  place: ptr<ptr<Group> | null>,
): i32 {
  return findGroupIn(name, 0, to, line, room, place);
}
/** @export */
export function getgrgid_r(
  id: u32,
  to: ptr<Group>,
  line: Text,
  room: usize,
  place: ptr<ptr<Group> | null>,
): i32 {
  return findGroupIn(null, id, to, line, room, place);
}
/** The groups that /etc/group has a user in, and the one given. -1: there are more than fit. @export */
export function getgrouplist(name: Text, base: u32, list: ptr<u32>, count: ptr<i32>): i32 {
  const own: Database = zeroed();
  const one: Group = zeroed();
  const names: array<Text | null, typeof MOST_MEMBERS> = zeroed();
  const room = count.value;
  let found: i32 = 1;
  if (room > 0) list[0] = base;
  while (nextLine(addressOf(own), "/etc/group", addressOf(own.line[0]), ROOM)) {
    parseGroup(addressOf(own.line[0]), addressOf(one), addressOf(names[0]), MOST_MEMBERS);
    for (let i: usize = 0; i < names.length; i++) {
      const member = names[i];
      if (member === null) break;
      if (!same(member, name) || one.id === base) continue;
      if (found < room) list[found] = one.id;
      found++;
    }
  }
  close(addressOf(own));
  count.value = found;
  return found > room ? -1 : found;
}
/** @export */
export function initgroups(_name: Text, _base: u32): i32 {
  return 0;
}
/** @export */
export function getlogin(): Text | null {
  return null;
}
/** @export */
export function getlogin_r(_to: Text, _room: usize): i32 {
  return 6;
}
