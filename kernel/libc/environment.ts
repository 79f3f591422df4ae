/** The environment: getenv and its kin (POSIX.1 chapter 8; getenv(3)). */

import { failWith } from "./errno.ts";
import { free, malloc } from "./kernel-calls.ts";
import { find, lengthOf } from "./text.ts";

const EINVAL: i32 = 22;
const ENOMEM: i32 = 12;

type Variables = ptr<ptr<u8> | null>;

/** @export */
export let environ: Variables = pointer<ptr<u8> | null>(0);
/** @export */
export let __environ: Variables = pointer<ptr<u8> | null>(0);
/** @export */
export let _environ: Variables = pointer<ptr<u8> | null>(0);
/** Where the program's own is. */
let place: ptr<Variables> = addressOf(environ);
/** A list of our own, in place of the one on the stack. */
let list: Variables = pointer<ptr<u8> | null>(0);

export function variables(): Variables {
  return place.value;
}
export function setVariables(now: Variables): void {
  environ = now;
  __environ = now;
  _environ = now;
  place.value = now;
}
export function environmentMoved(to: usize): void {
  place = pointer<Variables>(to);
}
function isNamed(variable: ptr<u8>, name: ptr<u8>, length: usize): bool {
  for (let i: usize = 0; i < length; i++) if (variable[i] !== name[i]) return false;
  return variable[length] === char("=");
}
function indexOf(name: ptr<u8>, length: usize): i64 {
  const all = variables();
  if (address(all) === 0) return -1;
  for (let i: usize = 0; ; i++) {
    const variable = all[i];
    if (variable === null) return -1;
    if (isNamed(variable, name, length)) return i64(i);
  }
}
export function lookUp(name: ptr<u8>): ptr<u8> | null {
  const length = lengthOf(name);
  const index = indexOf(name, length);
  if (index < 0) return null;
  const variable = variables()[u64(index)];
  return variable === null ? null : variable.offset(length + 1);
}
/** @export */
export function getenv(name: ptr<u8>): ptr<u8> | null {
  return lookUp(name);
}
/** @export */
export function secure_getenv(name: ptr<u8>): ptr<u8> | null {
  return lookUp(name);
}
function count(): usize {
  const all = variables();
  let n: usize = 0;
  if (address(all) !== 0) while (all[n] !== null) n++;
  return n;
}
/** Puts "NAME=VALUE" where that name is, or at the end. */
function put(text: ptr<u8>, length: usize): i32 {
  const index = indexOf(text, length);
  if (index >= 0) {
    variables()[u64(index)] = text;
    return 0;
  }
  const n = count();
  const memory = malloc((n + 2) * 8);
  if (memory === null) return failWith(ENOMEM);
  const now = cast<ptr<u8> | null>(memory);
  for (let i: usize = 0; i < n; i++) now[i] = variables()[i];
  now[n] = text;
  now[n + 1] = null;
  if (address(list) !== 0) free(list);
  list = now;
  setVariables(now);
  return 0;
}
/** @export */
export function putenv(text: ptr<u8>): i32 {
  const equals = find(text, char("="));
  if (equals === null) return unsetenv(text);
  return put(text, address(equals) - address(text));
}
/** @export */
export function setenv(name: ptr<u8>, value: ptr<u8>, overwrite: i32): i32 {
  if (address(name) === 0 || name[0] === 0 || find(name, char("=")) !== null) return failWith(EINVAL);
  const length = lengthOf(name);
  if (overwrite === 0 && indexOf(name, length) >= 0) return 0;
  const bytes = lengthOf(value) + 1;
  const text = malloc(length + 1 + bytes);
  if (text === null) return failWith(ENOMEM);
  memcpy(text, name, length);
  text[length] = char("=");
  memcpy(text.offset(length + 1), value, bytes);
  return put(text, length);
}
/** @export */
export function unsetenv(name: ptr<u8>): i32 {
  if (address(name) === 0 || name[0] === 0 || find(name, char("=")) !== null) return failWith(EINVAL);
  for (;;) {
    const index = indexOf(name, lengthOf(name));
    if (index < 0) return 0;
    const all = variables();
    for (let i = u64(index); all[i] !== null; i++) all[i] = all[i + 1];
  }
}
/** @export */
export function clearenv(): i32 {
  setVariables(pointer<ptr<u8> | null>(0));
  return 0;
}
