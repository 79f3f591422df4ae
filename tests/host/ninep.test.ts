/*
 * The 9P server by a client of the test's own, against what the host's file system says; and every way out of the directory that a
 * client could try.
 */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ERRNO } from "../../src/host/ninep/errno.ts";
import { MessageReader, MessageWriter, RLERROR, T } from "../../src/host/ninep/messages.ts";
import { NinepServer } from "../../src/host/ninep/server.ts";

let folder = "";
let root = "";
let server: NinepServer;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "vitrine-9p-"));
  root = join(folder, "shared");
  mkdirSync(join(root, "a/b"), { recursive: true });
  writeFileSync(join(root, "a/file"), "hello");
  writeFileSync(join(folder, "secret"), "secret");
  symlinkSync("../../secret", join(root, "a/out"));
  symlinkSync("../..", join(root, "a/above"));
  symlinkSync("file", join(root, "a/near"));
  server = new NinepServer(root);
  new Client(server).version();
});
afterEach(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

class NinepFailure extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(`errno ${errno}`);
    this.errno = errno;
  }
}

/** Requests by name; an error is a NinepFailure. */
class Client {
  readonly server: NinepServer;
  constructor(to: NinepServer) {
    this.server = to;
  }
  send(type: number, fill: (w: MessageWriter) => void): MessageReader {
    const w = new MessageWriter(70_000);
    fill(w);
    const answer = this.server.answer(w.finish(type, 7), 70_000);
    if (answer === undefined) throw new Error("no answer");
    const r = new MessageReader(answer);
    expect(r.u32()).toBe(answer.length);
    const got = r.u8();
    expect(r.u16()).toBe(7);
    if (got === RLERROR) throw new NinepFailure(r.u32());
    expect(got).toBe(type + 1);
    return r;
  }
  version(): void {
    const r = this.send(T.version, (w) => w.u32(65_536).text("9P2000.L"));
    expect([r.u32(), r.text()]).toEqual([65_536, "9P2000.L"]);
  }
  attach(fid = 1): this {
    this.send(T.attach, (w) => w.u32(fid).u32(0xffff_ffff).text("root").text("").u32(0));
    return this;
  }
  /** How many steps were made. */
  walk(fid: number, to: number, ...names: string[]): number {
    return this.send(T.walk, (w) => {
      w.u32(fid).u32(to).u16(names.length);
      for (const name of names) w.text(name);
    }).u16();
  }
  open(fid: number, flags = 0): void {
    this.send(T.lopen, (w) => w.u32(fid).u32(flags));
  }
  create(fid: number, name: string, mode = 0o644): void {
    this.send(T.lcreate, (w) => w.u32(fid).text(name).u32(2).u32(mode).u32(0));
  }
  read(fid: number, offset = 0, count = 1000): string {
    const r = this.send(T.read, (w) => w.u32(fid).u64(offset).u32(count));
    return Buffer.from(r.bytes(r.u32())).toString();
  }
  write(fid: number, offset: number, text: string): number {
    return this.send(T.write, (w) => w.u32(fid).u64(offset).u32(text.length).put(Buffer.from(text))).u32();
  }
  names(fid: number, count = 60_000): string[] {
    const names: string[] = [];
    let offset = 0n;
    for (;;) {
      const r = this.send(T.readdir, (w) => w.u32(fid).u64(offset).u32(count));
      const length = r.u32();
      if (length === 0) return names;
      const entries = new MessageReader(r.bytes(length));
      for (let left = length; left > 0; ) {
        entries.bytes(13);
        offset = entries.u64();
        entries.u8();
        const name = entries.text();
        names.push(name);
        left -= 24 + Buffer.byteLength(name);
      }
    }
  }
  mode(fid: number): number {
    const r = this.send(T.getattr, (w) => w.u32(fid).u64(0x7ff));
    r.u64();
    r.bytes(13);
    return r.u32();
  }
}

const refused = (what: () => unknown): number => {
  try {
    what();
  } catch (error) {
    if (error instanceof NinepFailure) return error.errno;
    throw error;
  }
  return 0;
};

