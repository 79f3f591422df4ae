; esi: a signature; eax: the table's address, or the kernel fails. Tables are found by the start information's RSDP.
find_table:
  mov eax, [start_info]
  mov rdi, [rax + 32]
  mov rax, [rdi]
  mov rdx, 0x2052545020445352    ; "RSD PTR "
  cmp rax, rdx
  je .found
  call fail
  db "no RSDP", 0
.found:
  xor eax, eax
  xor ecx, ecx
.sum:
  add al, [rdi + rcx]
  inc ecx
  cmp ecx, 20
  jb .sum
  test al, al
  jz .right
  call fail
  db "the RSDP's sum is wrong", 0
.right:
  cmp byte [rdi + 15], 2
  jae .extended
  mov ebx, [rdi + 16]        ; RSDT
  mov ecx, 4
  jmp .search
.extended:
  mov rbx, [rdi + 24]        ; XSDT
  mov ecx, 8
.search:
  mov edx, [rbx + 4]
  add edx, ebx
  add ebx, 36
.next:
  cmp ebx, edx
  jae .missing
  mov eax, [rbx]
  add ebx, ecx
  cmp [rax], esi
  jne .next
  ret
.missing:
  call fail
  db "a table is missing", 0
