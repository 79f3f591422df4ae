; Real mode: interrupt vectors, INT and IRET, #DE and #UD through the vector table, limits (#GP beyond 64 KiB), 32-bit
; operands and addresses by prefix, segments.
; mode: 16
; base: 0x7c00
; map: 0:0x1000
; map: 0x10000:0x2000
; qemu-differs: rcx rsi, TCG checks no limits: no #GP beyond 64 KiB
; expect: stop=hlt rax=0x12345678 rbx=0x1234 rcx=4 rdx=0xbeef rsi=13 rdi=0x5678
start:
  xor ax, ax
  mov ds, ax
  mov ss, ax
  mov sp, 0x7000
  lidt [pointer]
  mov word [0x21*4], service
  mov word [0x21*4+2], 0
  mov word [0*4], divide
  mov word [0*4+2], 0
  mov word [6*4], invalid
  mov word [6*4+2], 0
  mov word [13*4], protection
  mov word [13*4+2], 0
  xor cx, cx
  mov ah, 0x42
  stc
  int 0x21
  jc bad
  cmp ax, 0xbeef
  jne bad
  mov dx, ax
  xor bx, bx
  div bl
after_divide:
  ud2
after_invalid:
  mov ebx, 0x12345678
  mov ax, 0x1000
  mov es, ax
  mov [es:0x10], ebx
  mov ax, 0xfff
  mov fs, ax
  mov di, [fs:0x20]
  mov eax, 0x10000
  mov al, [fs:eax]
after_protection:
  mov eax, [es:0x10]
  mov bx, [es:0x12]
  movzx ebx, bx
  movzx edi, di
  movzx edx, dx
  movzx ecx, cx
  hlt
bad:
  hlt
service:
  inc cx
  mov ax, 0xbeef
  push bp
  mov bp, sp
  and word [bp+6], 0xfffe
  pop bp
  iret
divide:
  inc cx
  push bp
  mov bp, sp
  mov word [bp+2], after_divide
  pop bp
  iret
invalid:
  inc cx
  push bp
  mov bp, sp
  mov word [bp+2], after_invalid
  pop bp
  iret
protection:
  inc cx
  mov esi, 13
  push bp
  mov bp, sp
  mov word [bp+2], after_protection
  pop bp
  iret
pointer:
  dw 0x3ff
  dd 0
