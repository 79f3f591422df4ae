/**
 * What of the host a program that is run can see: where the program is, and which directories are there, by the same names as on the host.
 * Everything is read-only but what the caller's mounts give. Nothing here runs anything.
 */
import { accessSync, constants, existsSync, lstatSync, readlinkSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { systemReason } from "../host/errors.ts";
import { NinepServer } from "../host/ninep/server.ts";
import { libraryDirectories } from "./library-places.ts";
import type { Root } from "./root.ts";

/** Statuses of shells: bad use; found, but no program; not found. */
const BAD_USE = 2;
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** There is nothing to run, or not there. The message is one line, `status` a shell's. */
export class PlaceError extends Error {
  override readonly name = "PlaceError";
  readonly status: number;

  constructor(message: string, status: number) {
    super(message);
    this.status = status;
  }
}

export interface Mount {
  /** A directory of the host. */
  readonly host: string;
  /** Absolute, in the guest. */
  readonly guest: string;
  readonly readOnly: boolean;
}
/** An image of a disk with ext2, which the guest sees at a place. */
export interface DiskMount {
  /** A file of the host. */
  readonly image: string;
  /** Absolute, in the guest. */
  readonly guest: string;
  readonly readOnly: boolean;
  /** What is written to it is kept in memory and lost at the end. */
  readonly snapshot: boolean;
}
/** A symbolic link that the guest has outside of all mounts. */
export interface Link {
  readonly path: string;
  readonly target: string;
}

export interface PlacesRequest {
  /** A path, or a name that is looked for in `path`. */
  readonly program: string;
  /** The guest's "/"; undefined: the host's own directories, those that are needed. */
  readonly root?: Root | undefined;
  /** Where it starts, absolute in the guest. */
  readonly directory: string;
  /** As PATH has it. */
  readonly path: string;
  readonly mounts: readonly Mount[];
  readonly disks: readonly DiskMount[];
}
export interface Places {
  /** Absolute, as the guest sees it; or a name that the kernel is to look for in PATH, where that leads to what cannot be seen from here. */
  readonly program: string;
  readonly mounts: readonly Mount[];
  readonly links: readonly Link[];
}

/** Directories of a system's libraries and programs, as far as the host has them. */
const SYSTEM = ["/bin", "/sbin", "/lib", "/lib64", "/usr", "/etc"];
/** As Linux follows them at most. */
const MOST_LINKS = 40;
/** Shares that the kernel takes (kernel/drivers/share.ts). */
const MOST_MOUNTS = 8;

const within = (path: string, directory: string): boolean =>
  directory === "/" || path === directory || path.startsWith(`${directory}/`);

/** Throws PlaceError. What lies on a disk or in an archive is for the kernel to find. */
export function findPlaces(request: PlacesRequest): Places {
  const { program, root, directory, path, mounts, disks } = request;
  const base = root === undefined ? "/" : root.kind === "directory" ? root.path : undefined;
  const view = new View(base, mounts, disks);
  const start = view.follow(directory);
  if (start === undefined) throw new PlaceError(`${directory}: no such file or directory`, BAD_USE);
  const place = findProgram(view, program, directory, path);
  const chosen =
    root === undefined
      ? hostPlaces(view, [start, ...programPlaces(view, resolve(directory, place))])
      : { mounts: base === undefined ? [] : [{ host: base, guest: "/", readOnly: true }], links: [] };
  const all = [...chosen.mounts.filter((m) => !mounts.some((o) => o.guest === m.guest)), ...mounts];
  if (all.length > MOST_MOUNTS)
    throw new PlaceError(`${all.length} directories to mount, of ${MOST_MOUNTS} at most`, BAD_USE);
  const odd = all.find((m) => m.guest.includes(":"));
  if (odd !== undefined)
    throw new PlaceError(`${odd.guest}: a directory with a colon in its name cannot be mounted`, BAD_USE);
  return { program: place, mounts: all, links: chosen.links };
}

/** A server for each mount. Throws PlaceError for a directory that cannot be opened. */
export function openMounts(mounts: readonly Mount[]): NinepServer[] {
  const opened: NinepServer[] = [];
  for (const { host, readOnly } of mounts) {
    try {
      opened.push(new NinepServer(host, { readOnly }));
    } catch (error) {
      for (const share of opened) share.close();
      throw new PlaceError(`${host}: ${systemReason(error)}`, BAD_USE);
    }
  }
  return opened;
}

/** Where a path leads, and the links on the way. */
interface Followed {
  readonly path: string;
  readonly links: readonly Link[];
}

/** The guest's names, before it has started. */
class View {
  readonly #base: string | undefined;
  /** The innermost first. */
  readonly #mounts: readonly (Mount | DiskMount)[];

  /** `base`: undefined where the root is none of the host's. */
  constructor(base: string | undefined, mounts: readonly Mount[], disks: readonly DiskMount[]) {
    this.#base = base;
    this.#mounts = [...mounts, ...disks].toSorted((a, b) => b.guest.length - a.guest.length);
  }
  #mount(path: string): Mount | DiskMount | undefined {
    return this.#mounts.find((m) => within(path, m.guest));
  }
  mounted(path: string): boolean {
    return this.#mount(path) !== undefined;
  }
  /** The host's name of a path without links; undefined: it has none, for it lies on a disk or in an archive. */
  host(path: string): string | undefined {
    const mount = this.#mount(path);
    if (mount === undefined) return this.#base === undefined ? undefined : join(this.#base, path);
    return "host" in mount ? join(mount.host, path.slice(mount.guest.length)) : undefined;
  }
  /** Undefined: there is nothing. Throws PlaceError for too many links. What cannot be seen from here is taken to be there, without links. */
  follow(path: string): Followed | undefined {
    const links: Link[] = [];
    const left = path.split("/");
    let at = "/";
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      if (name === "" || name === ".") continue;
      const next = join(at, name);
      if (this.host(next) === undefined && !this.#leads(next)) return { path: join(next, ...left), links };
      const target = this.#target(next);
      if (target === undefined) return undefined;
      if (target === null) at = next;
      else {
        if (links.push({ path: next, target }) > MOST_LINKS)
          throw new PlaceError(`${path}: too many levels of symbolic links`, NOT_EXECUTABLE);
        left.unshift(...target.split("/"));
        if (target.startsWith("/")) at = "/";
      }
    }
    return { path: at, links };
  }
  /** Whether something is mounted below. */
  #leads(path: string): boolean {
    return this.#mounts.some((m) => within(m.guest, path));
  }
  /** A link's target; null: it is none; undefined: it is not there. Directories that lead to a mount are made. */
  #target(path: string): string | null | undefined {
    const host = this.host(path);
    if (this.#leads(path) && (host === undefined || !existsSync(host))) return null;
    if (host === undefined) return undefined;
    try {
      return lstatSync(host).isSymbolicLink() ? readlinkSync(host) : null;
    } catch {
      return undefined;
    }
  }
}

