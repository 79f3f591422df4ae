/*
 * What of the host a program that is run can see: where the program is, and which directories are there, by the same names as on the host.
 * Everything is read-only but what --mount gives. Nothing here runs anything.
 */
import { accessSync, constants, existsSync, realpathSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { UserError } from "./errors.ts";

export interface Mount {
  /** A directory of the host. */
  readonly host: string;
  /** Absolute, in the guest. */
  readonly guest: string;
  readonly readOnly: boolean;
}

/** Exit statuses of shells: found but no program; not found. */
const NOT_EXECUTABLE = 126;
const NOT_FOUND = 127;

/** Directories of a system's libraries and programs, as far as the host has them. */
const SYSTEM = ["/bin", "/sbin", "/lib", "/lib64", "/usr", "/etc"];

/** Within a directory that stands for "/". */
const under = (root: string, path: string): string => (root === "/" ? path : join(root, path));

export interface Found {
  /** Absolute, as the guest sees it. */
  readonly program: string;
  readonly mounts: readonly Mount[];
}

export interface PlacesRequest {
  readonly program: string;
  /** The guest's "/"; undefined: the host's own directories, those that are needed. */
  readonly root: string | undefined;
  /** Absolute. */
  readonly directory: string;
  readonly path: string;
  readonly mounts: readonly Mount[];
}

/** Throws UserError with a shell's status for a program that cannot be found or is none. */
export function findPlaces({ program, root, directory, path, mounts }: PlacesRequest): Found {
  const base = root === undefined ? "/" : realpathSync(root);
  const place = findProgram(program, base, directory, path, mounts);
  const chosen: Mount[] =
    root === undefined ? hostMounts(place, directory) : [{ host: base, guest: "/", readOnly: true }];
  // The innermost last, so that none covers another.
  const all = [...chosen.filter((m) => !mounts.some((o) => o.guest === m.guest)), ...mounts];
  return { program: place, mounts: all.toSorted((a, b) => depth(a.guest) - depth(b.guest)) };
}

const depth = (path: string): number => path.split("/").filter((part) => part !== "").length;

function findProgram(
  program: string,
  base: string,
  directory: string,
  path: string,
  mounts: readonly Mount[],
): string {
  const hostPlace = (guest: string): string => {
    const mount = mounts
      .filter((m) => guest === m.guest || guest.startsWith(`${m.guest}/`))
      .toSorted((a, b) => b.guest.length - a.guest.length)[0];
    return mount === undefined ? under(base, guest) : join(mount.host, guest.slice(mount.guest.length));
  };
  if (program.includes("/")) {
    const guest = resolve(directory, program);
    check(program, hostPlace(guest));
    return guest;
  }
  for (const folder of path.split(":")) {
    const guest = resolve(directory, folder === "" ? "." : folder, program);
    const host = hostPlace(guest);
    if (existsSync(host) && statSync(host).isFile() && mayExecute(host)) return guest;
  }
  throw new UserError(`${program}: command not found`, NOT_FOUND);
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
  if (!existsSync(path)) throw new UserError(`${name}: no such file or directory`, NOT_FOUND);
  const stat = statSync(path);
  if (stat.isDirectory()) throw new UserError(`${name}: is a directory`, NOT_EXECUTABLE);
  if (!stat.isFile()) throw new UserError(`${name}: not a regular file`, NOT_EXECUTABLE);
  if (!mayExecute(path)) throw new UserError(`${name}: permission denied`, NOT_EXECUTABLE);
}

/** The system's directories, where the program is, and the current directory. */
function hostMounts(program: string, directory: string): Mount[] {
  const wanted = [
    ...SYSTEM.filter((path) => existsSync(path)),
    directory,
    dirname(program),
    dirname(realpathSync(program)),
  ];
  const kept: string[] = [];
  for (const path of wanted) {
    if (path !== "/" && !kept.some((k) => path === k || path.startsWith(`${k}/`))) kept.push(path);
  }
  const outer = kept.filter((path) => !kept.some((k) => k !== path && path.startsWith(`${k}/`)));
  return outer.map((path) => ({ host: path, guest: path, readOnly: true }));
}
