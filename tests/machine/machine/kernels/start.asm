; How each test kernel of this folder starts and what they have in common. PVH enters `start`; 64-bit code comes to `main` with
; the first 4 GiB mapped as they are, interrupts off, both PICs masked, the local APIC on, and every vector leading to a report. When `main` returns, all is well.
; Output: port 0xe9. End: port 0xf4 (isa-debug-exit: QEMU's exit status is (value << 1) | 1), 0x10 for success, 1 for failure.
bits 32
org 0x200000
apic equ 0xfee00000
io_apic equ 0xfec00000

start:
  mov esp, stack_top
  mov [start_info], ebx
  mov dword [pml4], pdpt + 3
  xor ecx, ecx
.page:                       ; 1 GiB pages
  mov eax, ecx
  shl eax, 30
  or eax, 0x83
  mov [pdpt + ecx*8], eax
  inc ecx
  cmp ecx, 4
  jb .page
  xor edi, edi
  mov ecx, idt
.gate:
  lea eax, [edi*5 + stubs]
  mov [ecx], eax
  mov edx, 8
  xchg dx, [ecx + 2]
  mov word [ecx + 4], 0x8e00
  mov [ecx + 6], dx
  add ecx, 16
  inc edi
  cmp edi, 256
  jb .gate
  mov eax, long_mode
  jmp enter_long

; 32-bit code on each processor: eax says where to go on in 64-bit mode.
enter_long:
  mov ebx, eax
  mov eax, pml4
  mov cr3, eax
  mov eax, 0x620             ; PAE, SSE
  mov cr4, eax
  mov ecx, 0xc0000080
  rdmsr
  or eax, 0x100              ; LME
  wrmsr
  mov eax, 0x80010011        ; PG, WP, PE
  mov cr0, eax
  lgdt [gdt_pointer]
  jmp 8:.wide
bits 64
.wide:
  mov eax, 16
  mov ds, eax
  mov es, eax
  mov ss, eax
  mov ebx, ebx
  lidt [idt_pointer]
  jmp rbx

long_mode:
  mov esp, stack_top
  mov al, 0xff
  out 0x21, al
  out 0xa1, al
  call apic_on
  call say
  db "kernel:", 10, 0        ; what a BIOS has said on the same port ends here
  call main
  mov al, 0x10
  out 0xf4, al
halt:
  cli
  hlt
  jmp halt

; The local APIC of this processor: on, with vector 0xff for spurious interrupts, its LINT pins masked.
apic_on:
  mov dword [apic + 0xf0], 0x1ff
  mov dword [apic + 0x350], 0x10000
  mov dword [apic + 0x360], 0x10000
  mov dword [apic + 0x80], 0
  ret

; edi: a vector; eax: its handler
set_gate:
  shl edi, 4
  mov [rdi + idt], ax
  shr eax, 16
  mov [rdi + idt + 6], ax
  ret

; Both PICs, at vectors 0x20 and 0x28, all inputs masked
pics_on:
  mov al, 0x11
  out 0x20, al
  out 0xa0, al
  mov al, 0x20
  out 0x21, al
  mov al, 0x28
  out 0xa1, al
  mov al, 4
  out 0x21, al
  mov al, 2
  out 0xa1, al
  mov al, 1
  out 0x21, al
  out 0xa1, al
  mov al, 0xff
  out 0x21, al
  out 0xa1, al
  mov dword [apic + 0x350], 0x700   ; LINT0: ExtINT
  ret

; ecx: an input of the I/O APIC; eax: the low half of its entry. It goes to APIC 0.
io_route:
  lea edx, [rcx*2 + 0x10]
  mov [io_apic], edx
  mov [io_apic + 0x10], eax
  inc edx
  mov [io_apic], edx
  mov dword [io_apic + 0x10], 0
  ret

; PIT channel 0 at 1000 Hz (1193 ticks of 1.193182 MHz), mode 2
pit_1000:
  mov al, 0x34
  out 0x43, al
  mov al, 0xa9
  out 0x40, al
  mov al, 4
  out 0x40, al
  ret

; ------------------------------------------------------------------------------------------------------------- text

; Prints the zero-terminated text after the call, and goes on behind it.
say:
  xchg rsi, [rsp]
  push rax
  call puts
  pop rax
  xchg rsi, [rsp]
  ret
; rsi: text; rsi is behind its end afterwards
puts:
  lodsb
  test al, al
  jz .done
  out 0xe9, al
  jmp puts
.done:
  ret
newline:
  push rax
  mov al, 10
  out 0xe9, al
  pop rax
  ret
space:
  push rax
  mov al, 32
  out 0xe9, al
  pop rax
  ret
; al, ax, eax, rax as 2, 4, 8, 16 hexadecimal digits; all registers stay
hex8:
  push rcx
  mov ecx, 8
  jmp hex
hex16:
  push rcx
  mov ecx, 16
  jmp hex
hex32:
  push rcx
  mov ecx, 32
  jmp hex
hex64:
  push rcx
  mov ecx, 64
hex:
  push rax
  push rdx
  mov rdx, rax
.digit:
  sub ecx, 4
  mov rax, rdx
  shr rax, cl
  and eax, 15
  mov al, [digits + rax]
  out 0xe9, al
  test ecx, ecx
  jnz .digit
  pop rdx
  pop rax
  pop rcx
  ret
; eax in decimal; all registers stay
decimal:
  push rax
  push rcx
  push rdx
  push 0
  mov ecx, 10
.divide:
  xor edx, edx
  div ecx
  add edx, 48
  push rdx
  test eax, eax
  jnz .divide
.print:
  pop rax
  test eax, eax
  jz .done
  out 0xe9, al
  jmp .print
.done:
  pop rdx
  pop rcx
  pop rax
  ret

; Ends the kernel with the text after the call.
fail:
  call say
  db "FAILED: ", 0
  pop rsi
  call puts
  call newline
fail_now:
  mov al, 1
  out 0xf4, al
  jmp halt

; An exception or interrupt that nobody asked for
align 8
stubs:
  times 256 call unexpected
unexpected:
  pop rax
  sub eax, stubs + 5
  mov ecx, 5
  xor edx, edx
  div ecx
  call say
  db "FAILED: vector ", 0
  call hex8
  mov rax, [rsp]
  call space
  call hex64
  mov rax, [rsp + 8]
  call space
  call hex64
  call newline
  jmp fail_now

digits: db "0123456789abcdef"
align 8
gdt:
  dq 0
  dq 0x00af9b000000ffff      ; 8: 64-bit code
  dq 0x00cf93000000ffff      ; 16: data
  dq 0x00cf9b000000ffff      ; 24: 32-bit code
gdt_pointer:
  dw 31
  dd gdt
  dd 0
idt_pointer:
  dw 0xfff
  dq idt
