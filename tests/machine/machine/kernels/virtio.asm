; A driver of one queue of a virtio device (virtio 1.2 over PCI, split ring, MSI-X).
slot equ data + 0x100        ; its configuration space, in ECAM
common equ data + 0x108
notify equ data + 0x110      ; of queue 0
device equ data + 0x118
vectors equ data + 0x120     ; the MSI-X table
pending equ data + 0x128     ; the pending bits
msix equ data + 0x130        ; the MSI-X capability
interrupts equ data + 0x140
descriptors equ pages
available equ pages + 0x1000
used equ pages + 0x2000
QUEUE_VECTOR equ 0x50

; eax: device type. Finds it, resets it, gives queue 0 its ring and interrupt.
virtio_start:
  add eax, 0x1040
  mov ebp, eax
  mov esi, 'MCFG'
  call find_table
  mov eax, [rax + 44]
  mov ecx, 32
.search:
  cmp word [rax], 0x1af4
  jne .other
  cmp [rax + 2], bp
  je .found
.other:
  add eax, 0x8000
  dec ecx
  jnz .search
  call fail
  db "the device is missing", 0
.found:
  mov [slot], rax
  or word [rax + 4], 6       ; memory, bus master
  mov edi, eax
  movzx ebx, byte [rax + 0x34]
.capability:
  add ebx, edi
  cmp byte [rbx], 0x11
  je .msix
  cmp byte [rbx], 9
  jne .next
  movzx ecx, byte [rbx + 3]
  movzx edx, byte [rbx + 4]
  call .address
  add eax, [rbx + 8]
  cmp ecx, 1
  je .common
  cmp ecx, 2
  je .notify
  cmp ecx, 4
  jne .next
  mov [device], rax
  jmp .next
.common:
  mov [common], rax
  jmp .next
.notify:
  mov [notify], rax
  jmp .next
.msix:
  mov [msix], rbx
  mov edx, [rbx + 4]
  mov ecx, edx
  and edx, 7
  call .address
  and ecx, -8
  add eax, ecx
  mov [vectors], rax
  mov edx, [rbx + 8]
  mov ecx, edx
  and edx, 7
  call .address
  and ecx, -8
  add eax, ecx
  mov [pending], rax
.next:
  movzx ebx, byte [rbx + 1]
  test ebx, ebx
  jnz .capability

  mov edi, QUEUE_VECTOR
  mov eax, queue_interrupt
  call set_gate
  mov rdi, [vectors]
  mov dword [rdi], apic
  mov dword [rdi + 4], 0
  mov dword [rdi + 8], QUEUE_VECTOR
  mov dword [rdi + 12], 0
  mov rdi, [msix]
  mov word [rdi + 2], 0x8000

  mov rdi, [common]
  mov byte [rdi + 20], 0
.resetting:
  cmp byte [rdi + 20], 0
  jne .resetting
  mov byte [rdi + 20], 1
  mov byte [rdi + 20], 3
  mov dword [rdi], 1
  mov eax, [rdi + 4]
  test eax, 1
  jz .old
  mov dword [rdi + 8], 0
  mov dword [rdi + 12], 0
  mov dword [rdi + 8], 1
  mov dword [rdi + 12], 1    ; VERSION_1
  mov byte [rdi + 20], 11
  test byte [rdi + 20], 8
  jz .old
  mov word [rdi + 22], 0
  mov word [rdi + 24], 8
  mov eax, descriptors
  mov [rdi + 32], eax
  mov dword [rdi + 36], 0
  mov eax, available
  mov [rdi + 40], eax
  mov dword [rdi + 44], 0
  mov eax, used
  mov [rdi + 48], eax
  mov dword [rdi + 52], 0
  mov word [rdi + 26], 0
  mov word [rdi + 28], 1
  mov byte [rdi + 20], 15
  ret
.old:
  call fail
  db "the device does not take version 1", 0
; edx: a BAR; eax: its address
.address:
  mov eax, [rdi + rdx*4 + 0x10]
  and eax, -16
  ret

; Gives the chain that begins at descriptor 0 to the device, without waiting.
virtio_submit:
  movzx eax, word [available + 2]
  mov ecx, eax
  and ecx, 7
  mov word [available + rcx*2 + 4], 0
  inc eax
  mov [available + 2], ax
  mov rcx, [notify]
  mov word [rcx], 0
  ret
; The same, and waits until it is used; eax: bytes written.
virtio_request:
  call virtio_submit
.wait:
  sti
  hlt
  cli
  mov ax, [available + 2]
  cmp ax, [used + 2]
  jne .wait
  dec eax
  and eax, 7
  mov eax, [used + rax*8 + 8]
  ret

queue_interrupt:
  inc dword [interrupts]
  mov dword [apic + 0xb0], 0
  iretq

; edi: a descriptor; eax: address; edx: length; ecx: flags. It is followed by the next one if NEXT (1) is set.
describe:
  mov esi, edi
  inc esi
  shl edi, 4
  mov [rdi + descriptors], rax
  mov [rdi + descriptors + 8], edx
  mov [rdi + descriptors + 12], cx
  mov [rdi + descriptors + 14], si
  mov edi, esi
  ret
