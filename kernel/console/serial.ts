/** COM1 as a console: bytes out, one after the other, without interrupts. 16550D data sheet (National Semiconductor). */

const PORT: u16 = 0x3f8;
const DATA: u16 = 0;
const INTERRUPT_ENABLE: u16 = 1;
const FIFO_CONTROL: u16 = 2;
const LINE_CONTROL: u16 = 3;
const MODEM_CONTROL: u16 = 4;
const LINE_STATUS: u16 = 5;
const SCRATCH: u16 = 7;

/** Line control: access to the divisor; eight bits, no parity, one stop bit. */
const DIVISOR_ACCESS: u8 = 0x80;
const EIGHT_BITS: u8 = 3;
/** FIFO control: enabled, both cleared. */
const FIFOS: u8 = 7;
/** Modem control: DTR and RTS. */
const READY: u8 = 3;
/** Line status: the transmitter takes a byte. */
const EMPTY: u8 = 0x20;

let present: bool = false;

/** 115,200 baud. Where nothing answers, nothing is written from then on. */
export function initSerial(): void {
  out8(PORT + SCRATCH, 0x5a);
  present = in8(PORT + SCRATCH) === 0x5a;
  if (!present) return;
  out8(PORT + INTERRUPT_ENABLE, 0);
  out8(PORT + LINE_CONTROL, DIVISOR_ACCESS);
  out8(PORT + DATA, 1);
  out8(PORT + INTERRUPT_ENABLE, 0);
  out8(PORT + LINE_CONTROL, EIGHT_BITS);
  out8(PORT + FIFO_CONTROL, FIFOS);
  out8(PORT + MODEM_CONTROL, READY);
}

export function putSerial(byte: u8): void {
  if (!present) return;
  while ((in8(PORT + LINE_STATUS) & EMPTY) === 0) pause();
  out8(PORT + DATA, byte);
}
