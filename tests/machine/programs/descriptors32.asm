; What every descriptor allows in 32-bit protected mode: for each access byte and RPL, at levels 0 and 3, one use after
; another; then interrupts through every kind of gate. Written for nasm -f bin; entered by multiboot.
;
; Each use leaves a record of 12 bytes in the log: vector (80h: nothing happened, 81h: control went to TARGET),
; ZF | access byte afterwards, error code (16 bits), cs of the frame (16 bits), ss that was loaded (16 bits), eax.
; With -DALL every access byte and RPL is tried, else a third of them.
; The log goes to port E9h at the end, and then the machine is stopped through port F4h.

%define GDT     0x200000
%define IDT     0x210000
%define TSS1    0x220000
%define TSS2    0x221000
%define TSS16   0x222000
%define LOG     0x300000
%define KSTACK  0x230000
%define USTACK  0x238000
%define NSTACK  0x23c000
%define TARGET  0x8000
%define KCODE   0x08
%define KDATA   0x10
%define UCODE   0x1b
%define UDATA   0x23
%define MAIN    0x28
%define T       0x80            ; the selector under test
%ifdef ALL
%define RPL_STEP 1
%else
%define RPL_STEP 3              ; 0 and 3
%endif

bits 32
org 0x100000
base:
    dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000)
    dd base, base, end, end, start

; limit, base, access, flags
%macro desc 4
    dw (%1) & 0xffff, (%2) & 0xffff
    db ((%2) >> 16) & 0xff, %3, (((%1) >> 16) & 15) | ((%4) << 4), ((%2) >> 24) & 0xff
%endmacro

align 8
gdt_image:
    dq 0
    desc 0xfffff, 0, 0x9b, 0xc     ; 08 code 0
    desc 0xfffff, 0, 0x93, 0xc     ; 10 data 0
    desc 0xfffff, 0, 0xfb, 0xc     ; 18 code 3
    desc 0xfffff, 0, 0xf3, 0xc     ; 20 data 3
    desc 0x67, TSS1, 0x89, 0       ; 28 the task in use
    desc 0xfffff, 0, 0xb3, 0xc     ; 30 data 1
    desc 0xfffff, 0, 0xd3, 0xc     ; 38 data 2
    desc 0xfffff, 0, 0x9f, 0xc     ; 40 conforming code 0
    desc 0xfffff, 0, 0xff, 0xc     ; 48 conforming code 3
    desc 0x67, TSS2, 0x89, 0       ; 50 another task
    desc 0xfffff, 0, 0x1b, 0xc     ; 58 code, not present
    desc 0x7fff, 0, 0x9b, 0x4      ; 60 code whose limit is below TARGET
    desc 0xffff, 0, 0x93, 0x0      ; 68 data 0, 16 bits
gdt_image_end:

gdtr: dw 0xff
      dd GDT
idtr: dw 0x7ff
      dd IDT
ss_of: dd KDATA, 0x31, 0x3a, UDATA

start:
    cli
    mov esp, KSTACK
    mov edi, GDT
    mov ecx, 0x40
    xor eax, eax
    rep stosd
    mov esi, gdt_image
    mov edi, GDT
    mov ecx, gdt_image_end - gdt_image
    rep movsb
    lgdt [gdtr]
    jmp KCODE:.1
.1: mov ax, KDATA
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov ss, ax
    mov esp, KSTACK
    ; TSSs
    mov edi, TSS1
    mov ecx, 0xc00
    xor eax, eax
    rep stosd
    mov dword [TSS1 + 4], KSTACK - 0x2000
    mov dword [TSS1 + 8], KDATA
    mov dword [TSS1 + 12], KSTACK - 0x2000
    mov dword [TSS1 + 16], 0x31
    mov dword [TSS1 + 20], KSTACK - 0x2000
    mov dword [TSS1 + 24], 0x3a
    ; IDT: a stub each
    mov edi, IDT
    mov eax, stubs
    mov ecx, 256
.2: mov [edi], ax
    mov word [edi + 2], KCODE
    mov word [edi + 4], 0xee00
    mov edx, eax
    shr edx, 16
    mov [edi + 6], dx
    add eax, STUB
    add edi, 8
    loop .2
    lidt [idtr]
    ; TARGET: int 81h
    mov dword [TARGET], 0x909081cd
    call tasks
    mov ax, MAIN
    ltr ax

    mov dword [log], LOG
    mov dword [ring], 0
ring_loop:
    mov dword [operation], 0
operation_loop:
    mov dword [access], 0
access_loop:
    mov dword [rpl], 0
