// The state of a user-mode processor and of the little memory a recorded instruction can reach.
//
// Everything an instruction may change is here and nothing else: no segment registers, no x87 instruction and data
// pointers (FIP, FDP, FOP are zero before every case), no upper halves of the YMM registers.

/** The data pages: one read-only, two writable; the pages on either side are not mapped. */
export const READ_ONLY_PAGE = 0x0ffff000;
export const WRITABLE_PAGES = 0x10000000;
export const DATA_END = 0x10002000;
/** The page that holds the instruction, filled with int3 elsewhere, and the instruction's place in it. */
export const CODE_PAGE = 0x20000000;
export const CODE = CODE_PAGE + 0x800;
/** Bytes of the data pages that a case fills, and that it may change; all others are zero and stay so. */
export const WINDOW_SIZE = 512;
/** Where the window lies: across the two writable pages; at their end; across the read-only and the first one. */
export const WINDOWS = [0x10000f00, 0x10001e00, 0x0fffff00] as const;

export interface Fault {
  /** Exception vector: 0 #DE, 3 #BP, 6 #UD, 12 #SS, 13 #GP, 14 #PF, 16 #MF, 17 #AC, 19 #XM. */
  vector: number;
  error: number;
  /** The faulting address of a page fault; zero for any other. */
  cr2: bigint;
}

const XMM = 128;
const X87 = 384;
const MEMORY = 464;
const SIZE = MEMORY + WINDOW_SIZE;

export class State {
  readonly raw = new Uint8Array(SIZE);
  readonly raw32 = new Uint32Array(this.raw.buffer);
  /** rax rcx rdx rbx rsp rbp rsi rdi r8 … r15. */
  readonly gpr = new BigUint64Array(this.raw.buffer, 0, 16);
  /** xmm0 … xmm15, 16 bytes each. */
  readonly xmm = this.raw.subarray(XMM, X87);
  /** The physical x87 registers, 10 bytes each: R0 … R7, which are mm0 … mm7; ST(i) is R[(TOP + i) & 7]. */
  readonly x87 = this.raw.subarray(X87, MEMORY);
  /** The window, which begins at address `window`. */
  readonly memory = this.raw.subarray(MEMORY);
  window: number = WINDOWS[0];
  rip = BigInt(CODE);
  rflags = 0x202;
  fcw = 0x37f;
  fsw = 0;
  /** Abridged as FXSAVE has it: bit i is set if physical register i is in use. */
  ftw = 0;
  mxcsr = 0x1f80;
  /** Null, or the exception that ended the instruction; rip is then the address that it reports. */
  fault: Fault | null = null;

  set(other: State): void {
    this.raw32.set(other.raw32);
    this.window = other.window;
    this.rip = other.rip;
    this.rflags = other.rflags;
    this.fcw = other.fcw;
    this.fsw = other.fsw;
    this.ftw = other.ftw;
    this.mxcsr = other.mxcsr;
    this.fault = other.fault;
  }

  clear(): void {
    this.set(blank);
  }

  equals(other: State): boolean {
    for (let i = 0; i < this.raw32.length; i++) if (this.raw32[i] !== other.raw32[i]) return false;
    return (
      this.rip === other.rip &&
      this.rflags === other.rflags &&
      this.fcw === other.fcw &&
      this.fsw === other.fsw &&
      this.ftw === other.ftw &&
      this.mxcsr === other.mxcsr &&
      faultText(this.fault) === faultText(other.fault)
    );
  }

  /** What differs from another state, as "name this ≠ other" in hexadecimal. */
  difference(other: State): string[] {
    const out: string[] = [];
    const compare = (name: string, a: string, b: string): void => {
      if (a !== b) out.push(`${name} ${a} ≠ ${b}`);
    };
    compare("exception", faultText(this.fault), faultText(other.fault));
    compare("rip", this.rip.toString(16), other.rip.toString(16));
    compare("rflags", this.rflags.toString(16), other.rflags.toString(16));
    for (const name of ["fcw", "fsw", "ftw", "mxcsr"] as const) {
      compare(name, this[name].toString(16), other[name].toString(16));
    }
    for (let i = 0; i < 16; i++)
      compare(GPR_NAMES[i]!, this.gpr[i]!.toString(16), other.gpr[i]!.toString(16));
    for (let i = 0; i < 16; i++) compare(`xmm${i}`, hex(this.xmm, 16 * i, 16), hex(other.xmm, 16 * i, 16));
    for (let i = 0; i < 8; i++) compare(`R${i}`, hex(this.x87, 10 * i, 10), hex(other.x87, 10 * i, 10));
    for (let i = 0; i < WINDOW_SIZE; i += 16) {
      const name = `[${(this.window + i).toString(16)}]`;
      compare(name, hex(this.memory, i, 16), hex(other.memory, i, 16));
    }
    return out;
  }

  clone(): State {
    const copy = new State();
    copy.set(this);
    return copy;
  }
}

const blank = new State();

export const GPR_NAMES = ["rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"].concat(
  Array.from({ length: 8 }, (_, i) => `r${8 + i}`),
);

/** Little-endian bytes as one number, the most significant digit first. */
export function hex(bytes: Uint8Array, from: number, size: number): string {
  let text = "";
  for (let i = from + size - 1; i >= from; i--) text += bytes[i]!.toString(16).padStart(2, "0");
  return text;
}

function faultText(fault: Fault | null): string {
  return fault ? `${fault.vector} error ${fault.error.toString(16)} cr2 ${fault.cr2.toString(16)}` : "none";
}
