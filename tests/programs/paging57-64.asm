; Five-level paging: real mode to 64-bit mode with cr4.LA57, code and data at addresses that four levels do not have.
; The last steps are faults: the hole between the halves, a change of LA57 in 64-bit mode, a reserved bit of a PML5E.
; mode: 16
; base: 0x7c00
; map: 0x8000:0x8000
; map: 0x20000:0x3000
; map: 0x30000:0x5000
; with: idt64
; expect: stop=hlt rax=0x11223344 rbx=20000 rbp=0x11223344 rsi=6 cr4=0x1020 efer=0x500
; expect: [0x30008]=0x34023 [0x30800]=0x34023
; expect: [0x21000]=13 [0x21008]=0 [0x21010]=bad_read [0x21020]=13 [0x21030]=bad_call [0x21040]=13 [0x21050]=bad_return
; expect: [0x21060]=13 [0x21070]=bad_cr4 [0x21080]=14 [0x21088]=9 [0x21090]=bad_entry [0x210a0]=14 [0x210a8]=0 [0x210b0]=absent
; qemu-differs: [0x21030] [0x21050], TCG takes an indirect branch out of canonical form and faults at its target
; qemu-differs: [0x21088], TCG leaves P clear beside RSVD
start:
  xor ax, ax
  mov ds, ax
  mov ss, ax
  lgdt [gdt_pointer]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp 0x08:protected
bits 32
protected:
  mov ax, 0x10
  mov ds, ax
  mov es, ax
  mov ss, ax
  mov esp, 0x10000
  ; PML5 0x30000, PML4 0x31000, PDPT 0x32000, PD 0x33000: 0-2 MiB. A second PML4, 0x34000, leads to the same PDPT.
  mov edi, 0x30000
  mov ecx, 0x5000 / 4
  xor eax, eax
  rep stosd
  mov dword [0x30000], 0x31003
  mov dword [0x30008], 0x34003
  mov dword [0x30800], 0x34003
  mov dword [0x30010], 0x34083
  mov dword [0x31000], 0x32003
  mov dword [0x34000], 0x32003
  mov dword [0x32000], 0x33003
  mov dword [0x33000], 0x83
  mov eax, 0x30000
  mov cr3, eax
  mov eax, 0x1020
  mov cr4, eax
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x100
  wrmsr
  mov eax, cr0
  or eax, 0x80000000
  mov cr0, eax
  jmp 0x18:long_mode
bits 64
long_mode:
  call idt_install
  ; PML5 indices 1 and 256: the lowest address that needs five levels' upper bits, and the upper half's first.
  mov r8, 0x0001000000000000
  mov r9, 0xff00000000000000
  mov dword [0x8000], 0x11223344
  mov eax, [r8+0x8000]
  mov ebp, [r9+0x8000]
  ; Indirect branches there and back, often enough for every engine's tiers.
  lea r10, [r8+function]
  lea r11, [r9+function]
  mov rsp, 0x0001000000010000
  mov ecx, 10000
  xor ebx, ebx
again:
  call r10
  call r11
  dec ecx
  jnz again
  mov r12, 0x0100000000000000
  mov r13, 0xfeffffffffffffff
  lea r14, [rel l1]
bad_read:
  mov edx, [r12]
l1:
  lea r14, [rel l2]
bad_call:
  call r13
l2:
  lea r14, [rel l3]
  push r12
bad_return:
  ret
l3:
  add rsp, 8
  lea r14, [rel l4]
  mov edx, 0x20
bad_cr4:
  mov cr4, rdx
l4:
  ; PML5 index 2 has bit 7, which is reserved; 3 is absent.
  lea r14, [rel l5]
  mov r12, 0x0002000000000000
bad_entry:
  mov edx, [r12]
l5:
  lea r14, [rel l6]
  mov r12, 0x0003000000000000
absent:
  mov edx, [r12]
l6:
  mov rsi, r15
  sub rsi, 0x21000
  shr rsi, 5
  hlt
function:
  inc ebx
  ret
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
