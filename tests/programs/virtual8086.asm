; Virtual-8086 mode with IOPL 3: entered by IRETD with VM set, left by INT 18H through a gate of DPL 3. Segments are real-mode ones;
; HLT is #GP(0), CLI is allowed. The frame has the data segments, which are null in the handler.
; mode: 32
; with: idt32
; map: 0x20000:0x4000
; expect: stop=hlt ebx=0x1234 ecx=0x2300 edx=0x23002 esi=0 edi=0x55 ebp=1
; expect: [0x21000]=0x0000000d [0x21010]=0
  lgdt [gdt_pointer]
  jmp 0x08:start
start:
  call idt_install
  mov eax, finish
  mov [idt_base+0x18*8], ax
  shr eax, 16
  mov [idt_base+0x18*8+6], ax
  mov byte [idt_base+0x18*8+5], 0xee
  mov dword [tss+4], 0x22000
  mov dword [tss+8], 0x10
  mov ax, 0x18
  ltr ax
  ; Handlers skip the one-byte instruction that faulted.
  mov eax, skip
  mov [idt_base+13*8], ax
  shr eax, 16
  mov [idt_base+13*8+6], ax
  mov esi, code16
  mov edi, 0x23000
  mov ecx, code16_end - code16
  rep movsb
  mov word [0x23100], 0x1234
  push dword 0         ; gs
  push dword 0         ; fs
  push dword 0x2310    ; ds
  push dword 0x2300    ; es
  push dword 0x2300    ; ss
  push dword 0x800     ; esp
  push dword 0x23002   ; eflags: VM, IOPL 3
  push dword 0x2300    ; cs
  push dword 0
  iretd
skip:
  push eax
  push ecx
  mov ax, 0x10
  mov ds, ax
  mov ecx, [idt_next]
  mov dword [ecx], 13
  mov eax, [esp+8]
  mov [ecx+4], eax
  add dword [idt_next], 16
  inc dword [esp+12]
  pop ecx
  pop eax
  add esp, 4
  iretd
finish:
  ; eip, cs, eflags, esp, ss, es, ds, fs, gs.
  mov edx, [esp+8]
  mov ecx, [esp+20]
  mov si, ds
  movzx esi, si
  mov ax, 0x10
  mov ds, ax
  mov ebp, [idt_next]
  sub ebp, idt_log
  shr ebp, 4
  hlt
align 4
bits 16
code16:
  hlt
  cli
  mov bx, [0]
  mov edi, 0x55
  movzx ebx, bx
  int 0x18
code16_end:
bits 32
align 4
tss:
  times 26 dd 0
gdt_pointer:
  dw gdt_end-gdt-1
  dd gdt
align 8
gdt:
  dq 0
  dq 0x00cf9b000000ffff
  dq 0x00cf93000000ffff
  dw 0x67, tss - 0x10000
  db 1, 0x89, 0, 0
  dq 0
  dq 0
  dq 0x00cf9b000000ffff
gdt_end:
