; What every descriptor allows in 64-bit mode; as descriptors32.asm, with records of 16 bytes: vector, access byte
; afterwards, error code (16 bits), cs (16), ss (16; ZF in bit 14), eax, and the handler's rsp above its frame.

%define GDT     0x200000
%define IDT     0x210000
%define TSS1    0x220000
%define TSS2    0x221000
%define PAGES   0x250000
%define LOG     0x300000
%define KSTACK  0x230000
%define ESP0    0x22e000
%define IST1    0x22a008            ; not aligned: delivery aligns it
%define USTACK  0x238000
%define TARGET  0x8000
%define KCODE   0x08
%define KDATA   0x10
%define UCODE   0x1b
%define UDATA   0x23
%define MAIN    0x28
%define T       0x80

bits 32
org 0x100000
base:
    dd 0x1badb002, 0x10000, -(0x1badb002 + 0x10000)
    dd base, base, end, end, start

%macro desc 4
    dw (%1) & 0xffff, (%2) & 0xffff
    db ((%2) >> 16) & 0xff, %3, (((%1) >> 16) & 15) | ((%4) << 4), ((%2) >> 24) & 0xff
%endmacro

align 8
gdt_image:
    dq 0
    desc 0xfffff, 0, 0x9b, 0xa     ; 08 64-bit code 0
    desc 0xfffff, 0, 0x93, 0xc     ; 10 data 0
    desc 0xfffff, 0, 0xfb, 0xa     ; 18 64-bit code 3
    desc 0xfffff, 0, 0xf3, 0xc     ; 20 data 3
    desc 0x67, TSS1, 0x89, 0       ; 28 the task register
    dq 0
    desc 0xfffff, 0, 0xb3, 0xc     ; 38 data 1
    desc 0xfffff, 0, 0xd3, 0xc     ; 40 data 2
    desc 0xfffff, 0, 0x9f, 0xa     ; 48 conforming 64-bit code 0
    desc 0xfffff, 0, 0x9b, 0xc     ; 50 32-bit code 0
    desc 0xfffff, 0, 0x1b, 0xa     ; 58 code, not present
    desc 0xfffff, 0, 0x9b, 0xe     ; 60 code with L and D
    desc 0xfffff, 0, 0xff, 0xa     ; 68 conforming 64-bit code 3
gdt_image_end:

gdtr: dw 0xff
      dd GDT, 0
idtr: dw 0xfff
      dd IDT, 0

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
    mov edi, PAGES
    mov ecx, 0xc00
    xor eax, eax
    rep stosd
    mov dword [PAGES], PAGES + 0x1007
    mov dword [PAGES + 0x1000], PAGES + 0x2007
    mov edi, PAGES + 0x2000
    mov eax, 0x87
.1: mov [edi], eax
    add eax, 0x200000
    add edi, 8
    cmp edi, PAGES + 0x2080
    jb .1
    mov eax, PAGES
    mov cr3, eax
    mov eax, 0x20
    mov cr4, eax
    mov ecx, 0xc0000080
    rdmsr
    or eax, 0x101
    wrmsr
    mov eax, cr0
    or eax, 0x80000000
    mov cr0, eax
    lgdt [gdtr]
    jmp KCODE:wide

bits 64
default abs
wide:
    mov ax, KDATA
    mov ds, ax
    mov es, ax
    mov fs, ax
    mov gs, ax
    mov ss, ax
    mov esp, KSTACK
    mov edi, TSS1
    mov ecx, 0x800
    xor eax, eax
    rep stosd
    mov dword [TSS1 + 4], ESP0
    mov dword [TSS1 + 12], ESP0
    mov dword [TSS1 + 20], ESP0
    mov dword [TSS1 + 0x24], IST1
    mov edi, IDT
    mov eax, stubs
    mov ecx, 256
.2: mov [rdi], ax
    mov word [rdi + 2], KCODE
    mov word [rdi + 4], 0xee00
    mov edx, eax
    shr edx, 16
    mov [rdi + 6], edx
    mov qword [rdi + 8], 0
    add eax, STUB
    add edi, 16
    loop .2
    lidt [idtr]
    mov dword [TARGET], 0x909081cd
    mov ax, MAIN
    ltr ax

    mov dword [log], LOG
    mov dword [ring], 0
ring_loop:
    mov dword [operation], 0
operation_loop:
    mov dword [flags], 0xa0
flags_loop:
    mov dword [access], 0
access_loop:
    mov dword [rpl], 0
rpl_loop:
    call one
    add dword [rpl], 3
    cmp dword [rpl], 4
    jb rpl_loop
    call next_access
    jb access_loop
    cmp dword [operation], TRANSFERS
    jae .next
    add dword [flags], 0x20
    cmp dword [flags], 0xe0
    jbe flags_loop
.next:
    inc dword [operation]
    cmp dword [operation], OPERATIONS
    jb operation_loop
    add dword [ring], 3
    cmp dword [ring], 3
    jbe ring_loop

    mov dword [ring], 0
.ring:
    mov dword [ist], 0
.ist:
    mov dword [rpl], 0
.selector:
    mov dword [access], 0
.access:
    call interrupt
    call next_access
    jb .access
    inc dword [rpl]
    cmp dword [rpl], SELECTORS
    jb .selector
    inc dword [ist]
    cmp dword [ist], 2
    jb .ist
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

; The descriptor under test; its upper half is zero.
descriptor:
    mov eax, [access]
    mov edi, GDT + T
    mov qword [rdi + 8], 0
    and al, 0x1f
    cmp al, 4
    je .gate
    cmp al, 0xc
    je .gate
    cmp al, 0x10
    jb .system
    mov dword [rdi], 0x0000ffff
    mov ecx, [flags]
    shl ecx, 16
    or ecx, 0x000f0000
    mov [rdi + 4], ecx
    jmp .access
