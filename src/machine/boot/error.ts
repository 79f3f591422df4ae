/** What is said of a kernel that cannot be booted. */

/** One clear line for the user, without a final stop and without the file's name, which only the caller knows. */
export class BootError extends Error {
  override readonly name = "BootError";
}
