/** A kernel that greets: serial output, an interrupt, page tables of its own, and an end by QEMU's debug-exit port with status 33. */

const COM1: u16 = 0x3f8;
const VECTOR = 0x40;
const VECTORS = 256;
const PRESENT_WRITABLE: u64 = 3;
const LARGE: u64 = 0x80;

/** SDM vol. 3 §6.14.1. */
class Gate extends Struct {
  low: u16;
  selector: u16;
  flags: u16;
  middle: u16;
  high: u32;
  reserved: u32;
}
static_assert(sizeof<Gate>() === 16);
/** @packed */
class TablePointer extends Struct {
  limit: u16;
  base: u64;
}

const idt: array<Gate, typeof VECTORS> = zeroed();
/** @align 4096 */
const tables: array<array<u64, 512>, 3> = zeroed();
let interrupts: u32 = 0;

function print(text: ptr<u8>): void {
  for (let i: usize = 0; text[i] !== 0; i++) out8(COM1, text[i]);
}
function onInterrupt(_frame: ptr<u64>): void {
  interrupts++;
  print("interrupt\n");
}

export function kmain(): void {
  print("hello from TypeScript\n");

  const handler = address(isr(onInterrupt));
  const low = truncate<u16>(handler);
  idt[VECTOR] = init<Gate>({ low, selector: 8, flags: 0x8e00, middle: truncate<u16>(handler >> 16) });
  const idtr: TablePointer = init({ limit: VECTORS * 16 - 1, base: address(addressOf(idt)) });
  asm`lidt [${addressOf(idtr)}]`;
  asm`int 0x40`;

  // One GiB at its own addresses, in 2 MiB pages, and once more at 512 GiB.
  tables[0][0] = address(addressOf(tables[1])) | PRESENT_WRITABLE;
  tables[0][1] = tables[0][0];
  tables[1][0] = address(addressOf(tables[2])) | PRESENT_WRITABLE;
  for (let i: usize = 0; i < 512; i++) tables[2][i] = (i << 21) | LARGE | PRESENT_WRITABLE;
  asm({ clobbers: ["memory"] })`mov cr3, ${addressOf(tables)}`;
  const alias = pointer<u32>(address(addressOf(interrupts)) + 0x80_0000_0000);
  print(alias.value === 1 ? "own page tables\n" : "the alias differs\n");
  out32(0xf4, 0x10);
}
