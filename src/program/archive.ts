/**
 * A cpio archive in the "newc" format, as Linux takes for an initramfs (kernel: Documentation/driver-api/early-userspace/
 * buffer-format.rst). Files, folders, symbolic links and device nodes; owner 0, time 0, so that equal contents are equal bytes.
 */

export type Entry =
  | { readonly kind: "folder" }
  | { readonly kind: "file"; readonly bytes: Uint8Array; readonly executable?: boolean }
  | { readonly kind: "link"; readonly to: string }
  | { readonly kind: "character-device"; readonly major: number; readonly minor: number };

const TRAILER = "TRAILER!!!";
/** File types and permissions of stat(2). */
const MODES = { folder: 0o040755, file: 0o100644, link: 0o120777, "character-device": 0o020600 } as const;
const EXECUTABLE = 0o111;

/** Files by their absolute paths, all of which may be executed, and the folders that they are in. Throws RangeError for a path that is not absolute. */
export function archiveOfFiles(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const entries = new Map<string, Entry>();
  for (const [path, bytes] of files) {
    if (!path.startsWith("/")) throw new RangeError(`${JSON.stringify(path)} is no absolute path`);
    const names = path.split("/").filter((name) => name !== "");
    for (let i = 1; i < names.length; i++) entries.set(names.slice(0, i).join("/"), { kind: "folder" });
    entries.set(names.join("/"), { kind: "file", bytes, executable: true });
  }
  return archive(entries);
}

/** Paths without a leading slash; a folder stands before what is in it. Throws RangeError for a path that is empty or absolute. */
export function archive(entries: ReadonlyMap<string, Entry>): Uint8Array {
  const parts: Uint8Array[] = [];
  const padded = (bytes: Uint8Array): void => {
    parts.push(bytes, new Uint8Array(-bytes.length & 3));
  };
  const encoder = new TextEncoder();
  let inode = 0;
  const add = (path: string, mode: number, data: Uint8Array, device: readonly [number, number]): void => {
    const name = encoder.encode(`${path}\0`);
    inode++;
    // ino mode uid gid nlink mtime filesize devmajor devminor rdevmajor rdevminor namesize check
    const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, ...device, name.length, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}`;
    padded(Buffer.concat([encoder.encode(header), name]));
    padded(data);
  };
  for (const [path, entry] of entries) {
    if (path === "" || path.startsWith("/")) throw new RangeError(`no path in an archive: "${path}"`);
    const mode = MODES[entry.kind] | (entry.kind === "file" && entry.executable === true ? EXECUTABLE : 0);
    const data =
      entry.kind === "file"
        ? entry.bytes
        : entry.kind === "link"
          ? encoder.encode(entry.to)
          : new Uint8Array(0);
    add(path, mode, data, entry.kind === "character-device" ? [entry.major, entry.minor] : [0, 0]);
  }
  add(TRAILER, 0, new Uint8Array(0), [0, 0]);
  return Buffer.concat(parts);
}
