/**
 * All that a program that is run has of files: what the guest sees of the host (places.ts), opened, with the disks and the archive beside it, and how
 * the kernel is told of them. Who opens it closes it.
 */
import { statSync } from "node:fs";
import { type Disk, openDisk } from "../host/disk.ts";
import { HostError } from "../host/errors.ts";
import type { NinepServer } from "../host/ninep/server.ts";
import type { LaunchLink, LaunchMount } from "./launch.ts";
import { type DiskMount, findPlaces, type Mount, openMounts } from "./places.ts";
import { hasExt2, type Root } from "./root.ts";

export interface FilesRequest {
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
export interface ProgramFiles {
  /** As the kernel is to look for it. */
  readonly program: string;
  readonly mounts: readonly LaunchMount[];
  readonly links: readonly LaunchLink[];
  readonly shares: readonly { readonly tag: string; readonly backend: NinepServer }[];
  readonly disks: readonly Disk[];
  readonly archive: { readonly name: string; readonly bytes: Uint8Array } | undefined;
  /** Gives what is wrong if a disk could not be flushed. A second call does nothing. */
  close(): HostError | undefined;
}

const depth = (path: string): number => path.split("/").filter((part) => part !== "").length;
/** By which the kernel finds a share, and a disk: src/machine/chipset.ts names those. */
const shareTag = (index: number): string => `m${index}`;
const diskTag = (index: number): string => `vitrine-disk-${index}`;

/** Throws PlaceError or HostError for what cannot be; nothing is open then. */
export function openProgramFiles({ root, ...request }: FilesRequest): ProgramFiles {
  const ownRoot = request.disks.find(({ guest }) => guest === "/");
  if (ownRoot !== undefined && root !== undefined && root.kind !== "empty")
    throw new HostError(`${ownRoot.image}: there is another root already`);
  // What is written to a root that is only to be looked at is lost.
  const rootDisk: DiskMount[] =
    root?.kind === "disk" ? [{ image: root.path, guest: "/", readOnly: false, snapshot: true }] : [];
  const diskMounts = [...rootDisk, ...request.disks];
  const hasRootDisk = diskMounts.some(({ guest }) => guest === "/");
  const places = findPlaces({ ...request, root: hasRootDisk ? { kind: "empty" } : root, disks: diskMounts });
  const disks = openDisks(diskMounts);
  let shares: readonly NinepServer[];
  try {
    shares = openMounts(places.mounts);
  } catch (error) {
    for (const disk of disks) disk.close();
    throw error;
  }
  const mounts = [
    ...places.mounts.map((m, i) => ({ tag: shareTag(i), path: m.guest, readOnly: m.readOnly })),
    ...diskMounts.map((d, i) => ({ tag: diskTag(i), path: d.guest, readOnly: d.readOnly })),
  ];
  let isOpen = true;
  const close = (): HostError | undefined => {
    if (!isOpen) return undefined;
    isOpen = false;
    for (const share of shares) share.close();
    const flushed = disks.map((disk) => disk.close());
    const image = diskMounts[flushed.indexOf(false)]?.image;
    return image === undefined ? undefined : new HostError(`disk ${image}: could not be flushed`);
  };
  return {
    program: places.program,
    // The outermost first, so that none covers another.
    mounts: mounts.toSorted((a, b) => depth(a.path) - depth(b.path)),
    links: places.links,
    shares: shares.map((backend, i) => ({ tag: shareTag(i), backend })),
    disks,
    archive: root?.kind === "archive" ? { name: root.name, bytes: root.bytes } : undefined,
    close,
  };
}

/** Throws HostError where one cannot be opened, has no ext2, or two would write to one file. */
function openDisks(mounts: readonly DiskMount[]): Disk[] {
  const opened: Disk[] = [];
  const seen = new Map<string, boolean>();
  try {
    for (const { image, readOnly, snapshot } of mounts) {
      const disk = openDisk(image, { readOnly, snapshot });
      opened.push(disk);
      if (!hasExt2(image)) throw new HostError(`disk ${image}: has no ext2 file system`);
      const { dev, ino } = statSync(image);
      const writes = !readOnly && !snapshot;
      const before = seen.get(`${dev}:${ino}`);
      if (before === true || (before === false && writes))
        throw new HostError(`disk ${image}: given twice, and written to`);
      seen.set(`${dev}:${ino}`, writes);
    }
  } catch (error) {
    for (const disk of opened) disk.close();
    throw error;
  }
  return opened;
}
