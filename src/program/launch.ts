/**
 * What the unikernel is told of the program that it is to run: a boot module with the command line "launch", of texts that each
 * end in a zero. kernel/program/launch.ts reads it.
 *
 *     mount=TAG:PATH[:ro]   a 9P device's, or the ext2 of the disk that calls itself so; in this order; the first one that is "/" is the root
 *     link=PATH:TARGET      a symbolic link, where no mount is
 *     cwd=PATH  owner=UID  group=GID  tty=FD  columns=N  rows=N  strace=1
 *     libc=1: its libc is the kernel's
 *     program=PATH, or a name that is looked for in PATH  arg=TEXT (argv[0] first)  env=NAME=VALUE
 *
 * A module "archive=NAME" is a cpio archive that the root is made of, one called "file=PATH" a file.
 */

export interface LaunchMount {
  /** Of the 9P device, or what the disk calls itself; at most 31 ASCII characters. */
  readonly tag: string;
  /** Absolute. */
  readonly path: string;
  readonly readOnly: boolean;
}

/** A symbolic link outside of all mounts. */
export interface LaunchLink {
  /** Absolute, without a colon. */
  readonly path: string;
  readonly target: string;
}

export interface Launch {
  /** Absolute, in the guest; or a name without a slash. */
  readonly program: string;
  /** With argv[0]. */
  readonly args: readonly string[];
  readonly environment: readonly string[];
  readonly directory: string;
  readonly mounts: readonly LaunchMount[];
  readonly links?: readonly LaunchLink[];
  readonly owner: number;
  readonly group: number;
  /** Descriptors from 0 to 2 that are a terminal. */
  readonly terminals: readonly number[];
  /** Of the terminal. */
  readonly size?: { readonly columns: number; readonly rows: number } | undefined;
  /** System calls are printed. */
  readonly strace: boolean;
  /** The kernel is its libc: /vitrine/libc.elf takes the place of its interpreter. */
  readonly kernelLibc?: boolean;
}

/** The module's bytes. Throws RangeError for a text with a zero character in it. */
export function launchModule(launch: Launch): Uint8Array {
  const { size } = launch;
  const texts = [
    ...launch.mounts.map(({ tag, path, readOnly }) => `mount=${tag}:${path}${readOnly ? ":ro" : ""}`),
    ...(launch.links ?? []).map(({ path, target }) => `link=${path}:${target}`),
    `cwd=${launch.directory}`,
    `owner=${launch.owner}`,
    `group=${launch.group}`,
    ...launch.terminals.map((fd) => `tty=${fd}`),
    ...(size ? [`columns=${size.columns}`, `rows=${size.rows}`] : []),
    ...(launch.strace ? ["strace=1"] : []),
    ...(launch.kernelLibc ? ["libc=1"] : []),
    `program=${launch.program}`,
    ...launch.args.map((arg) => `arg=${arg}`),
    ...launch.environment.map((variable) => `env=${variable}`),
  ];
  for (const text of texts) {
    if (text.includes("\0")) throw new RangeError(`${JSON.stringify(text)} has a zero character in it`);
  }
  return new TextEncoder().encode(texts.map((text) => `${text}\0`).join(""));
}
