; A multiboot kernel (specification 0.6.96): checks the machine state, then tells of command line, modules and memory map.
; Assembled at 0x200000. Without ADDRESSES in the flags it has to be inside an ELF file.
bits 32
org 0x200000
  dd 0x1badb002
  dd flags
  dd -(0x1badb002 + flags)
  ; the address fields: header_addr, load_addr, load_end_addr, bss_end_addr, entry_addr
  dd 0x200000, 0x200000, image_end, bss_end, start

start:
  mov esp, stack_top
  mov ebp, ebx
  cmp eax, 0x2badb002
  mov esi, no_magic
  jne fail
  mov eax, cr0
  and eax, 0x80000001
  cmp eax, 1
  mov esi, no_cr0
  jne fail
  pushfd
  pop eax
  test eax, 0x20200        ; VM and IF
  mov esi, no_flags
  jnz fail
  ; the bss has been cleared
  cmp dword [cleared], 0
  mov esi, no_zero
  jne fail
  mov eax, [ebp]
  and eax, 0x4d            ; memory, command line, modules, map
  cmp eax, 0x4d
  mov esi, no_info
  jne fail
  cmp dword [ebp + 4], 512 ; mem_lower in KiB: 639 or 640
  mov esi, no_lower
  jb fail
  cmp dword [ebp + 8], 0x2000
  mov esi, no_upper
  jb fail

  mov esi, text_command_line
  call puts
  mov esi, [ebp + 16]
  call puts
  call newline

  mov esi, text_modules
  call puts
  mov eax, [ebp + 20]
  call hex
  call newline
  mov ebx, [ebp + 24]
  mov eax, [ebp + 20]
  mov [left], eax
.module:
  sub dword [left], 1
  jb .map
  mov esi, text_module
  call puts
  mov esi, [ebx]
  test esi, 0xfff
  jnz .unaligned
  mov edi, [ebx + 4]
  sub edi, esi
  call module
  mov al, 32
  out 0xe9, al
  mov esi, [ebx + 8]
  call puts
  call newline
  add ebx, 16
  jmp .module
.unaligned:
  mov esi, no_page
  jmp fail

.map:
  ; one range of type 1 holds all of this kernel
  mov ebx, [ebp + 48]
  mov edi, [ebp + 44]
  add edi, ebx
.range:
  cmp ebx, edi
  jae .outside
  cmp dword [ebx + 20], 1
  jne .next
  cmp dword [ebx + 8], 0
  jne .next
  mov eax, [ebx + 4]
  cmp eax, 0x200000
  ja .next
  add eax, [ebx + 12]
  cmp eax, bss_end
  jae .inside
.next:
  add ebx, [ebx]
  add ebx, 4
  jmp .range
.outside:
  mov esi, no_ram
  jmp fail
.inside:
  mov esi, text_map
  call puts
  mov esi, text_yes
  call puts
  jmp success

no_magic: db "eax is not 0x2badb002", 0
no_cr0: db "cr0 is not protected mode without paging", 0
no_flags: db "VM or IF is set", 0
no_zero: db "the bss is not zero", 0
no_info: db "flags of the information", 0
no_lower: db "mem_lower", 0
no_upper: db "mem_upper", 0
no_page: db "a module does not begin on a page", 0
no_ram: db "no range of the map holds the kernel", 0
