; A PVH kernel (Xen's direct boot ABI), inside an ELF file whose note names `start`. Assembled at 0x200000.
bits 32
org 0x200000
start:
  mov esp, stack_top
  mov ebp, ebx
  mov eax, cr0
  and eax, 0x80000001
  cmp eax, 1
  mov esi, no_cr0
  jne fail
  mov eax, cr4
  test eax, eax
  mov esi, no_cr4
  jnz fail
  pushfd
  pop eax
  test eax, 0x20300        ; VM, IF and TF
  mov esi, no_flags
  jnz fail
  cmp dword [cleared], 0
  mov esi, no_zero
  jne fail
  cmp dword [ebp], 0x336ec578
  mov esi, no_magic
  jne fail
  cmp dword [ebp + 4], 1
  mov esi, no_version
  jb fail

  mov esi, text_command_line
  call puts
  mov esi, [ebp + 24]
  call puts
  call newline

  mov esi, text_modules
  call puts
  mov eax, [ebp + 12]
  mov [left], eax
  call hex
  call newline
  mov ebx, [ebp + 16]
.module:
  sub dword [left], 1
  jb .map
  mov esi, text_module
  call puts
  mov esi, [ebx]
  mov edi, [ebx + 8]
  call module
  mov esi, [ebx + 16]
  test esi, esi
  jz .unnamed
  mov al, 32
  out 0xe9, al
  call puts
.unnamed:
  call newline
  add ebx, 32
  jmp .module

.map:
  mov ebx, [ebp + 40]
  mov eax, [ebp + 48]
  mov [left], eax
.range:
  sub dword [left], 1
  mov esi, no_ram
  jb fail
  cmp dword [ebx + 16], 1
  jne .next
  cmp dword [ebx + 4], 0
  jne .next
  mov eax, [ebx]
  cmp eax, 0x200000
  ja .next
  add eax, [ebx + 8]
  cmp eax, bss_end
  jae .inside
.next:
  add ebx, 24
  jmp .range
.inside:
  mov esi, text_map
  call puts
  mov esi, text_yes
  call puts

  mov esi, text_rsdp
  call puts
  mov esi, [ebp + 32]
  mov edi, 8
  call putn
  call newline
  jmp success

no_cr0: db "cr0 is not protected mode without paging", 0
no_cr4: db "cr4 is not zero", 0
no_flags: db "VM, IF or TF is set", 0
no_zero: db "the bss is not zero", 0
no_magic: db "no hvm_start_info at ebx", 0
no_version: db "hvm_start_info is older than version 1", 0
no_ram: db "no range of the map holds the kernel", 0
