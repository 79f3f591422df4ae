/** The two 8259s, which every PC still has: moved off the exceptions' vectors and silenced, since the APICs do their work. */

const MASTER: u16 = 0x20;
const SLAVE: u16 = 0xa0;
/** ICW1: edge, cascaded, ICW4 follows. ICW4: 8086. */
const BEGIN: u8 = 0x11;
const MODE_8086: u8 = 1;
const FIRST_VECTOR: u8 = 32;
/** The slave is on the master's line 2. */
const CASCADE: u8 = 2;

export function silencePics(): void {
  out8(MASTER, BEGIN);
  out8(SLAVE, BEGIN);
  out8(MASTER + 1, FIRST_VECTOR);
  out8(SLAVE + 1, FIRST_VECTOR + 8);
  out8(MASTER + 1, 1 << CASCADE);
  out8(SLAVE + 1, CASCADE);
  out8(MASTER + 1, MODE_8086);
  out8(SLAVE + 1, MODE_8086);
  out8(MASTER + 1, 0xff);
  out8(SLAVE + 1, 0xff);
}
