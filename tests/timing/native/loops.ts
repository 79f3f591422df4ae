/*
 * Small loops whose cycles per round were measured on a Zen 4 processor (record.ts) and are compared with the model.
 * Intel syntax. Each is followed by "dec rcx; jnz" to its start, so that a body without branches is one block;
 * conditional branches to `out` are never taken. At the start rdi is a table of pointers to the nodes of a ring, rsi a
 * node: next node and the number 1; rbp is 3, r12 a scratch area, other registers are 1.
 */
export interface Loop {
  readonly name: string;
  readonly body: string;
}

export const LOOPS: readonly Loop[] = [
  { name: "six independent adds", body: "add rax,1; add rdx,1; add r8,1; add r9,1; add r10,1; add r11,1" },
  { name: "four dependent adds", body: "add rax,1; add rax,1; add rax,1; add rax,1" },
  { name: "load and add over a table", body: "mov rax,[rdi+rdx*8]; add r8,rax; add rdx,1; and edx,63" },
  { name: "pointer chase", body: "mov rsi,[rsi]" },
  { name: "multiply chain", body: "imul rax,rbp; add rax,1" },
  { name: "divisions of 64 bits", body: "mov rax,r8; xor edx,edx; div rbp; add r9,rax" },
  {
    name: "hash of bytes",
    body: "movzx eax,byte ptr [rdi+rdx]; xor r8,rax; imul r8,rbp; add rdx,1; and edx,63",
  },
  { name: "copy of words", body: "mov rax,[rdi+rdx*8]; mov [r12+rdx*8],rax; add rdx,1; and edx,63" },
  { name: "counter in memory", body: "add qword ptr [r12],1" },
  { name: "store and load", body: "mov [r12],rax; mov rax,[r12]; add rax,1" },
  { name: "push and pop", body: "push rax; push rdx; pop rax; pop rdx" },
  { name: "locked add", body: "lock add qword ptr [r12],1" },
  { name: "shifts and rotates", body: "rol rax,5; shr rdx,1; shl r8,2; ror r9,3" },
  { name: "scalar double chain", body: "addsd xmm0,xmm1; mulsd xmm0,xmm2" },
  {
    name: "packed single with loads",
    body: "movups xmm0,[rdi]; mulps xmm0,xmm1; addps xmm3,xmm0; movups xmm4,[rdi+16]; mulps xmm4,xmm1; addps xmm5,xmm4",
  },
  { name: "scalar division", body: "movapd xmm0,xmm1; divsd xmm0,xmm2; addsd xmm3,xmm0" },
  { name: "integer to double and back", body: "cvtsi2sd xmm0,rax; cvttsd2si rax,xmm0" },
  {
    name: "free list: pop and push",
    body: "mov rax,[r12]; mov rdx,[rax]; mov [r12],rdx; mov r8,[r12]; mov [rax],r8; mov [r12],rax",
  },
  { name: "ring search", body: "cmp rdi,[rsi+8]; je out; mov rsi,[rsi]; test rsi,rsi; je out" },
  {
    name: "table filter",
    body: "mov eax,[rdi+rdx*4]; test rax,rax; js out; add r9,rax; add rdx,1; and edx,63; js out",
  },
  {
    name: "three loads deep, checked",
    body: "mov rax,[rdi+rdx*8]; test rax,rax; je out; mov rax,[rax]; test rax,rax; je out; mov rax,[rax+8]; add r9,rax; add rdx,1; and edx,63",
  },
  {
    name: "compare of strings",
    body: "movzx eax,byte ptr [rdi+rdx]; cmp al,[rdi+rdx]; jne out; cmp eax,r13d; je out; add rdx,1; and edx,63",
  },
  {
    name: "saved and restored",
    body: "push rax; push rdx; mov rax,[rdi+8]; mov rdx,[rax]; test rdx,rdx; je out; lea r8,[rdx+8]; mov r9,[r8]; test r9,r9; je out; pop rdx; pop rax",
  },
];
