/** System calls about the machine and the kernel. */
import { randomBytes } from "../drivers/random.ts";
import { EFAULT, EINVAL } from "../fs/errno.ts";
import { type Part, programTransfer, type Transfer } from "../fs/transfer.ts";
import { PAGE_SIZE } from "../memory/address.ts";
import { frameCount, freeFrameCount } from "../memory/physical.ts";
import { process } from "../program/process.ts";
import { copyOut } from "../program/user.ts";
import { nanoseconds } from "../thread/time.ts";
import type { Call } from "./call.ts";

const FIELD = 65;
/** struct utsname: six texts of 65 bytes. */
class Names extends Struct {
  fields: array<u8, 390>;

  set(index: usize, text: ptr<u8>): void {
    for (let i: usize = 0; text[i] !== 0; i++) this.fields[index * FIELD + i] = text[i];
  }
}
/** The Linux whose system calls these are. */
export const RELEASE: ptr<u8> = "6.1.0-vitrine";
export function sysUname(call: ptr<Call>): i64 {
  const names: Names = zeroed();
  names.set(0, "Linux");
  names.set(1, "vitrine");
  names.set(2, RELEASE);
  names.set(3, "#1 SMP Vitrine");
  names.set(4, "x86_64");
  names.set(5, "(none)");
  return copyOut(call.args[0], addressOf(names), sizeof<Names>()) ? 0 : -EFAULT;
}
/** struct sysinfo. */
class Information extends Struct {
  uptime: i64;
  loads: array<u64, 3>;
  totalRam: u64;
  freeRam: u64;
  sharedRam: u64;
  bufferRam: u64;
  totalSwap: u64;
  freeSwap: u64;
  processes: u16;
  padding: u16;
  totalHigh: u64;
  freeHigh: u64;
  unit: u32;
}
static_assert(sizeof<Information>() === 112);
export function sysSysinfo(call: ptr<Call>): i64 {
  const information: Information = init({
    uptime: i64(nanoseconds() / 1_000_000_000),
    totalRam: u64(frameCount()) * PAGE_SIZE,
    freeRam: u64(freeFrameCount()) * PAGE_SIZE,
    processes: truncate<u16>(process.threadCount),
    unit: 1,
  });
  return copyOut(call.args[0], addressOf(information), sizeof<Information>()) ? 0 : -EFAULT;
}
const GRND_ALL: u64 = 7;
const PIECE: usize = 256;
/** As much as Linux gives at once. */
const MOST: u64 = 0x7fff_ffff;
export function sysGetrandom(call: ptr<Call>): i64 {
  if ((call.args[2] & 0xffff_ffff & ~GRND_ALL) !== 0 || (call.args[2] & 6) === 6) return -EINVAL;
  const wanted = call.args[1] > MOST ? MOST : call.args[1];
  const bytes: array<u8, typeof PIECE> = zeroed();
  const part: Part = zeroed();
  const transfer: Transfer = zeroed();
  programTransfer(addressOf(transfer), addressOf(part), call.args[0], wanted);
  for (let done: u64 = 0; done < wanted; ) {
    const step = wanted - done < PIECE ? wanted - done : PIECE;
    randomBytes(addressOf(bytes[0]), step);
    const given = transfer.give(addressOf(bytes[0]), step);
    done += given;
    if (given < step) return done === 0 ? -EFAULT : i64(done);
  }
  return i64(wanted);
}