rpl_loop:
    call one
    add dword [rpl], RPL_STEP
    cmp dword [rpl], 4
    jb rpl_loop
    call next_access
    jb access_loop
    inc dword [operation]
    cmp dword [operation], OPERATIONS
    jb operation_loop
    add dword [ring], 3
    cmp dword [ring], 3
    jbe ring_loop

    ; Interrupts: each type of gate with each selector, from both levels.
    mov dword [ring], 0
.ring:
    mov dword [rpl], 0              ; number of the selector
.selector:
    mov dword [access], 0
.access:
    call interrupt
    call next_access
    jb .access
    inc dword [rpl]
    cmp dword [rpl], SELECTORS
    jb .selector
    add dword [ring], 3
    cmp dword [ring], 3
    jbe .ring

    mov esi, LOG
    mov ecx, [log]
    sub ecx, LOG
    mov dx, 0xe9
    rep outsb
    mov al, 0
    out 0xf4, al
    cli
.stop:
    hlt
    jmp .stop

; Steps to the next access byte, with CF while there is one. Without ALL, few that are not present.
next_access:
%ifndef ALL
    cmp dword [access], 0x1f
    jne .next
    mov dword [access], 0x7f
.next:
%endif
    inc dword [access]
    cmp dword [access], 256
    ret

; Fresh tasks behind the TSS descriptors.
tasks:
    mov dword [TSS2 + 0x20], TARGET
    mov dword [TSS2 + 0x24], 2
    mov dword [TSS2 + 0x38], NSTACK
    mov dword [TSS2 + 0x48], KDATA
    mov dword [TSS2 + 0x4c], KCODE
    mov dword [TSS2 + 0x50], KDATA
    mov dword [TSS2 + 0x54], KDATA
    mov dword [TSS2 + 0x58], KDATA
    mov dword [TSS2 + 0x5c], KDATA
    mov dword [TSS2 + 0x60], 0
    mov dword [TSS2 + 0x64], 0x680000
    mov word [TSS16 + 0x0e], TARGET
    mov word [TSS16 + 0x10], 2
    mov word [TSS16 + 0x1a], 0xf000
    mov word [TSS16 + 0x22], KDATA
    mov word [TSS16 + 0x24], KCODE
    mov word [TSS16 + 0x26], 0x68
    mov word [TSS16 + 0x28], KDATA
    mov word [TSS16 + 0x2a], 0
    ret

; The descriptor under test, from its access byte: gates lead to TARGET, TSSs and LDTs to TSS2 or TSS16.
descriptor:
    mov eax, [access]
    mov edi, GDT + T
    and al, 0x1f
    cmp al, 4
    je .gate
    cmp al, 0xc
    je .gate
    cmp al, 5
    je .taskgate
    cmp al, 1
    je .tss16
    cmp al, 3
    je .tss16
    cmp al, 0x10
    jb .system
    mov dword [edi], 0x0000ffff
    mov dword [edi + 4], 0x00cf0000
    jmp .access
.gate:
    mov dword [edi], (KCODE << 16) | TARGET
    mov dword [edi + 4], 2          ; two parameters
    jmp .access
.taskgate:
    mov dword [edi], 0x50 << 16
    mov dword [edi + 4], 0
    jmp .access
.tss16:
    mov dword [edi], ((TSS16 & 0xffff) << 16) | 0x2b
    mov dword [edi + 4], TSS16 >> 16
    jmp .access
.system:
    mov dword [edi], ((TSS2 & 0xffff) << 16) | 0x67
    mov dword [edi + 4], TSS2 >> 16
.access:
    mov eax, [access]
    mov [edi + 5], al
    ret

; Runs operation on descriptor at ring, and logs.
one:
    mov [caller], esp
    call descriptor
    mov dword [resume], finish
    mov esi, [operation]
    mov esi, [operations + esi * 4]
run:
    mov eax, [rpl]
    mov ebx, [ss_of + eax * 4]
    or eax, T
    mov [pointer], dword TARGET
    mov [pointer + 4], ax
    mov [pointer16_selector], ax
    mov edx, KDATA
    cmp dword [ring], 0
    jne .user
    push dword 2
    popfd
    jmp esi
.user:
    push dword UDATA
    push dword USTACK
    push dword 2
    push dword UCODE
    push esi
    mov edx, UDATA
    mov cx, UDATA
    mov ds, cx
    mov es, cx
    iret

