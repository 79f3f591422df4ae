/** What a file that is no kernel seems to be, by its first bytes: for one line that tells the user what went wrong. */

const ascii = (text: string): number[] => Array.from(text, (c) => c.charCodeAt(0));

/** Signatures at an offset, in the order they are looked for. */
const KINDS: readonly (readonly [offset: number, signature: readonly number[], kind: string])[] = [
  [0, [0x1f, 0x8b], "compressed with gzip"],
  [0, [0xfd, ...ascii("7zXZ")], "compressed with xz"],
  [0, [0x28, 0xb5, 0x2f, 0xfd], "compressed with zstd"],
  [0, ascii("BZh"), "compressed with bzip2"],
  [0, ascii("070701"), "a cpio archive, as an initrd is"],
  [0, ascii("!<arch>"), "an archive of object files or a Debian package"],
  [0, ascii("PK\x03\x04"), "a ZIP archive"],
  [0, ascii("QFI\xfb"), "a disk image (qcow2)"],
  [0, ascii("#!"), "a script"],
  [0, [0xcf, 0xfa, 0xed, 0xfe], "a Mach-O program"],
  [0, ascii("MZ"), "an EFI application or a Windows program"],
  [257, ascii("ustar"), "a tar archive"],
  [0x8001, ascii("CD001"), "a CD image"],
  [1080, [0x53, 0xef], "a disk image (ext2, ext3 or ext4)"],
  [510, [0x55, 0xaa], "a disk image or boot sector"],
];
/** So many bytes tell text from something else. */
const SAMPLE = 512;

/** A phrase such as "a script". */
export function fileKind(bytes: Uint8Array): string {
  if (bytes.length === 0) return "empty";
  const known = KINDS.find(([offset, signature]) => signature.every((b, i) => bytes[offset + i] === b));
  if (known !== undefined) return known[2];
  const sample = bytes.subarray(0, SAMPLE);
  if (sample.every((b) => b === 0)) return "all zeros";
  const isText = sample.every((b) => (b >= 0x20 && b !== 0x7f) || (b >= 9 && b <= 13));
  return isText ? "text" : "of no kind that is known here";
}
