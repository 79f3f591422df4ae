; The real-mode part of a bzImage: the setup header (Documentation/arch/x86/boot.rst), and for loaders that start kernels in
; real mode, as QEMU does, the shortest way to the state that the 64-bit protocol prescribes. Loaded at any segment; `code_size`
; is the size of the protected-mode part.
bits 16
org 0
times 0x1f1 db 0
setup_sects: db 4
root_flags: dw 0
syssize: dd (code_size + 15) / 16
ram_size: dw 0
vid_mode: dw 0xffff
root_dev: dw 0
boot_flag: dw 0xaa55
  jmp short setup
  db "HdrS"
version: dw 0x020f
realmode_swtch: dd 0
start_sys_seg: dw 0x1000
kernel_version: dw 0
type_of_loader: db 0
loadflags: db 1
setup_move_size: dw 0
code32_start: dd 0x100000
ramdisk_image: dd 0
ramdisk_size: dd 0
bootsect_kludge: dd 0
heap_end_ptr: dw 0
ext_loader_ver: db 0
ext_loader_type: db 0
cmd_line_ptr: dd 0
initrd_addr_max: dd 0x7fffffff
kernel_alignment: dd 0x100000
relocatable_kernel: db 0
min_alignment: db 0
xloadflags: dw 1
cmdline_size: dd 2047
hardware_subarch: dd 0
hardware_subarch_data: dq 0
payload_offset: dd 0
payload_length: dd 0
setup_data: dq 0
pref_address: dq 0x100000
init_size: dd 0x80000
handover_offset: dd 0
kernel_info_offset: dd 0

; Where boot_params and page tables lie, in this segment.
params equ 0x8000
tables equ 0x9000

setup:
  cli
  cld
  mov ax, ds
  mov es, ax
  push ax
  push word here
  retf                     ; cs = ds
here:
  xor eax, eax
  mov di, params
  mov cx, 0x1000
  rep stosd                ; boot_params and the three tables
  mov si, setup_sects
  mov di, params + 0x1f1
  mov cx, setup - setup_sects
  rep movsb

  ; the memory map
  mov di, params + 0x2d0
  xor ebx, ebx
.range:
  mov eax, 0xe820
  mov ecx, 20
  mov edx, 0x534d4150
  int 0x15
  jc .mapped
  inc byte [params + 0x1e8]
  add di, 20
  test ebx, ebx
  jnz .range
.mapped:

  ; ebp: linear address of this segment
  xor ebp, ebp
  mov bp, ds
  shl ebp, 4
  ; one PML4 entry, one PDPT entry, and a GiB of 2 MiB pages
  lea eax, [ebp + tables + 0x1003]
  mov [tables], eax
  add eax, 0x1000
  mov [tables + 0x1000], eax
  mov di, tables + 0x2000
  mov eax, 0x83
  mov cx, 512
.page:
  mov [di], eax
  add di, 8
  add eax, 0x200000
  loop .page

  lea eax, [ebp + gdt]
  mov [gdt_pointer + 2], eax
  o32 lgdt [gdt_pointer]
  lea eax, [ebp + long]
  mov [long_pointer], eax
  mov eax, 0x20            ; PAE
  mov cr4, eax
  lea eax, [ebp + tables]
  mov cr3, eax
  mov ecx, 0xc0000080
  xor edx, edx
  mov eax, 0x100           ; LME
  wrmsr
  mov eax, 0x80000011
  mov cr0, eax
  jmp far dword [long_pointer]

bits 64
long:
  mov eax, 0x18
  mov ds, ax
  mov es, ax
  mov ss, ax
  lea esi, [ebp + params]
  mov eax, [rsi + 0x214]
  add eax, 0x200
  jmp rax

align 8
gdt: dq 0, 0, 0x00af9b000000ffff, 0x00cf93000000ffff
gdt_pointer:
  dw 31
  dd 0
long_pointer:
  dd 0
  dw 0x10
