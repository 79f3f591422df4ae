; The end of a test kernel's file, and the zeros after it.
align 4096
image_end:
pml4 equ image_end
pdpt equ image_end + 0x1000
idt equ image_end + 0x2000
start_info equ image_end + 0x3000
; 4 KiB that kernels may use
data equ image_end + 0x4000
stack_top equ image_end + 0x7000
; Pages for rings and buffers, and stacks of other processors
pages equ image_end + 0x7000
bss_end equ image_end + 0x17000
