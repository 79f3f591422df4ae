/**
 * What the engine asks of the machine around it. The engine knows neither page tables nor devices: it is told where a
 * page lies in linear memory, or that it must ask for every access.
 *
 * Methods that may fault throw what `isFault` recognises; the engine keeps it and hands it back from `run`.
 */
import type { HelperName } from "../isa/helpers.ts";
import type { Instruction } from "../isa/instruction.ts";
import type { ExceptionName } from "../isa/ops.ts";

/** A code page as the decoder sees it. */
export interface CodePage {
  /** Physical address of its first byte. */
  readonly physical: number;
  /** The page's bytes, or undefined if it is not RAM. */
  readonly bytes: Uint8Array | undefined;
}

export type Decoded =
  | { readonly kind: "instruction"; readonly instruction: Instruction }
  /** Raises an exception instead of running; `length` bytes were looked at. */
  | {
      readonly kind: "exception";
      readonly exception: ExceptionName;
      readonly errorCode?: number;
      readonly length: number;
    }
  /** More bytes are needed than were given. */
  | { readonly kind: "truncated" };

export interface EngineHost {
  isFault(e: unknown): boolean;
  /**
   * Place in linear memory of the first byte of the page of linear address hi:lo, for data accesses with the current
   * privilege; sets accessed and dirty bits. −1: ask for every access (devices, watched pages, addresses that are not
   * canonical). Throws the page fault. The halves may be signed.
   */
  dataPage(hi: number, lo: number, write: boolean): number;
  /** PAGE_GLOBAL and PAGE_LARGE (soft-tlb.ts) of the page that `dataPage` told of last. */
  readonly pageAttributes: number;
  /** Physical page number of a place in RAM (a multiple of 4096), for finding code that is written to. */
  physicalPage(host: number): number;
  /** One access of 1–16 bytes with all checks; tells `Interpreter.touched` of its pages. Throws the fault. */
  read(linear: bigint, size: number, stack: boolean): bigint;
  write(linear: bigint, size: number, value: bigint, stack: boolean): void;
  /** Reads what will be written back, checked for writing first. */
  readForWrite(linear: bigint, size: number, stack: boolean): bigint;
  /** Linear address of segment:offset, checked. Throws the fault. */
  linear(segment: number, offset: bigint, size: number, write: boolean): bigint;
  /** Linear address of the instruction at rip. Throws the fault if it is outside the code segment or not canonical. */
  codeAddress(): bigint;
  /** Bytes from `linear` to the end of the code segment; anything from a page up counts as no end. */
  codeBytes(linear: bigint): number;
  /** The page to fetch instructions at linear address from. Throws the fault. */
  codePage(linear: bigint): CodePage;
  /** PAGE_GLOBAL and PAGE_LARGE of the page that `codePage` told of last. */
  readonly codeAttributes: number;
  /** Decodes at `offset`, gates by mode and control registers. Depends only on the bytes and `context`. */
  decode(bytes: Uint8Array, offset: number): Decoded;
  /** A number equal when decoding and gating are: bits 0–1 the mode (0 16, 1 32, 2 64), then what the host likes. */
  context(): number;
  /** Whether data accesses are those of privilege level 3, and whether supervisor accesses to user pages are refused (SMAP). */
  privilege(): { readonly user: boolean; readonly smap: boolean };
  /** Runs a helper; rip and nextRip are set. Throws the fault. */
  helper(name: HelperName, insn: Instruction): void;
  /** Static cost of a block: cycles after each instruction, cumulative. */
  cost(instructions: readonly Instruction[]): ArrayLike<number>;
}

/** The part of a processor that the engine touches in TypeScript; machine/cpu.ts has it. */
export interface EngineProcessor {
  readonly base: number;
  readonly view: DataView;
  rip: bigint;
  nextRip: bigint;
  interruptShadow: "none" | "sti" | "mov ss";
  readonly mode: 16 | 32 | 64;
  readonly stackWidth: 16 | 32 | 64;
}
