/** The contents of a regular file by pages of memory, whole or in part. */
export class FilePages extends Struct {
  count: u64;
}
