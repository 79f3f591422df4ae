/**
 * Where a kernel without a `_start` of its own begins, by PVH, multiboot or multiboot 2: all enter in 32-bit mode without paging and
 * without a stack. It maps the first 4 GiB one to one with 2 MiB pages, enables SSE, enters long mode, and calls
 * `kmain(info: ptr<void>, protocol: u32)`. `protocol` is 0x2badb002 with a multiboot information structure at `info`, 0x36d76289
 * with multiboot 2's, else 0x336ec578 with an hvm_start_info. If kmain returns, the processor halts for good.
 *
 * The notes and headers by which loaders find it are here too: XEN_ELFNOTE_PHYS32_ENTRY (Xen's public/elfnote.h), and a
 * header of multiboot 0.6.96 §3.1 with address fields, since QEMU takes ELF64 files by these alone; and one of multiboot 2 (version 2.0
 * §3.1), whose loaders go by the ELF file.
 */
import type { ObjectPiece } from "../object.ts";
import { assemblyPiece } from "./assembly.ts";
import { ByteBuffer } from "./byte-buffer.ts";

/** Bytes that kmain begins with. */
export const STACK_SIZE = 0x8000;
const MULTIBOOT_MAGIC = 0x1badb002;
/** Page-aligned modules, memory information, address fields. */
const MULTIBOOT_FLAGS = 0x10003;
const MULTIBOOT2_MAGIC = 0xe85250d6;
const I386 = 0;
/** Information that is of use: command line, modules, memory map, either RSDP. A loader without some of it may go on all the same. */
const INFORMATION = [1, 3, 6, 14, 15];
const INFORMATION_REQUEST = 1;
const OPTIONAL = 1;
const PHYS32_ENTRY = 18;

const STACK = "__boot_stack";
/** PML4, PDPT, four page directories. */
const TABLES = "__boot_tables";

const SOURCE = `
bits 32
  cld
  cli
  mov esp, ${STACK} + ${STACK_SIZE}
  ; By PVH only ebx says anything: eax may be another protocol's by chance, as QEMU's option ROM leaves it.
  cmp dword [ebx], 0x336ec578
  je pvh
  cmp eax, 0x2badb002
  je known
  cmp eax, 0x36d76289
  je known
pvh:
  mov eax, 0x336ec578
known:
  mov esi, eax
  mov edi, ebx          ; arguments of kmain

  mov eax, ${TABLES} + 0x1003
  mov [${TABLES}], eax
  xor ecx, ecx
directories:
  lea eax, [ecx + 2]
  shl eax, 12
  add eax, ${TABLES} + 3
  mov [${TABLES} + 0x1000 + ecx*8], eax
  inc ecx
  cmp ecx, 4
  jb directories
  xor ecx, ecx
leaves:
  mov eax, ecx
  shl eax, 21
  or eax, 0x83          ; present, writable, 2 MiB
  mov [${TABLES} + 0x2000 + ecx*8], eax
  inc ecx
  cmp ecx, 2048
  jb leaves

  mov eax, cr4
  or eax, 0x620         ; PAE, OSFXSR, OSXMMEXCPT
  mov cr4, eax
  mov eax, ${TABLES}
  mov cr3, eax
  mov ecx, 0xc0000080   ; EFER
  rdmsr
  or eax, 0x100         ; LME
  wrmsr
  mov eax, cr0
  and eax, 0xfffffffb   ; EM
  or eax, 0x80010003    ; PG, WP, MP, PE
  mov cr0, eax
  lgdt [gdtr]
  jmp dword 8:long_mode

bits 64
long_mode:
  mov eax, 16
  mov ss, eax
  mov ds, eax
  mov es, eax
  xor eax, eax
  mov fs, eax
  mov gs, eax
  xor ebp, ebp
  call kmain
stop:
  cli
  hlt
  jmp stop

align 8
gdt:
  dq 0
  dq 0x00af9b000000ffff ; code, 64 bits
  dq 0x00cf93000000ffff ; data
gdtr:
  dw gdtr - gdt - 1
  dd gdt
`;

function multibootHeader(): ObjectPiece {
  const fields = ["__multiboot_header", "__image_start", "__file_end", "__image_end", "_start"];
  const out = new ByteBuffer();
  out
    .u32(MULTIBOOT_MAGIC)
    .u32(MULTIBOOT_FLAGS)
    .u32(-(MULTIBOOT_MAGIC + MULTIBOOT_FLAGS));
  const relocations = fields.map((symbol, i) => ({
    offset: 12 + 4 * i,
    kind: "R_X86_64_32" as const,
    symbol,
    addend: 0,
  }));
  return {
    symbol: "__multiboot_header",
    section: ".multiboot",
    kind: "code",
    align: 16,
    bytes: out.fill(4 * fields.length).take(),
    relocations,
    exported: false,
    debug: undefined,
  };
}

function multiboot2Header(): ObjectPiece {
  const request = 8 + 4 * INFORMATION.length;
  const padding = -request & 7;
  const length = 16 + request + padding + 8;
  const out = new ByteBuffer();
  out
    .u32(MULTIBOOT2_MAGIC)
    .u32(I386)
    .u32(length)
    .u32(-(MULTIBOOT2_MAGIC + I386 + length));
  out.u16(INFORMATION_REQUEST).u16(OPTIONAL).u32(request);
  for (const type of INFORMATION) out.u32(type);
  out.fill(padding).u16(0).u16(0).u32(8);
  return {
    symbol: "__multiboot2_header",
    section: ".multiboot",
    kind: "code",
    align: 8,
    bytes: out.take(),
    relocations: [],
    exported: false,
    debug: undefined,
  };
}

function pvhNote(): ObjectPiece {
  const out = new ByteBuffer();
  out.u32(4).u32(4).u32(PHYS32_ENTRY).text("Xen").u32(0);
  return {
    symbol: "__pvh_note",
    section: ".note.Xen",
    kind: "read-only data",
    align: 4,
    bytes: out.take(),
    relocations: [{ offset: 16, kind: "R_X86_64_32", symbol: "_start", addend: 0 }],
    exported: false,
    debug: undefined,
  };
}

const zeros = (symbol: string, size: number): ObjectPiece => ({
  symbol,
  section: ".bss",
  kind: "zeros",
  align: 4096,
  bytes: new Uint8Array(size),
  relocations: [],
  exported: true,
  debug: undefined,
});

/** What makes an image bootable, whoever defines `_start`. */
export const kernelHeaders = (): ObjectPiece[] => [multibootHeader(), multiboot2Header(), pvhNote()];

export const kernelStart = (): ObjectPiece[] => [
  assemblyPiece("_start", SOURCE, ["kmain", STACK, TABLES], { mode: 32 }),
  zeros(TABLES, 6 * 4096),
  zeros(STACK, STACK_SIZE),
];