; After the exception or interrupt: the registers as they were are in saved_*.
finish:
    mov edi, [log]
    mov al, [saved_vector]
    mov [edi], al
    mov al, [saved_flags]
    and al, 0x40
    mov ah, [GDT + T + 5]
    mov [edi + 1], ah
    mov cx, [saved_error]
    mov [edi + 2], cx
    mov cx, [saved_cs]
    mov [edi + 4], cx
    mov cx, [saved_ss]
    mov [edi + 6], cx
    mov ecx, [saved_eax]
    mov [edi + 8], ecx
    or [edi + 7], al                ; ZF in an unused bit of ss
    add edi, 12
    mov [log], edi
    ; Undo what LTR, LLDT and task switches did.
    xor ax, ax
    lldt ax
    str ax
    cmp ax, MAIN
    je .same
    mov byte [GDT + MAIN + 5], 0x89
    mov byte [GDT + 0x50 + 5], 0x89
    mov ax, MAIN
    ltr ax
    clts
    call tasks
.same:
    mov esp, [caller]
    ret

; IDT[90h] becomes a gate with the access byte; the selector is one of a list.
interrupt:
    mov [caller], esp
    mov eax, [rpl]
    mov ax, [selectors + eax * 2]
    mov edi, IDT + 0x90 * 8
    mov word [edi], TARGET
    mov [edi + 2], ax
    mov byte [edi + 4], 0
    mov eax, [access]
    mov [edi + 5], al
    mov word [edi + 6], 0
    mov byte [GDT + T + 5], 0
    mov dword [resume], finish
    mov esi, op_int
    jmp run
op_int:
    int 0x90
    int 0x80
selectors: dw KCODE, 0x18, UCODE, 0x40, 0x43, 0x48, 0, 3, KDATA, 0x50, 0x28, 0x58, 0x60, 0x54, 0x3f8, 0x0b
SELECTORS equ ($ - selectors) / 2

; Operations: the selector in ax and with TARGET in pointer, the stack segment of its RPL in bx.
operations: dd op_lar, op_lsl, op_verr, op_verw, op_ds, op_ss, op_gs, op_jmp, op_call, op_retf, op_iret, op_lldt
            dd op_ltr, op_lar16, op_lsl16, op_call16, op_iret_task
OPERATIONS equ ($ - operations) / 4

op_lar:   lar eax, eax
          int 0x80
op_lsl:   lsl eax, eax
          int 0x80
op_lar16: lar ax, ax
          int 0x80
op_lsl16: lsl ax, ax
          int 0x80
op_verr:  verr ax
          int 0x80
op_verw:  verw ax
          int 0x80
op_ds:    mov ds, ax
          int 0x80
op_ss:    mov ss, ax
          mov eax, ss
          mov ss, dx
          int 0x80
op_gs:    mov gs, ax
          int 0x80
op_jmp:   jmp far dword [pointer]
op_call:  call far dword [pointer]
op_call16: call far word [pointer16]
op_retf:  push ebx
          push dword USTACK
          push eax
          push dword TARGET
          retf
op_iret:  push ebx
          push dword USTACK
          push dword 2
          push eax
          push dword TARGET
          iret
op_lldt:  lldt ax
          int 0x80
op_ltr:   ltr ax
          int 0x80
op_iret_task:                       ; NT set: to the task that the link names
          mov [TSS1], ax
          pushfd
          or dword [esp], 0x4000
          popfd
          iret

; One stub a vector: the error code, or 0, and the vector are pushed.
%assign v 0
align 16
stubs:
%rep 256
    align 16
  %if v == 8 || (v >= 10 && v <= 14) || v == 17
  %else
    push byte 0
  %endif
    push dword v
    jmp near arrived
%assign v v + 1
%endrep
STUB equ 16

; The stack may be 16 bits wide, so it is read by POP only.
arrived:
    push eax
    mov ax, KDATA
    mov ds, ax
    mov es, ax
    pop dword [saved_eax]
    pop dword [saved_vector]
    pop dword [saved_error]
    pop dword [saved_eip]
    pop dword [saved_cs]
    pop dword [saved_flags]
    mov [saved_ss], ss
    mov ss, ax
    mov esp, [caller]
    cld
    jmp [resume]

align 4
saved_eax:    dd 0
saved_vector: dd 0
saved_error:  dd 0
saved_eip:    dd 0
saved_cs:     dd 0
saved_flags:  dd 0
saved_ss:     dd 0
caller:       dd 0
resume:       dd 0
log:          dd 0
ring:         dd 0
operation:    dd 0
access:       dd 0
rpl:          dd 0
pointer:      dd 0
              dd 0
pointer16:    dw TARGET
pointer16_selector: dw 0
end:
