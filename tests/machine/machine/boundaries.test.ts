/*
 * Where a timer's interrupt is taken: at the first boundary at or after its deadline, for deadlines at every cycle of some code, in the
 * middle of blocks, in shadows, in repeated instructions, where TLB misses, ports, devices and faults cost time. With the timing of one
 * cycle an instruction that says exactly where; with the other, both engines have to agree.
 */
import { describe, expect, it } from "vitest";
import type { EngineName } from "../../../src/machine/engines.ts";
import type { TimingName } from "../../../src/timing/model.ts";
import { Computer } from "./computer.ts";
import { SUCCESS } from "./guests.ts";
import { type KernelImage, kernel } from "./kernels.ts";

interface Body {
  /** Code that ends in RET. It keeps rbp. */
  readonly body: string;
  /** Called once. */
  readonly setup?: string;
  /** Called before each deadline is set. */
  readonly prepare?: string;
  /** In cycles of `blocks` timing. Default 1. */
  readonly step?: number;
  /** Default 200. */
  readonly count?: number;
}

const BODIES: Readonly<Record<string, Body>> = {
  "straight code": {
    body: `
      mov eax, 1
      lea ebx, [rax + rax*2]
      imul ebx, eax, 77
      cmp ebx, eax
      jb .far
      xor edx, edx
      mov ecx, 7
      div ecx
      add eax, ebx
      adc edx, eax
      shld eax, edx, 5
      test eax, eax
      jz .far
      xchg eax, ebx
      bswap eax
      cmovc eax, ebx
      popcnt eax, ebx
      mul rax
    .far:
      nop
      ret`,
  },
  loops: {
    body: `
      mov ecx, 30
    .again:
      dec ecx
      jnz .again
      mov ecx, 5
    .other:
      add eax, ecx
      call .called
      loop .other
      mov eax, .target
      jmp rax
      nop
    .target:
      ret
    .called:
      xor eax, ecx
      ret`,
  },
  "repeated instructions": {
    body: `
      mov esi, pages + 0x4000
      mov edi, pages + 0x5ff0
      mov ecx, 24
      rep movsb
      mov edi, pages + 0x6000
      mov ecx, 17
      rep stosq
      mov esi, pages + 0x6000
      mov ecx, 9
      rep lodsd
      mov edi, pages + 0x4000
      mov al, 99
      mov ecx, 20
      repne scasb
      mov esi, pages + 0x4000
      mov edi, pages + 0x4001
      mov ecx, 20
      repe cmpsb
      ret`,
    prepare: "mov rax, cr3\nmov cr3, rax\nret",
  },
  shadows: {
    body: `
      cli
      nop
      sti
      nop
      nop
      cli
      sti
      sti
      nop
      mov eax, ss
      mov ss, eax
      nop
      nop
      sti
      mov ss, eax
      nop
      pushfq
      cli
      nop
      popfq
      nop
      nop
      cli
      sti
      mov eax, 5
      cli
      nop
      nop
      sti
      ret`,
  },
  "TLB misses": {
    prepare: "mov rax, cr3\nmov cr3, rax\nret",
    step: 3,
    body: `
      mov eax, [pages + 0x4000]
      add [pages + 0x5000], eax
      mov [pages + 0x6ffc], rax
      push qword [pages + 0x8000]
      pop qword [pages + 0x9000]
      invlpg [pages + 0x5000]
      xchg [pages + 0x5000], eax
      lock add [pages + 0xa000], eax
      movups xmm0, [pages + 0xbff8]
      fld qword [pages + 0xd000]
      fstp qword [pages + 0xe000]
      mov rax, cr3
      mov cr3, rax
      mov eax, [pages + 0x4000]
      cmp eax, [pages + 0x5000]
      jne .end
      inc eax
    .end:
      ret`,
  },
  "ports and devices": {
    step: 37,
    body: `
      in al, 0x61
      mov dx, 0x608
      in eax, dx
      mov eax, [apic + 0x20]
      mov ebx, [0xfed000f0]
      add ebx, [apic + 0x390]
      mov al, 0x20
      out 0x80, al
      mov [io_apic], ebx
      mov esi, pages + 0x4000
      mov dx, 0x71
      mov ecx, 3
      rep outsb
      mov edi, pages + 0x4000
      mov ecx, 3
      rep insb
      rdtsc
      cpuid
      nop
      ret`,
  },
  faults: {
    step: 2,
    setup: `
      mov edi, 0
      mov eax, .divide
      call set_gate
      mov edi, 3
      mov eax, .trap
      call set_gate
      mov edi, 6
      mov eax, .undefined
      call set_gate
      mov edi, 0x80
      mov eax, .trap
      jmp set_gate
    .divide:
      mov ecx, 1
      iretq
    .undefined:
      add qword [rsp], 2
      iretq
    .trap:
      iretq`,
    body: `
      mov eax, 50
      xor edx, edx
      xor ecx, ecx
      div ecx
      inc eax
      int3
      inc eax
      ud2
      inc eax
      int 0x80
      inc eax
      ret`,
  },
  "code that changes": {
    body: `
      mov byte [.place + 1], 5
      inc eax
    .place:
      mov al, 1
      mov byte [.place], 0x04
      mov edi, .string
      mov ecx, 3
      mov al, 0x90
    .string:
      rep stosb              ; over itself and the byte that follows
      nop
      inc eax
      mov word [.string], 0xaaf3
      mov byte [.place], 0xb0
      ret`,
  },
  "floating point and SSE": {
    body: `
      fld1
      fldpi
      fmul st1
      fsqrt
      fstp st0
      fstp st0
      cvtsi2sd xmm0, eax
      addsd xmm0, xmm0
      sqrtsd xmm1, xmm0
      divsd xmm1, xmm0
      pxor xmm2, xmm2
      paddd xmm2, xmm1
      movq rax, xmm2
      ret`,
  },
  waiting: {
    step: 5,
    body: `
      nop
      xor ecx, ecx
      xor edx, edx
      mov eax, came
      monitor
      cmp dword [came], 0
      jne .came
      mwait
      nop
    .came:
      cli
      test ebp, 1            ; the next one comes later, or has come
      jz .end
      cmp dword [came], 0
      jne .end
      sti
      hlt
    .end:
      sti
      ret`,
  },
};

