/**
 * Captured frames as a pcapng file (draft-ietf-opsawg-pcapng): one little-endian section, Ethernet interfaces, enhanced
 * packet blocks with nanoseconds and a direction. It only writes. Pure TypeScript.
 */

const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE_DESCRIPTION = 1;
const ENHANCED_PACKET = 6;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const LINKTYPE_ETHERNET = 1;
/** No frame is cut off: a limit that readers of pcap files accept. */
const SNAP_LENGTH = 262144;

const OPTION = {
  end: 0,
  interfaceName: 2,
  packetFlags: 2,
  userApplication: 4,
  timestampResolution: 9,
} as const;
/** epb_flags, bits 0 and 1. */
const DIRECTION = { inbound: 1, outbound: 2 } as const;

/** Which way a frame went, as the captured interface sees it. */
export type Direction = keyof typeof DIRECTION;

/** Begins a file (§4.1). `application` is the program that wrote it. */
export function sectionHeader(application: string): Uint8Array {
  // Version 1.0; the section's length is not known, which is all ones.
  const fixed = words([BYTE_ORDER_MAGIC, 0x0000_0001, 0xffffffff, 0xffffffff]);
  return block(SECTION_HEADER, fixed, option(OPTION.userApplication, text(application)), end);
}

/** Describes one interface (§4.2): Ethernet, timestamps in nanoseconds. They are numbered from 0 in the order of the file. */
export function interfaceDescription(name: string): Uint8Array {
  return block(
    INTERFACE_DESCRIPTION,
    words([LINKTYPE_ETHERNET, SNAP_LENGTH]),
    option(OPTION.interfaceName, text(name)),
    option(OPTION.timestampResolution, Uint8Array.of(9)),
    end,
  );
}

/** One frame (§4.3). `time` in nanoseconds since 1970, a whole number below 2^53. */
export function enhancedPacket(
  frame: Uint8Array,
  time: number,
  direction: Direction,
  interfaceNumber = 0,
): Uint8Array {
  const fixed = words([
    interfaceNumber,
    Math.floor(time / 2 ** 32),
    time % 2 ** 32,
    frame.length,
    frame.length,
  ]);
  return block(
    ENHANCED_PACKET,
    fixed,
    frame,
    new Uint8Array(padding(frame.length)),
    option(OPTION.packetFlags, words([DIRECTION[direction]])),
    end,
  );
}

const padding = (length: number): number => -length & 3;
const text = (s: string): Uint8Array => new TextEncoder().encode(s);

function words(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((v, i) => {
    view.setUint32(i * 4, v, true);
  });
  return new Uint8Array(view.buffer);
}

/** Code, length, value, padding to 32 bits (§3.5). */
function option(code: number, value: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4 + value.length + padding(value.length));
  bytes.set([code & 255, code >> 8, value.length & 255, value.length >> 8]);
  bytes.set(value, 4);
  return bytes;
}
const end = option(OPTION.end, new Uint8Array(0));

/** Type, length, body, length again (§3.1). */
function block(type: number, ...body: readonly Uint8Array[]): Uint8Array {
  const total = body.reduce((sum, part) => sum + part.length, 12);
  const bytes = new Uint8Array(total);
  bytes.set(words([type, total]));
  let at = 8;
  for (const part of body) {
    bytes.set(part, at);
    at += part.length;
  }
  bytes.set(words([total]), at);
  return bytes;
}
