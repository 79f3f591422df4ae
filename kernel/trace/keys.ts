/**
 * Branches that are patched (`staticKey`): five bytes without effect where a key is off, a jump where it is on. The code is
 * written through an alias, since the image's own addresses are read-only. Keys are set while other processors do not run the
 * code in question: before they start, or by a debugger that has stopped them all (SDM vol. 3 §9.1.3).
 */
import { Area, inArea } from "../memory/address.ts";

/** As the compiler lists them (docs/dialect.md). */
class Site extends Struct {
  /** Of the five bytes. */
  code: usize;
  /** Of the jump. */
  target: usize;
  key: usize;
}
declare const __static_keys_start: Site;
declare const __static_keys_end: Site;

const LENGTH: usize = 5;
/** JMP with 32 bits, and the NOP of five bytes (SDM vol. 2). */
const JUMP: u8 = 0xe9;
const NOTHING: array<u8, 5> = [0x0f, 0x1f, 0x44, 0, 0];

/** After `initAliases`. */
export function setKey(key: ptr<unknown>, on: bool): void {
  let site = addressOf(__static_keys_start);
  while (address(site) < address(addressOf(__static_keys_end))) {
    if (site.key === address(key)) patch(site, on);
    site = site.offset(1);
  }
}

function patch(site: ptr<Site>, on: bool): void {
  const code = pointer<u8>(inArea(Area.Early, site.code));
  const distance = site.target - (site.code + LENGTH);
  for (let i: usize = 0; i < LENGTH; i++) {
    if (!on) code[i] = NOTHING[i];
    else code[i] = i === 0 ? JUMP : truncate<u8>(distance >> ((i - 1) * 8));
  }
}