describe("a directory over 9P", () => {
  it("shows files as the host has them", () => {
    const c = new Client(server).attach();
    expect(c.walk(1, 2, "a", "file")).toBe(2);
    expect(c.mode(2)).toBe(statSync(join(root, "a/file")).mode);
    c.open(2);
    expect([c.read(2), c.read(2, 1, 3), c.read(2, 99)]).toEqual(["hello", "ell", ""]);
    c.walk(1, 3, "a");
    c.open(3);
    expect(c.names(3)).toEqual([".", "..", ...readdirSync(join(root, "a")).sort()]);
    expect(c.names(3, 64)).toEqual(c.names(3));
    c.walk(1, 4, "a", "near");
    expect(c.send(T.readlink, (w) => w.u32(4)).text()).toBe("file");
    const r = c.send(T.statfs, (w) => w.u32(1));
    expect([r.u32(), r.u32()]).toEqual([0x01021997, 4096]);
  });
  it("changes them", () => {
    const c = new Client(server).attach();
    c.walk(1, 2);
    c.create(2, "new", 0o4755);
    expect(c.write(2, 3, "abc")).toBe(3);
    expect(readFileSync(join(root, "new"), "latin1")).toBe("\0\0\0abc");
    expect(lstatSync(join(root, "new")).mode & 0o7777).toBe(0o755);
    c.send(T.fsync, (w) => w.u32(2).u32(0));
    const attributes = (valid: number, mode: number, size: number, time: number): void => {
      c.send(T.setattr, (w) =>
        w.u32(2).u32(valid).u32(mode).u32(0).u32(0).u64(size).u64(0).u64(0).u64(time).u64(0),
      );
    };
    attributes(1 | 8 | 0x20 | 0x100, 0o600, 4, 1_000_000);
    const { mode, size, mtimeMs } = statSync(join(root, "new"));
    expect([mode & 0o777, size, mtimeMs]).toEqual([0o600, 4, 1e9]);
    c.send(T.mkdir, (w) => w.u32(1).text("dir").u32(0o755).u32(0));
    c.send(T.symlink, (w) => w.u32(1).text("link").text("anywhere").u32(0));
    expect(readlinkSync(join(root, "link"))).toBe("anywhere");
    c.send(T.link, (w) => w.u32(1).u32(2).text("hard"));
    expect(statSync(join(root, "new")).nlink).toBe(2);
    c.walk(1, 3, "dir");
    c.send(T.renameat, (w) => w.u32(1).text("hard").u32(3).text("moved"));
    c.send(T.rename, (w) => w.u32(2).u32(3).text("new too"));
    expect(readdirSync(join(root, "dir")).sort()).toEqual(["moved", "new too"]);
    c.send(T.unlinkat, (w) => w.u32(3).text("moved").u32(0));
    expect(refused(() => c.send(T.unlinkat, (w) => w.u32(1).text("dir").u32(0x200)))).toBe(ERRNO.ENOTEMPTY);
    c.send(T.remove, (w) => w.u32(2));
    c.send(T.unlinkat, (w) => w.u32(1).text("dir").u32(0x200));
    expect(readdirSync(root).sort()).toEqual(["a", "link"]);
  });
  it("writes nothing where it is read-only", () => {
    const only = new NinepServer(root, { readOnly: true });
    const c = new Client(only);
    c.version();
    c.attach().walk(1, 2, "a", "file");
    const before = execFileSync("find", [root, "-printf", "%p %s %m %T@\n"]).toString();
    const tries: (() => unknown)[] = [
      () => c.open(2, 1),
      () => c.open(2, 0o1000),
      () => c.create(1, "x"),
      () => c.send(T.mkdir, (w) => w.u32(1).text("x").u32(0o755).u32(0)),
      () => c.send(T.symlink, (w) => w.u32(1).text("x").text("y").u32(0)),
      () => c.send(T.mknod, (w) => w.u32(1).text("x").u32(0o600).u32(0).u32(0).u32(0)),
      () => c.send(T.link, (w) => w.u32(1).u32(2).text("x")),
      () => c.send(T.rename, (w) => w.u32(2).u32(1).text("x")),
      () => c.send(T.renameat, (w) => w.u32(1).text("a").u32(1).text("x")),
      () => c.send(T.unlinkat, (w) => w.u32(1).text("a").u32(0x200)),
      () => c.send(T.setattr, (w) => w.u32(2).u32(8).put(new Uint8Array(52))),
      () => c.send(T.remove, (w) => w.u32(2)),
    ];
    for (const one of tries) expect(refused(one)).toBe(ERRNO.EROFS);
    expect(execFileSync("find", [root, "-printf", "%p %s %m %T@\n"]).toString()).toBe(before);
    only.close();
  });
});

