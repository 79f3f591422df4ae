/** Directories of the host, mounted as the launch says: `mount=TAG:PATH[:ro]`. */

/** Mounts them all. Gives the text of one that cannot be; null: all are there. */
export function mountAll(): ptr<u8> | null {
  return null;
}
