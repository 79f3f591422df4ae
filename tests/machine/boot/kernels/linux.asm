; The protected-mode part of a bzImage, by the 64-bit boot protocol: entered at 0x200 with rsi leading to boot_params.
bits 64
org 0x100000
  hlt                      ; the 32-bit entry
  times 0x1ff db 0xf4

start:
  ; rsp is not defined
  mov esp, 0x180000
  mov rbp, rsi
  mov ecx, 0xc0000080
  rdmsr
  and eax, 0x500           ; LME and LMA
  cmp eax, 0x500
  mov esi, no_long
  jne fail
  mov eax, cs
  cmp eax, 0x10
  mov esi, no_segments
  jne fail
  mov eax, ds
  cmp eax, 0x18
  jne fail
  mov eax, es
  cmp eax, 0x18
  jne fail
  mov eax, ss
  cmp eax, 0x18
  jne fail
  mov ds, ax               ; it is in the GDT
  pushfq
  pop rax
  test eax, 0x200
  mov esi, no_flags
  jnz fail
  cmp dword [rbp + 0x202], 0x53726448
  mov esi, no_header
  jne fail
  cmp byte [rbp + 0x210], 0
  mov esi, no_loader
  je fail
  cmp dword [rbp + 0x214], 0x100000
  mov esi, no_address
  jne fail

  mov esi, text_command_line
  call puts
  mov esi, [rbp + 0x228]
  call puts
  call newline
  mov esi, text_module
  call puts
  mov esi, [rbp + 0x218]
  test esi, 0xfff
  mov ebx, no_page
  cmovnz esi, ebx
  jnz fail
  mov edi, [rbp + 0x21c]
  call module
  call newline

  ; the initrd and the kernel lie in RAM
  movzx edi, byte [rbp + 0x1e8]
  lea ebx, [rbp + 0x2d0]
.range:
  sub edi, 1
  mov esi, no_ram
  jb fail
  cmp dword [rbx + 16], 1
  jne .next
  cmp dword [rbx + 4], 0
  jne .next
  mov eax, [rbx]
  cmp eax, 0x100000
  ja .next
  add eax, [rbx + 8]
  mov ecx, [rbp + 0x218]
  add ecx, [rbp + 0x21c]
  cmp eax, ecx
  jae .inside
.next:
  add ebx, 20
  jmp .range
.inside:
  mov esi, text_map
  call puts
  mov esi, text_yes
  call puts

  ; the RSDP, where the loader tells of it
  mov ebx, [rbp + 0x70]
  test ebx, ebx
  jz .done
  mov esi, text_rsdp
  call puts
  mov esi, ebx
  mov edi, 8
  call putn
  call newline
.done:
  jmp success

no_long: db "EFER has no LME or LMA", 0
no_segments: db "segment registers", 0
no_flags: db "IF is set", 0
no_header: db "no setup header in the boot parameters", 0
no_loader: db "type_of_loader is zero", 0
no_address: db "code32_start is not where the kernel is", 0
no_page: db "the initrd does not begin on a page", 0
no_ram: db "no range of the map holds kernel and initrd", 0