.gate:
    mov dword [rdi], (KCODE << 16) | TARGET
    mov dword [rdi + 4], 0
    jmp .access
.system:
    mov dword [rdi], ((TSS2 & 0xffff) << 16) | 0x67
    mov dword [rdi + 4], TSS2 >> 16
.access:
    mov eax, [access]
    mov [rdi + 5], al
    ret

one:
    mov [caller], rsp
    call descriptor
    mov qword [resume], finish
    mov esi, [operation]
    mov rsi, [operations + rsi * 8]
run:
    mov eax, [rpl]
    and eax, 3
    cmp dword [ring], 0
    mov ebx, KDATA
    mov edx, KDATA
    je .kernel
    mov edx, UDATA
.kernel:
    cmp eax, 0
    je .rpl0
    mov ebx, UDATA
.rpl0:
    or eax, T
    mov dword [pointer], TARGET
    mov [pointer + 4], ax
    cmp dword [ring], 0
    jne .user
    push 2
    popfq
    jmp rsi
.user:
    push UDATA
    push USTACK
    push 2
    push UCODE
    push rsi
    iretq

finish:
    mov edi, [log]
    mov al, [saved_vector]
    mov [rdi], al
    mov al, [GDT + T + 5]
    mov [rdi + 1], al
    mov ax, [saved_error]
    mov [rdi + 2], ax
    mov ax, [saved_cs]
    mov [rdi + 4], ax
    mov ax, [saved_flags]
    and eax, 0x40
    shl eax, 8
    or ax, [saved_ss]
    mov [rdi + 6], ax
    mov eax, [saved_rax]
    mov [rdi + 8], eax
    mov eax, [saved_rsp]
    mov [rdi + 12], eax
    add edi, 16
    mov [log], edi
    xor eax, eax
    lldt ax
    str ax
    cmp ax, MAIN
    je .same
    mov byte [GDT + MAIN + 5], 0x89
    mov ax, MAIN
    ltr ax
.same:
    mov rsp, [caller]
    ret

interrupt:
    mov [caller], rsp
    mov eax, [rpl]
    lea rdi, [selectors]
    mov ax, [rdi + rax * 2]
    mov edi, IDT + 0x90 * 16
    mov word [rdi], TARGET
    mov [rdi + 2], ax
    mov al, [ist]
    mov [rdi + 4], al
    mov al, [access]
    mov [rdi + 5], al
    mov word [rdi + 6], 0
    mov qword [rdi + 8], 0
    mov byte [GDT + T + 5], 0
    mov qword [resume], finish
    lea rsi, [op_int]
    jmp run
op_int:
    int 0x90
    int 0x80
selectors: dw KCODE, 0x18, UCODE, 0x48, 0x4b, 0x68, 0, 3, KDATA, 0x50, 0x28, 0x58, 0x60, 0x0c, 0x3f8, 0x0b
SELECTORS equ ($ - selectors) / 2

; The first TRANSFERS operations are tried with L, with D and with both.
operations: dq op_jmp, op_call, op_retf, op_iret
TRANSFERS equ ($ - operations) / 8
            dq op_lar, op_lsl, op_verr, op_verw, op_ds, op_ss, op_gs, op_lldt, op_ltr, op_retfq, op_iretd
OPERATIONS equ ($ - operations) / 8

op_lar:   lar eax, eax
          int 0x80
op_lsl:   lsl eax, eax
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
op_retf:  sub rsp, 16
          mov dword [rsp], TARGET
          mov [rsp + 4], eax
          mov dword [rsp + 8], USTACK
          mov [rsp + 12], ebx
          retf
op_retfq: push rbx
          push USTACK
          push rax
          push TARGET
          retfq
op_iret:  push rbx
          push USTACK
          push 2
          push rax
          push TARGET
          iretq
op_iretd: sub rsp, 20
          mov dword [rsp], TARGET
          mov [rsp + 4], eax
          mov dword [rsp + 8], 2
          mov dword [rsp + 12], USTACK
          mov [rsp + 16], ebx
          iretd
op_lldt:  lldt ax
          int 0x80
op_ltr:   ltr ax
          int 0x80

%assign v 0
align 16
stubs:
%rep 256
    align 16
  %if v == 8 || (v >= 10 && v <= 14) || v == 17
  %else
    push byte 0
  %endif
    push strict dword v
    jmp near arrived
%assign v v + 1
%endrep
STUB equ 16

arrived:
    mov [saved_rax], rax
    pop rax
    mov [saved_vector], eax
    pop rax
    mov [saved_error], eax
    add rsp, 8
    pop rax
    mov [saved_cs], eax
    pop rax
    mov [saved_flags], eax
    add rsp, 8
    pop rax
    mov [saved_ss], eax
    mov [saved_rsp], esp
    mov ax, KDATA
    mov ss, ax
    mov ds, ax
    mov es, ax
    mov rsp, [caller]
    cld
    jmp [resume]

align 8
saved_rax:    dq 0
saved_vector: dd 0
saved_error:  dd 0
saved_cs:     dd 0
saved_flags:  dd 0
saved_ss:     dd 0
saved_rsp:    dd 0
caller:       dq 0
resume:       dq 0
log:          dd 0
ring:         dd 0
operation:    dd 0
flags:        dd 0
access:       dd 0
rpl:          dd 0
ist:          dd 0
pointer:      dd 0, 0
end:
