/**
 * Machine code and data before they are a file: what the x86 back end gives, the ELF writer stores, and the linker joins.
 */
import type { InlinedCall, Place } from "./place.ts";
import type { Variable } from "./tree.ts";

/** x86-64 psABI §4.4; only these are made. */
export const RELOCATION_KINDS = [
  "R_X86_64_64",
  "R_X86_64_PC32",
  "R_X86_64_PLT32",
  "R_X86_64_32",
  "R_X86_64_32S",
] as const;
export type RelocationKind = (typeof RELOCATION_KINDS)[number];

export interface Relocation {
  /** Bytes from the start of what it is in. */
  readonly offset: number;
  readonly kind: RelocationKind;
  readonly symbol: string;
  /** For PC32 from the field, as ELF has it: usually −4. */
  readonly addend: number;
}

/** A piece of code or data with a name: a function or a global. */
export interface ObjectPiece {
  readonly symbol: string;
  /** ".text", ".rodata", ".data", ".bss", or another that the source named. */
  readonly section: string;
  readonly kind: "code" | "data" | "read-only data" | "zeros";
  readonly align: number;
  /** Of "zeros" only the length counts. */
  readonly bytes: Uint8Array;
  readonly relocations: readonly Relocation[];
  /** Seen by other objects. */
  readonly exported: boolean;
  readonly debug: FunctionDebug | undefined;
  /** Where it is defined, for messages; of a function `debug` says it. */
  readonly place?: Place | undefined;
}

/** For DWARF. */
export interface FunctionDebug {
  readonly name: string;
  readonly place: Place;
  /** Code from `offset` on belongs to `place`; ascending. */
  readonly lines: readonly {
    readonly offset: number;
    readonly place: Place;
    readonly prologueEnd?: boolean;
  }[];
  readonly variables: readonly {
    readonly variable: Variable;
    /** Of the copy of a function that it is in. */
    readonly inlined?: InlinedCall | undefined;
    readonly locations: readonly VariableLocation[];
  }[];
  /** Canonical frame address, for unwinding: from `offset` on it is register + displacement; saved registers relative to it. */
  readonly frame: readonly FrameState[];
}
/** Where a variable is while pc is in [start, end), in bytes from the function's start. */
export interface VariableLocation {
  readonly start: number;
  readonly end: number;
  readonly at: /** From the canonical frame address. */
    | { readonly kind: "frame"; readonly offset: number }
    /** From rsp. */
    | { readonly kind: "stack"; readonly offset: number }
    | { readonly kind: "register"; readonly register: string };
}
export interface FrameState {
  readonly offset: number;
  readonly cfa: { readonly register: "rsp" | "rbp"; readonly displacement: number };
  /** Offsets from the CFA. The return address is at −8. */
  readonly saved: readonly { readonly register: string; readonly offset: number }[];
}

/** All of a program. */
export interface ObjectCode {
  readonly pieces: readonly ObjectPiece[];
}
