; Real mode to protected mode to long mode, with tables of the program's own, and the size of an operand in each.
; mode: 16
; base: 0x7c00
; map: 0x8000:0x8000
; map: 0x20000:0x5000
; expect: stop=hlt rax=0x1122334455667788 rbx=0x10002 rcx=0xfffe rdx=0x55667788 cs=0x18 efer=0x500 rip=end
start:
  xor ax, ax
  mov ds, ax
  mov ss, ax
  mov es, ax
  mov sp, 0x7000
  ; 16 bits: sums wrap within ax, addresses within 64 KiB.
  mov cx, 0xffff
  dec cx
  mov bx, 0x8000
  mov word [bx+0x10], 0x1234
  mov si, 0xffff
  mov al, [bx+si+0x11]
  cmp al, 0x34
  jne bad
  lgdt [gdt_pointer]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp 0x08:protected
bad:
  hlt
bits 32
protected:
  mov ax, 0x10
  mov ds, ax
  mov es, ax
  mov ss, ax
  mov esp, 0x10000
  movzx ebx, cx
  add ebx, 4
  ; Page tables: 0-2 MiB.
  mov edi, 0x20000
  mov ecx, 0x3000 / 4
  xor eax, eax
  rep stosd
  mov dword [0x20000], 0x21003
  mov dword [0x21000], 0x22003
  mov dword [0x22000], 0x83
  mov eax, 0x20000
  mov cr3, eax
  mov eax, cr4
  or eax, 0x20
  mov cr4, eax
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x100
  wrmsr
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
  ; Compatibility mode still: 32 bits.
  mov ecx, ebx
  dec ecx
  sub ecx, 0x10001 - 0xfffe
  jmp 0x18:long_mode
bits 64
long_mode:
  mov rax, 0x1122334455667788
  push rax
  pop rdx
  mov edx, edx
  hlt
end:
align 8
gdt_pointer:
  dw 31
  dd gdt
align 8
gdt:
  dq 0
  dq 0x00cf9a000000ffff
  dq 0x00cf92000000ffff
  dq 0x00af9a000000ffff
