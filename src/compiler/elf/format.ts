/**
 * Numbers of the ELF-64 format that the writers use (System V ABI, chapter 4; x86-64 psABI §4). Only what is written: reading
 * ELF is machine/boot's.
 */
import type { RelocationKind } from "../object.ts";

export const HEADER_SIZE = 64;
export const PROGRAM_HEADER_SIZE = 56;
export const SECTION_HEADER_SIZE = 64;
export const SYMBOL_SIZE = 24;
export const RELA_SIZE = 24;

export const ET_REL = 1;
export const ET_EXEC = 2;
export const EM_X86_64 = 62;

export const PT_LOAD = 1;
export const PT_NOTE = 4;
export const PT_GNU_STACK = 0x6474_e551;
export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;

export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_RELA = 4;
export const SHT_NOTE = 7;
export const SHT_NOBITS = 8;

export const SHF_WRITE = 1;
export const SHF_ALLOC = 2;
export const SHF_EXECINSTR = 4;
export const SHF_MERGE = 0x10;
export const SHF_STRINGS = 0x20;
export const SHF_INFO_LINK = 0x40;

export const SHN_UNDEF = 0;
export const SHN_ABS = 0xfff1;

export const STB_LOCAL = 0;
export const STB_GLOBAL = 1;
export const STT_NOTYPE = 0;
export const STT_OBJECT = 1;
export const STT_FUNC = 2;
export const STT_SECTION = 3;

/** psABI table 4.9. */
export const RELOCATION_NUMBERS: Readonly<Record<RelocationKind, number>> = {
  R_X86_64_64: 1,
  R_X86_64_PC32: 2,
  R_X86_64_PLT32: 4,
  R_X86_64_32: 10,
  R_X86_64_32S: 11,
};
/** Bytes of the field. */
export const RELOCATION_SIZES: Readonly<Record<RelocationKind, 4 | 8>> = {
  R_X86_64_64: 8,
  R_X86_64_PC32: 4,
  R_X86_64_PLT32: 4,
  R_X86_64_32: 4,
  R_X86_64_32S: 4,
};
