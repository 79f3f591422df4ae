/** Numbers of DWARF 5 that the writers use, by the standard's names (§7). */

export const DW_UT_compile = 0x01;
/** The language that debuggers are told: the dialect has C's types, and gdb then reads expressions as C. */
export const DW_LANG_C11 = 0x1d;

export const TAG = {
  array_type: 0x01,
  enumeration_type: 0x04,
  formal_parameter: 0x05,
  lexical_block: 0x0b,
  member: 0x0d,
  pointer_type: 0x0f,
  compile_unit: 0x11,
  structure_type: 0x13,
  subroutine_type: 0x15,
  typedef: 0x16,
  union_type: 0x17,
  inlined_subroutine: 0x1d,
  subrange_type: 0x21,
  base_type: 0x24,
  enumerator: 0x28,
  subprogram: 0x2e,
  variable: 0x34,
  volatile_type: 0x35,
} as const;

export const AT = {
  location: 0x02,
  name: 0x03,
  byte_size: 0x0b,
  stmt_list: 0x10,
  low_pc: 0x11,
  high_pc: 0x12,
  language: 0x13,
  comp_dir: 0x1b,
  const_value: 0x1c,
  inline: 0x20,
  producer: 0x25,
  prototyped: 0x27,
  abstract_origin: 0x31,
  count: 0x37,
  data_member_location: 0x38,
  decl_column: 0x39,
  decl_file: 0x3a,
  decl_line: 0x3b,
  encoding: 0x3e,
  external: 0x3f,
  frame_base: 0x40,
  type: 0x49,
  ranges: 0x55,
  call_column: 0x57,
  call_file: 0x58,
  call_line: 0x59,
  bit_size: 0x0d,
  data_bit_offset: 0x6b,
  noreturn: 0x87,
} as const;

export const FORM = {
  addr: 0x01,
  data2: 0x05,
  data4: 0x06,
  data8: 0x07,
  sdata: 0x0d,
  strp: 0x0e,
  udata: 0x0f,
  ref4: 0x13,
  sec_offset: 0x17,
  exprloc: 0x18,
  flag_present: 0x19,
  line_strp: 0x1f,
} as const;

/** DW_INL_inlined: the compiler did it by itself. */
export const DW_INL_inlined = 1;

/** DW_ATE_…, encodings of base types. */
export const ENCODING = { boolean: 0x02, float: 0x04, signed: 0x05, unsigned: 0x07 } as const;

export const OP = {
  addr: 0x03,
  reg0: 0x50,
  breg0: 0x70,
  regx: 0x90,
  fbreg: 0x91,
  call_frame_cfa: 0x9c,
} as const;

export const LNS = {
  copy: 1,
  advance_pc: 2,
  advance_line: 3,
  set_file: 4,
  set_column: 5,
  negate_stmt: 6,
  set_prologue_end: 10,
} as const;
export const LNE = { end_sequence: 1, set_address: 2 } as const;
export const LNCT = { path: 1, directory_index: 2 } as const;

export const RLE = { end_of_list: 0, start_length: 7 } as const;
export const LLE = { end_of_list: 0, start_length: 8 } as const;

export const CFA = {
  advance_loc: 0x40,
  offset: 0x80,
  restore: 0xc0,
  nop: 0,
  advance_loc1: 2,
  advance_loc2: 3,
  advance_loc4: 4,
  def_cfa: 0x0c,
} as const;

/** psABI figure 3.36: numbers of registers. */
const REGISTERS = [
  ..."rax rdx rcx rbx rsi rdi rbp rsp r8 r9 r10 r11 r12 r13 r14 r15".split(" "),
  "rip",
  ...Array.from({ length: 16 }, (_, i) => `xmm${i}`),
];
export const RETURN_ADDRESS = REGISTERS.indexOf("rip");
/** Throws RangeError for what has no number. */
export function registerNumber(name: string): number {
  const number = REGISTERS.indexOf(name);
  if (number < 0) throw new RangeError(`DWARF has no register ${name}`);
  return number;
}
