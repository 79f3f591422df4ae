; Other processors: `smp_start` has all of them run `processor`, each on its own stack, with its index (1 up) in ebp.
trampoline_at equ 0x8000
ICR equ apic + 0x300
ALL_BUT_SELF equ 0xc0000
; How many there are, by fw_cfg; how many have come
processors equ data + 0x800
arrived equ data + 0x840

smp_start:
  mov dx, 0x510
  mov ax, 5
  out dx, ax
  xor eax, eax
  mov edx, 0x511
  in al, dx
  mov [processors], eax
  mov dword [arrived], 1
  mov esi, trampoline
  mov edi, trampoline_at
  mov ecx, trampoline_end - trampoline
  rep movsb
  mov dword [ICR], ALL_BUT_SELF + 0x4500         ; INIT
  call moment
  mov dword [ICR], ALL_BUT_SELF + 0x4608         ; startup at 0x8000
  call moment
  mov dword [ICR], ALL_BUT_SELF + 0x4608
  mov esi, arrived
; Waits until the 32 bits at rsi are the number of processors.
all:
  mov ecx, 3000000
.wait:
  pause
  mov eax, [rsi]
  cmp eax, [processors]
  je .done
  dec ecx
  jnz .wait
  call fail
  db "others do not come", 0
.done:
  ret

; Four microseconds or more, 14 ticks, by the ACPI timer
moment:
  mov dx, 0x608
  in eax, dx
  mov ecx, eax
.wait:
  in eax, dx
  sub eax, ecx
  and eax, 0xffffff
  cmp eax, 14
  jb .wait
  ret

smp_entered:
  mov ebp, 1
  lock xadd [arrived], ebp
  mov esp, ebp
  shl esp, 12
  add esp, pages + 0x1000
  call apic_on
  call processor
.halt:
  cli
  hlt
  jmp .halt

bits 16
trampoline:
  cli
  mov ax, cs
  mov ds, ax
  lgdt [trampoline_gdt - trampoline]
  mov eax, cr0
  or al, 1
  mov cr0, eax
  jmp dword 24:(trampoline_32 - trampoline + trampoline_at)
trampoline_gdt:
  dw 31
  dd gdt
bits 32
trampoline_32:
  mov ax, 16
  mov ds, ax
  mov es, ax
  mov ss, ax
  mov eax, smp_entered
  mov ecx, enter_long
  jmp ecx
trampoline_end:
bits 64

; The spin lock at `lock_word`. Each loses eax.
lock_word equ data + 0x880
acquire:
  mov al, 1
  xchg [lock_word], al
  test al, al
  jz .got
.wait:
  pause
  cmp byte [lock_word], 0
  jne .wait
  jmp acquire
.got:
  ret
release:
  mov byte [lock_word], 0
  ret
