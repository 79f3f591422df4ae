; A multiboot 2 kernel (specification 2.0): walks the information tags. Assembled at 0x200000, in an ELF file or with its
; address tags: `addresses` and `entry` are the types of those, or 0xffff, which may be ignored.
bits 32
org 0x200000
header:
  dd 0xe85250d6, 0, header_end - header
  dd 0x100000000 - (0xe85250d6 + (header_end - header))
  ; information request, required: command line, loader name, memory, map, RSDP
  dw 1, 0
  dd 28, 1, 2, 4, 6, 15
  align 8
  dw addresses, 1
  dd 24, header, 0x200000, image_end, bss_end
  align 8
  dw entry, 1
  dd 12, start
  align 8
  ; modules on pages
  dw 6, 0
  dd 8
  ; a tag that nobody knows, which may be ignored
  dw 0x1234, 1
  dd 8
  dw 0, 0
  dd 8
header_end:

start:
  mov esp, stack_top
  mov ebp, ebx
  cmp eax, 0x36d76289
  mov esi, no_magic
  jne fail
  test ebx, 7
  mov esi, no_align
  jnz fail
  mov eax, cr0
  and eax, 0x80000001
  cmp eax, 1
  mov esi, no_cr0
  jne fail
  cmp dword [cleared], 0
  mov esi, no_zero
  jne fail
  mov eax, [ebp]
  add eax, ebp
  mov [limit], eax
  lea ebx, [ebp + 8]
.tag:
  cmp ebx, [limit]
  mov esi, no_end
  jae fail
  test ebx, 7
  mov esi, no_align
  jnz fail
  mov eax, [ebx]
  bts dword [seen], eax
  cmp eax, 0
  je .end
  cmp eax, 1
  je .command_line
  cmp eax, 3
  je .module
  cmp eax, 4
  je .memory
  cmp eax, 6
  je .map
  cmp eax, 15
  je .rsdp
.next:
  mov eax, [ebx + 4]
  add eax, 7
  and eax, -8
  add ebx, eax
  jmp .tag

.command_line:
  mov esi, text_command_line
  call puts
  lea esi, [ebx + 8]
  call puts
  call newline
  jmp .next
.module:
  mov esi, text_module
  call puts
  mov esi, [ebx + 8]
  mov edi, [ebx + 12]
  sub edi, esi
  call module
  mov al, 32
  out 0xe9, al
  lea esi, [ebx + 16]
  call puts
  call newline
  jmp .next
.memory:
  cmp dword [ebx + 8], 512
  mov esi, no_memory
  jb fail
  cmp dword [ebx + 12], 0x2000
  jb fail
  jmp .next
.map:
  cmp dword [ebx + 8], 24
  mov esi, no_map
  jne fail
  lea edi, [ebx + 16]
.range:
  mov eax, [ebx + 4]
  add eax, ebx
  cmp edi, eax
  mov esi, no_ram
  jae fail
  cmp dword [edi + 16], 1
  jne .other
  cmp dword [edi + 4], 0
  jne .other
  mov eax, [edi]
  cmp eax, 0x200000
  ja .other
  add eax, [edi + 8]
  cmp eax, bss_end
  jae .inside
.other:
  add edi, 24
  jmp .range
.inside:
  mov esi, text_map
  call puts
  mov esi, text_yes
  call puts
  jmp .next
.rsdp:
  mov esi, text_rsdp
  call puts
  lea esi, [ebx + 8]
  mov edi, 8
  call putn
  call newline
  jmp .next
.end:
  cmp dword [ebx + 4], 8
  mov esi, no_end
  jne fail
  add ebx, 8
  cmp ebx, [limit]
  jne fail
  mov eax, [seen]
  and eax, 0x57            ; end, command line, loader name, memory, map
  cmp eax, 0x57
  mov esi, no_tags
  jne fail
  jmp success

no_magic: db "eax is not 0x36d76289", 0
no_align: db "a tag is not at a multiple of eight", 0
no_cr0: db "cr0 is not protected mode without paging", 0
no_zero: db "the bss is not zero", 0
no_end: db "the tags do not end where total_size says", 0
no_memory: db "basic memory information", 0
no_map: db "the map's entries have another size", 0
no_ram: db "no range of the map holds the kernel", 0
no_tags: db "a required tag is missing", 0