function findProgram(view: View, program: string, directory: string, path: string): string {
  if (program.includes("/")) {
    const guest = resolve(directory, program);
    const place = view.follow(guest);
    if (place === undefined) throw new PlaceError(`${program}: no such file or directory`, NOT_FOUND);
    const host = view.host(place.path);
    if (host !== undefined) check(program, host);
    return guest;
  }
  for (const folder of path.split(":")) {
    const guest = resolve(directory, folder === "" ? "." : folder, program);
    const place = view.follow(guest);
    if (place === undefined) continue;
    const host = view.host(place.path);
    if (host === undefined) return program;
    if (statSync(host).isFile() && mayExecute(host)) return guest;
  }
  throw new PlaceError(`${program}: command not found`, NOT_FOUND);
}
function mayExecute(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
function check(name: string, path: string): void {
  const stat = statSync(path);
  if (stat.isDirectory()) throw new PlaceError(`${name}: is a directory`, NOT_EXECUTABLE);
  if (!stat.isFile()) throw new PlaceError(`${name}: not a regular file`, NOT_EXECUTABLE);
  if (!mayExecute(path)) throw new PlaceError(`${name}: permission denied`, NOT_EXECUTABLE);
}

/** Of a program of the host itself: where it is, and where its own libraries are. */
function programPlaces(view: View, program: string): Followed[] {
  const place = view.follow(program);
  if (place === undefined) return [];
  if (view.mounted(place.path)) return [place];
  return [place, ...libraryDirectories(place.path).flatMap((directory) => view.follow(directory) ?? [])];
}

/** The system's directories, and those that the paths lead to: the program's with its libraries, and the current one. */
function hostPlaces(view: View, paths: readonly Followed[]): { mounts: Mount[]; links: readonly Link[] } {
  const system = SYSTEM.flatMap((path) => view.follow(path) ?? []);
  const followed = [...system, ...paths];
  const directories = followed.flatMap(({ path }) => {
    const host = view.host(path);
    if (host === undefined) return [];
    return statSync(host).isDirectory() ? path : dirname(path);
  });
  // A directory of the host that is the guest's by a mount needs none of its own; "/" itself is never given.
  const wanted = [...new Set(directories)].filter((path) => path !== "/" && !view.mounted(path));
  const outer = wanted.filter((path) => !wanted.some((other) => other !== path && within(path, other)));
  const links = followed
    .flatMap((place) => place.links)
    .filter(({ path }) => !view.mounted(path) && !outer.some((directory) => within(path, directory)));
  return {
    mounts: outer.map((path) => ({ host: path, guest: path, readOnly: true })),
    links: [...new Map(links.map((link) => [link.path, link])).values()],
  };
}
