/**
 * A file or directory of the host, held by a descriptor that names it whatever happens to its path (Linux's O_PATH). Every step goes
 * from one of these by one name, and never through a symbolic link: so that no name, link or `..` leads out of the tree that is shared,
 * and nobody who renames directories meanwhile can make it so. Linux only: other systems have no such descriptors.
 */
import { Buffer } from "node:buffer";
import { type BigIntStats, closeSync, constants, fstatSync, openSync } from "node:fs";
import { NinepError } from "./errno.ts";

/** Linux's, which Node has no name for. */
const O_PATH = 0o10000000;
const HERE = constants.O_NOFOLLOW | O_PATH;

const SLASH = 0x2f;
const DOT = Buffer.from(".");
const DOT_DOT = Buffer.from("..");
const NAME_MAX = 255;

export class Place {
  readonly #fd: number;
  /** The directory that it was reached from; undefined: the root. */
  #parent: Place | undefined;
  /** Its name there. */
  #name: Buffer;
  #users = 1;

  private constructor(fd: number, parent: Place | undefined, name: Buffer) {
    this.#fd = fd;
    this.#parent = parent;
    this.#name = name;
  }
  /** A directory to share. Throws Node's system error. */
  static root(path: string): Place {
    return new Place(openSync(path, constants.O_DIRECTORY | O_PATH), undefined, Buffer.alloc(0));
  }

  /** One more who uses it, and has to call `release`. */
  hold(): this {
    this.#users++;
    return this;
  }
  release(): void {
    this.#users--;
    if (this.#users > 0) return;
    closeSync(this.#fd);
    this.#parent?.release();
  }

  /** A path of the thing itself, for calls that follow links: this one leads nowhere else. Not for symbolic links. */
  get path(): string {
    return `/proc/self/fd/${this.#fd}`;
  }
  /** A path of an entry of this directory, for calls that do not follow a last link, or make or remove entries. */
  entry(name: Buffer): Buffer {
    checkName(name);
    return Buffer.concat([Buffer.from(`${this.path}/`), name]);
  }
  /** The same for its own entry in its parent; throws EBUSY for the root. */
  get ownEntry(): Buffer {
    if (this.#parent === undefined) throw new NinepError("EBUSY");
    return this.#parent.entry(this.#name);
  }
  get isRoot(): boolean {
    return this.#parent === undefined;
  }
  stat(): BigIntStats {
    return fstatSync(this.#fd, { bigint: true });
  }
  /** What a name leads to from here: an entry, or above for `..`, which at the root is the root. Throws Node's system errors. */
  step(name: Buffer): Place {
    if (name.equals(DOT_DOT)) return (this.#parent ?? this).hold();
    return new Place(openSync(this.entry(name), HERE), this.hold(), name);
  }
  /** It is called otherwise from now on, or lies elsewhere. */
  moved(parent: Place, name: Buffer): void {
    this.#parent?.release();
    this.#parent = parent.hold();
    this.#name = name;
  }
}

/** Of an entry, not of a way: throws for empty names, `.`, `..`, and those with a slash or zero in them. */
export function checkName(name: Buffer): void {
  if (
    name.length === 0 ||
    name.equals(DOT) ||
    name.equals(DOT_DOT) ||
    name.includes(SLASH) ||
    name.includes(0)
  )
    throw new NinepError("EINVAL");
  if (name.length > NAME_MAX) throw new NinepError("ENAMETOOLONG");
}
