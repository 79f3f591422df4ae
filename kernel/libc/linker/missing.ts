/** Functions that nobody has: calling one ends the program, with its name. */
import { systemCall, systemCall6 } from "../system.ts";
import type { Line } from "../text.ts";
import { endWith } from "./problem.ts";

const STUBS: usize = 256;
const STUB_BYTES: usize = 16;
const PAGE: usize = 4096;
const MOST_PAGES: usize = 16;
const MOST = 4096;

const names: array<ptr<u8>, typeof MOST> = zeroed();
const pages: array<usize, 16> = zeroed();
let count: usize = 0;

function tell(number: usize): never {
  const line: Line = zeroed();
  line.add("undefined symbol: ");
  line.add(names[number]);
  endWith("symbol lookup error", addressOf(line.text[0]));
}
/** Its number is on the stack. @naked */
function missing(): void {
  asm`pop rdi; and rsp, -16; call ${tell}`;
}
/** Stubs of a page: push the number; mov eax, `missing`; jmp rax. */
function makePage(number: usize): bool {
  const at = systemCall6(9, 0, PAGE, 3, 0x22, 0xffff_ffff_ffff_ffff, 0);
  if (at < 0) return false;
  for (let i: usize = 0; i < STUBS; i++) {
    const stub = pointer<u8>(u64(at) + i * STUB_BYTES);
    stub[0] = 0x68;
    stub[5] = 0xb8;
    stub[10] = 0xff;
    stub[11] = 0xe0;
    // Four bytes at an odd address.
    const index = u32(number * STUBS + i);
    const target = u32(address(missing));
    memcpy(stub.offset(1), cast<u8>(addressOf(index)), 4);
    memcpy(stub.offset(6), cast<u8>(addressOf(target)), 4);
  }
  pages[number] = u64(at);
  return systemCall(10, u64(at), PAGE, 5) === 0;
}
/** An address to call in place of a function of that name; 0: there are too many. */
export function missingFunction(name: ptr<u8>): usize {
  const page = count / STUBS;
  if (page >= MOST_PAGES) return 0;
  if (count % STUBS === 0 && !makePage(page)) return 0;
  names[count] = name;
  const at = pages[page] + (count % STUBS) * STUB_BYTES;
  count++;
  return at;
}