describe("nothing leads out of the directory", () => {
  it("not ..", () => {
    const c = new Client(server).attach();
    const above = c.walk(1, 2, "..", "..", "..", "secret");
    expect(above).toBe(3);
    c.walk(1, 3, "a", "b", "..", "..", "..", "..");
    c.open(3);
    expect(c.names(3)).toEqual([".", "..", "a"]);
  });
  it("not a symbolic link, at the end or on the way", () => {
    const c = new Client(server).attach();
    expect(c.walk(1, 2, "a", "out")).toBe(2);
    expect(refused(() => c.open(2))).toBe(ERRNO.ELOOP);
    expect(refused(() => c.open(2, 1))).toBe(ERRNO.ELOOP);
    for (const valid of [1, 2, 4, 8])
      expect(refused(() => c.send(T.setattr, (w) => w.u32(2).u32(valid).put(new Uint8Array(52))))).toBe(
        ERRNO.EOPNOTSUPP,
      );
    expect(c.walk(1, 3, "a", "above", "secret")).toBe(2);
    c.walk(1, 4, "a", "above");
    expect(refused(() => c.walk(4, 5, "secret"))).toBe(ERRNO.ENOTDIR);
    expect(refused(() => c.create(4, "made"))).toBe(ERRNO.ENOTDIR);
    c.walk(1, 6, "a");
    expect(refused(() => c.create(6, "out"))).toBe(ERRNO.EEXIST);
    expect(readFileSync(join(folder, "secret"), "utf8")).toBe("secret");
    expect(existsSync(join(folder, "made"))).toBe(false);
  });
  it.each(["../secret", "/etc/passwd", "a/../../secret", "", ".", "a\0b", "/"])("not the name %j", (name) => {
    const c = new Client(server).attach();
    expect(refused(() => c.walk(1, 2, name))).toBe(ERRNO.EINVAL);
    expect(refused(() => c.create(1, name))).toBe(ERRNO.EINVAL);
    expect(refused(() => c.send(T.unlinkat, (w) => w.u32(1).text(name).u32(0)))).toBe(ERRNO.EINVAL);
    expect(refused(() => c.send(T.mkdir, (w) => w.u32(1).text(name).u32(0o755).u32(0)))).toBe(ERRNO.EINVAL);
  });
  it("not a directory that becomes a link while it is held", () => {
    const c = new Client(server).attach();
    c.walk(1, 2, "a", "b");
    rmSync(join(root, "a/b"), { recursive: true });
    symlinkSync(folder, join(root, "a/b"));
    expect(refused(() => c.walk(2, 3, "secret"))).toBe(ERRNO.ENOENT);
    expect(refused(() => c.create(2, "made"))).toBe(ERRNO.ENOENT);
    expect(existsSync(join(folder, "made"))).toBe(false);
  });
  it("and pipes and devices are not opened", () => {
    execFileSync("mkfifo", [join(root, "pipe")]);
    const c = new Client(server).attach();
    c.walk(1, 2, "pipe");
    expect(refused(() => c.open(2))).toBe(ERRNO.EACCES);
  });
});

describe("a client that does what it must not", () => {
  it("gets errors", () => {
    const c = new Client(server).attach();
    expect(refused(() => c.attach())).toBe(ERRNO.EBADF);
    expect(refused(() => c.walk(9, 10, "a"))).toBe(ERRNO.EBADF);
    expect(refused(() => c.read(1))).toBe(ERRNO.EBADF);
    expect(refused(() => c.send(T.read, (w) => w.u32(1)))).toBe(ERRNO.EPROTO);
    expect(refused(() => c.send(99, () => {}))).toBe(ERRNO.EOPNOTSUPP);
    expect(refused(() => c.walk(1, 2, ...new Array<string>(17).fill("a")))).toBe(ERRNO.EINVAL);
    c.walk(1, 2, "a", "file");
    c.open(2);
    expect(refused(() => c.open(2))).toBe(ERRNO.EBADF);
    expect(refused(() => c.write(2, 0, "x"))).toBe(ERRNO.EBADF);
    expect(server.answer(new Uint8Array(3), 1000)).toBeUndefined();
  });
  it("cannot take all of the host's descriptors", () => {
    const few = new NinepServer(root, { mostFids: 10 });
    const c = new Client(few);
    c.version();
    c.attach();
    for (let fid = 2; fid <= 10; fid++) c.walk(1, fid, "a");
    expect(refused(() => c.walk(1, 11, "a"))).toBe(ERRNO.EMFILE);
    c.send(T.clunk, (w) => w.u32(2));
    c.walk(1, 11, "a");
    few.close();
  });
  it("leaks no descriptor, and brings down nothing with 20,000 random messages", () => {
    chmodSync(root, 0o755);
    const open = (): number => readdirSync("/proc/self/fd").length;
    const before = open();
    let state = 12345;
    const random = (limit: number): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return Math.floor((state / 2 ** 32) * limit);
    };
    const types = Object.values(T);
    const names = ["a", "b", "file", "out", "..", "x", "above", ""];
    for (let i = 0; i < 20_000; i++) {
      const w = new MessageWriter(300);
      for (let n = random(5); n >= 0; n--) {
        if (random(3) === 0) w.text(names[random(names.length)]!);
        else if (random(2) === 0) w.u32(random(4));
        else w.u16(random(3));
      }
      const type = types[random(types.length)]!;
      // A fresh session would undo what the messages before have brought about.
      if (type === T.version && random(100) > 0) continue;
      server.answer(w.finish(type, 1), 1000);
      if (i % 100 === 0) new Client(server).version();
    }
    new Client(server).version();
    expect(open()).toBe(before);
    expect(readdirSync(folder).sort()).toEqual(["secret", "shared"]);
    expect(readFileSync(join(folder, "secret"), "utf8")).toBe("secret");
  });
});