const COUNT = 200;
const ENTRY = 16;

interface Taken {
  /** Where, from the start of \`body\`; "elsewhere" for the code around it. */
  readonly at: number | "elsewhere";
  readonly rcx: number;
  /** Cycles from the deadline to the handler's RDTSC. */
  readonly late: number;
  readonly flags: number;
}

interface Outcome {
  readonly log: readonly Taken[];
  readonly instructions: number;
  readonly cycles: number;
  readonly hash: string;
}

function build(name: string, timing: TimingName): KernelImage {
  const { body, setup = "ret", prepare = "ret", step = 1, count = COUNT } = BODIES[name]!;
  const constants = { count, step: timing === "blocks" ? step : 1, first: timing === "blocks" ? 60 : 4 };
  const code = `setup:\n${setup}\nprepare:\n${prepare}\nbody:\n${body}\nbody_end:`;
  return kernel(["boundaries"], constants, code);
}

function run(image: KernelImage, engine: EngineName, timing: TimingName): Outcome {
  const computer = new Computer(image.bytes, { engine, timing });
  const { machine } = computer;
  expect([computer.run(), computer.output]).toEqual([SUCCESS, ""]);
  const count = image.symbol("count");
  const bytes = machine.memory.read(image.symbol("log"), count * ENTRY)!;
  const view = new DataView(bytes.buffer);
  const [start, end] = [image.symbol("body"), image.symbol("body_end")];
  return {
    log: Array.from({ length: count }, (_, i) => {
      const rip = view.getUint32(i * ENTRY, true);
      return {
        at: rip >= start && rip < end ? rip - start : "elsewhere",
        rcx: view.getUint32(i * ENTRY + 4, true),
        late: view.getInt32(i * ENTRY + 8, true),
        flags: view.getUint32(i * ENTRY + 12, true),
      };
    }),
    instructions: machine.instructions,
    cycles: machine.cycles,
    hash: machine.stateHash(),
  };
}

describe.each(["instructions", "blocks"] as const)("timing by %s", (timing) => {
  it.each(Object.keys(BODIES))("%s: the engines agree", (name) => {
    const image = build(name, timing);
    const interpreter = run(image, "interpreter", timing);
    const evaluator = run(image, "evaluator", timing);
    expect(interpreter).toEqual(evaluator);
    // Deadlines were met all over the body.
    expect(new Set(evaluator.log.map(({ at }) => at)).size).toBeGreaterThan(2);
  });
});
