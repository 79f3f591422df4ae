; The end of a 32-bit test kernel's file, and the zeros after it.
align 16
image_end:
cleared equ image_end
left equ image_end + 16
limit equ image_end + 32
seen equ image_end + 48
stack_top equ image_end + 0x2000
bss_end equ image_end + 0x2000
