; Single steps: the trap comes after the instruction following the one that sets TF, once for each iteration of REP, not
; after MOV SS, and after the instruction that clears TF.
; with: idt64
; map: 0x20000:0x2000
; map: 0x30000:0x1000
; expect: stop=hlt rbx=10 rcx=0 dr6=0xffff4ff0
; expect: [0x21000]=1 [0x21010]=s1
; expect: [0x21030]=rep1 [0x21050]=rep1 [0x21070]=s2
; expect: [0x21090]=s3 [0x210b0]=s5 [0x210d0]=s6 [0x210f0]=s7 [0x21110]=s8 [0x21130]=done
  call idt_install
  xor r14d, r14d
  mov edi, 0x30000
  mov ecx, 3
  mov dx, ss
  pushfq
  or qword [rsp], 0x100
  popfq
  nop
s1:
rep1:
  rep stosb
s2:
  mov eax, 1
s3:
  mov ss, dx
s4:
  mov eax, 2
s5:
  pushfq
s6:
  and qword [rsp], ~0x100
s7:
  nop
s8:
  popfq
done:
  nop
  mov rbx, r15
  sub rbx, 0x21000
  shr rbx, 5
  hlt
